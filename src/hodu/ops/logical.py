"""Logical operations on the truth of elements (whether they differ from 0), of any dtype."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hodu.ops._rules import predicate
from hodu.ops._samples import S, T
from hodu.ops._table import Array, op
from hodu.ops.arithmetic import PAIRS

SAMPLES = [*PAIRS, S(T(values=[0, 0, 1, 2]), T(dtype="f32", values=[0.0, 0.5, 0.0, -1.0]))]


def _mixed(ufunc: Callable[..., Any]) -> Callable[[Array, Array], Array]:
    """`ufunc` of the truth of two arrays, whose dtypes need have nothing in common."""

    def eager(x: Array, y: Array) -> Array:
        return ufunc(x, y) if x.dtype == y.dtype else ufunc(x != 0, y != 0)

    return eager


@op("logical_and(Tensor input, Tensor other) -> Tensor")
class LogicalAnd:
    """Whether both are true."""

    nondiff = "a truth value"
    infer = predicate(2)
    eager = _mixed(np.logical_and)
    samples = SAMPLES
    inplace = True


@op("logical_or(Tensor input, Tensor other) -> Tensor")
class LogicalOr:
    """Whether either is true."""

    nondiff = "a truth value"
    infer = predicate(2)
    eager = _mixed(np.logical_or)
    samples = SAMPLES
    inplace = True


@op("logical_xor(Tensor input, Tensor other) -> Tensor")
class LogicalXor:
    """Whether just one is true."""

    nondiff = "a truth value"
    infer = predicate(2)
    eager = _mixed(np.logical_xor)
    samples = SAMPLES
    inplace = True


@op("logical_not(Tensor input) -> Tensor")
class LogicalNot:
    """Whether the element is false."""

    nondiff = "a truth value"
    infer = predicate()
    eager = np.logical_not
    samples = [S((3, 4)), S((0,)), S(()), S(T(values=[0, 1, 2]))]
    inplace = True
