"""Arithmetic of two tensors, elementwise with broadcasting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hodu.dtypes import BOOL, FLOATS, FROM_NUMPY, NUMERIC, Number
from hodu.errors import ValueRangeError
from hodu.ops._rules import broadcast
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, Promote, function, op

if TYPE_CHECKING:
    from hodu._tensor import Tensor

PAIRS = [
    S((3, 4), (3, 4)),
    S((3, 4), (4,)),
    S((2, 1, 3), (4, 1)),
    S((), (2,)),
    S((), ()),
    S((0, 3), (3,)),
]
DIVISORS = [
    S((3, 4), T((3, 4), low=1, high=5)),
    S((2, 1, 3), T((4, 1), low=1, high=3)),
    S((0,), (0,)),
    S((), T((), low=2, high=2)),
]


@op("add(Tensor input, Tensor other) -> Tensor")
class Add:
    """The sum; on bools, logical or."""

    promote, dtypes = Promote.COMMON, NUMERIC | BOOL
    infer = broadcast()
    eager = np.add
    samples = PAIRS
    inplace, public, on_dims = True, False, True


@op("sub(Tensor input, Tensor other) -> Tensor")
class Sub:
    """The difference."""

    promote, dtypes = Promote.COMMON, NUMERIC
    infer = broadcast()
    eager = np.subtract
    samples = PAIRS
    inplace, public, on_dims = True, False, True


@op("mul(Tensor input, Tensor other) -> Tensor")
class Mul:
    """The product; on bools, logical and."""

    promote, dtypes = Promote.COMMON, NUMERIC | BOOL
    infer = broadcast()
    eager = np.multiply
    samples = PAIRS
    inplace, on_dims = True, True


@function()
def add(input: Tensor, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
    """The sum `input + alpha * other`."""
    return F._add(input, other if alpha == 1 else F.mul(other, alpha))


@function()
def sub(input: Tensor, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
    """The difference `input - alpha * other`."""
    return F._sub(input, other if alpha == 1 else F.mul(other, alpha))


@op("div(Tensor input, Tensor other) -> Tensor")
class Div:
    """The true quotient; integers and bools are divided as f32."""

    promote, dtypes = Promote.FLOAT, FLOATS
    infer = broadcast()
    eager = np.true_divide
    samples = DIVISORS
    inplace, public = True, False


@function()
def div(
    input: Tensor | Number, other: Tensor | Number, *, rounding_mode: str | None = None
) -> Tensor:
    """The quotient: true, or rounded towards zero ("trunc") or down ("floor")."""
    if rounding_mode not in (None, "trunc", "floor"):
        raise ValueRangeError(
            f"rounding_mode={rounding_mode!r}", hint="it is None, 'trunc' or 'floor'"
        )
    if rounding_mode is None:
        return F._div(input, other)
    return (
        F.floor_divide(input, other) if rounding_mode == "floor" else F._trunc_divide(input, other)
    )


def _no_zero(y: Array) -> None:
    if y.dtype != object and not FROM_NUMPY[y.dtype].is_float and (y == 0).any():
        raise ZeroDivisionError("integer division by zero")


@op("floor_divide(Tensor input, Tensor other) -> Tensor")
class FloorDivide:
    """The quotient rounded towards minus infinity; a zero integer divisor is an error."""

    promote, dtypes = Promote.COMMON, NUMERIC
    infer = broadcast()
    samples = DIVISORS
    inplace, on_dims = True, True

    def eager(x: Array, y: Array) -> Array:
        _no_zero(y)
        return np.floor_divide(x, y)


@op("trunc_divide(Tensor input, Tensor other) -> Tensor")
class TruncDivide:
    """The quotient rounded towards zero; a zero integer divisor is an error."""

    promote, dtypes = Promote.COMMON, NUMERIC
    infer = broadcast()
    samples = DIVISORS
    public = False

    def eager(x: Array, y: Array) -> Array:
        _no_zero(y)
        if FROM_NUMPY[x.dtype].is_float:
            return np.trunc(np.true_divide(x, y))
        quotient = np.floor_divide(x, y)
        return quotient + ((quotient < 0) & (quotient * y != x)).astype(x.dtype)


@op("remainder(Tensor input, Tensor other) -> Tensor")
class Remainder:
    """The remainder with the sign of the divisor; a zero integer divisor is an error."""

    promote, dtypes = Promote.COMMON, NUMERIC
    infer = broadcast()
    samples = DIVISORS
    inplace, on_dims = True, True

    def eager(x: Array, y: Array) -> Array:
        _no_zero(y)
        return np.remainder(x, y)


@op("pow(Tensor input, Tensor exponent) -> Tensor")
class Pow:
    """`input` to the power of `exponent`; negative integer powers of integers are errors."""

    promote, dtypes = Promote.COMMON, NUMERIC
    infer = broadcast()
    samples = DIVISORS
    inplace = True

    def eager(x: Array, y: Array) -> Array:
        return np.power(x, y)
