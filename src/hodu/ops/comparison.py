"""Comparisons of two tensors, elementwise with broadcasting; results are bools."""

from __future__ import annotations

from typing import Any

import numpy as np

from hodu.dims import Dim, bounds
from hodu.dtypes import as_dtype
from hodu.errors import ShapeError
from hodu.ops._rules import predicate
from hodu.ops._samples import S, T
from hodu.ops._table import Promote, alias, op
from hodu.ops.arithmetic import PAIRS

SAMPLES = [*PAIRS, S(T(values=[1, 2, 3]), T(values=[3, 2, 1]))]


def _in_range(input: Any, other: Any) -> tuple[Any, Any]:
    """Python integers that the other operand's dtype cannot hold become infinities.

    Wrapped around into that dtype they would compare as other numbers.
    """
    return _comparable(input, other), _comparable(other, input)


def _comparable(value: Any, partner: Any) -> Any:
    if type(value) is not int or not hasattr(partner, "dtype"):
        return value
    dtype = as_dtype(partner.dtype)
    if not dtype.is_integer:
        return value
    limits = np.iinfo(dtype.numpy)  # type: ignore[type-var]
    if value > limits.max:
        return float("inf")
    return float("-inf") if value < limits.min else value


def _dims_equal(a: Dim, b: Dim) -> bool:
    low, high = bounds(a - b)
    if low == high == 0:
        return True
    if (low is not None and low > 0) or (high is not None and high < 0):
        return False
    raise ShapeError(f"cannot decide whether {a} == {b} while the sizes are symbolic")


def _dims_differ(a: Dim, b: Dim) -> bool:
    return not _dims_equal(a, b)


@op("eq(Tensor input, Tensor other) -> Tensor")
class Eq:
    """Whether the elements are equal."""

    nondiff = "a truth value"
    promote, prepare = Promote.COMMON, _in_range
    infer = predicate(2)
    eager = np.equal
    samples = SAMPLES
    inplace, on_dims = True, np.vectorize(_dims_equal, otypes=[bool])


@op("ne(Tensor input, Tensor other) -> Tensor")
class Ne:
    """Whether the elements differ."""

    nondiff = "a truth value"
    promote, prepare = Promote.COMMON, _in_range
    infer = predicate(2)
    eager = np.not_equal
    samples = SAMPLES
    inplace, on_dims = True, np.vectorize(_dims_differ, otypes=[bool])


@op("lt(Tensor input, Tensor other) -> Tensor")
class Lt:
    """Whether input < other."""

    nondiff = "a truth value"
    promote, prepare = Promote.COMMON, _in_range
    infer = predicate(2)
    eager = np.less
    samples = SAMPLES
    inplace, on_dims = True, True


@op("le(Tensor input, Tensor other) -> Tensor")
class Le:
    """Whether input <= other."""

    nondiff = "a truth value"
    promote, prepare = Promote.COMMON, _in_range
    infer = predicate(2)
    eager = np.less_equal
    samples = SAMPLES
    inplace, on_dims = True, True


@op("gt(Tensor input, Tensor other) -> Tensor")
class Gt:
    """Whether input > other."""

    nondiff = "a truth value"
    promote, prepare = Promote.COMMON, _in_range
    infer = predicate(2)
    eager = np.greater
    samples = SAMPLES
    inplace, on_dims = True, True


@op("ge(Tensor input, Tensor other) -> Tensor")
class Ge:
    """Whether input >= other."""

    nondiff = "a truth value"
    promote, prepare = Promote.COMMON, _in_range
    infer = predicate(2)
    eager = np.greater_equal
    samples = SAMPLES
    inplace, on_dims = True, True


alias("ne", "not_equal")
alias("lt", "less")
alias("le", "less_equal")
alias("gt", "greater")
alias("ge", "greater_equal")
