"""Bitwise operations on integers and bools."""

from __future__ import annotations

import numpy as np

from hodu.dtypes import BITS, INTS
from hodu.ops._rules import broadcast, same_as
from hodu.ops._samples import S, T
from hodu.ops._table import Promote, op
from hodu.ops.arithmetic import PAIRS

SHIFTS = [
    S((3, 4), T((3, 4), low=0, high=6)),
    S((3,), T((), low=1, high=1)),
    S((0,), (0,)),
    S(T(values=[1, 3, 5]), T(values=[7, 64, 100])),
    *(S(T(dtype=t, values=[-5, 5]), T(dtype=t, values=[-1, 9])) for t in ("i8", "i32", "i64")),
]


@op("bitwise_and(Tensor input, Tensor other) -> Tensor")
class BitwiseAnd:
    """The bits set in both."""

    nondiff = "bits"
    promote, dtypes = Promote.COMMON, BITS
    infer = broadcast()
    eager = np.bitwise_and
    samples = PAIRS
    inplace = True


@op("bitwise_or(Tensor input, Tensor other) -> Tensor")
class BitwiseOr:
    """The bits set in either."""

    nondiff = "bits"
    promote, dtypes = Promote.COMMON, BITS
    infer = broadcast()
    eager = np.bitwise_or
    samples = PAIRS
    inplace = True


@op("bitwise_xor(Tensor input, Tensor other) -> Tensor")
class BitwiseXor:
    """The bits set in one of the two."""

    nondiff = "bits"
    promote, dtypes = Promote.COMMON, BITS
    infer = broadcast()
    eager = np.bitwise_xor
    samples = PAIRS
    inplace = True


@op("bitwise_left_shift(Tensor input, Tensor other) -> Tensor")
class BitwiseLeftShift:
    """The bits shifted left by other places; 0 when those are negative or beyond the width."""

    nondiff = "bits"
    promote, dtypes = Promote.COMMON, INTS
    infer = broadcast()
    eager = np.left_shift
    samples = SHIFTS
    inplace = True


@op("bitwise_right_shift(Tensor input, Tensor other) -> Tensor")
class BitwiseRightShift:
    """The bits shifted right, filled with the sign.

    Of a shift by negative places, or beyond the width, only the sign remains.
    """

    nondiff = "bits"
    promote, dtypes = Promote.COMMON, INTS
    infer = broadcast()
    eager = np.right_shift
    samples = SHIFTS
    inplace = True


@op("bitwise_not(Tensor input) -> Tensor")
class BitwiseNot:
    """All bits inverted; on bools, logical not."""

    nondiff = "bits"
    dtypes = BITS
    infer = same_as(0)
    eager = np.invert
    samples = [S((3, 4)), S((0,)), S(())]
    inplace = True
