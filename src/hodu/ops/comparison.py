"""Comparisons of two tensors, elementwise with broadcasting; results are bools."""

from __future__ import annotations

import numpy as np

from hodu.ops._rules import predicate
from hodu.ops._table import Promote, op
from hodu.ops.arithmetic import PAIRS


@op("eq(Tensor input, Tensor other) -> Tensor")
class Eq:
    """Whether the elements are equal."""

    promote = Promote.COMMON
    infer = predicate(2)
    eager = np.equal
    samples = PAIRS


@op("ne(Tensor input, Tensor other) -> Tensor")
class Ne:
    """Whether the elements differ."""

    promote = Promote.COMMON
    infer = predicate(2)
    eager = np.not_equal
    samples = PAIRS


@op("lt(Tensor input, Tensor other) -> Tensor")
class Lt:
    """Whether input < other."""

    promote = Promote.COMMON
    infer = predicate(2)
    eager = np.less
    samples = PAIRS


@op("le(Tensor input, Tensor other) -> Tensor")
class Le:
    """Whether input <= other."""

    promote = Promote.COMMON
    infer = predicate(2)
    eager = np.less_equal
    samples = PAIRS


@op("gt(Tensor input, Tensor other) -> Tensor")
class Gt:
    """Whether input > other."""

    promote = Promote.COMMON
    infer = predicate(2)
    eager = np.greater
    samples = PAIRS


@op("ge(Tensor input, Tensor other) -> Tensor")
class Ge:
    """Whether input >= other."""

    promote = Promote.COMMON
    infer = predicate(2)
    eager = np.greater_equal
    samples = PAIRS
