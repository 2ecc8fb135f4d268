"""Powers and roots, elementwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dtypes import FLOATS, NUMERIC, as_dtype
from hodu.errors import ValueRangeError
from hodu.ops._precision import in_f32
from hodu.ops._rules import broadcast, same_as
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, Promote, op
from hodu.ops.arithmetic import DIVISORS
from hodu.ops.exponential import SHAPES

if TYPE_CHECKING:
    from hodu._tensor import Tensor


def _refuse_negative(power: int) -> None:
    raise ValueRangeError(
        f"an integer to the power of {power}: negative powers are fractions",
        hint="make the base a float, with .to('f32')",
    )


def _whole(input: Any, exponent: Any) -> tuple[Any, Any]:
    """A negative exponent is refused before it could wrap around in an unsigned dtype."""
    negative = type(exponent) is int and exponent < 0
    if negative and hasattr(input, "dtype") and not as_dtype(input.dtype).is_float:
        _refuse_negative(exponent)
    return input, exponent


@op("pow(Tensor input, Tensor exponent) -> Tensor")
class Pow:
    """`input` to the power of `exponent`; negative integer powers of integers are errors."""

    promote, dtypes, prepare = Promote.COMMON, NUMERIC, _whole
    autocast = "f32"
    infer = broadcast()
    samples = [
        *DIVISORS,
        S(T((3, 4), low=1, high=3), T((4,), low=1, high=3)),
        S(T(values=[2, 3, 7]), T(values=[3, 0, 2])),
        S(T(values=[-2.5, -8.0, 4.0], dtype="f64"), T(values=[2.0, 3.0, -0.5], dtype="f64")),
    ]
    inplace = True

    def eager(x: Array, y: Array) -> Array:
        if y.dtype.kind == "i" and (y < 0).any():
            _refuse_negative(y.min())
        # np.power is not vectorised, and squares are what it is mostly asked for.
        return np.square(x) if y.ndim == 0 and y == 2 else np.power(x, y)

    vjp = {
        "input": lambda ct, input, exponent: _by_base(ct, input, exponent),
        "exponent": lambda ct, out, input, exponent: _by_exponent(ct, out, input, exponent),
    }


def _by_base(ct: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """The gradient by the base, which is 0 for an exponent of 0, also at 0."""
    if y.ndim == 0 and not y.is_captured and not y.requires_grad:
        power = y.item()
        return (
            ct * (x * 2)
            if power == 2
            else F.zeros_like(ct)
            if not power
            else (ct * (x ** (power - 1) * power))
        )
    return F.where(y == 0, 0, ct * y * x ** (y - 1))


def _by_exponent(ct: Tensor, out: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """The gradient by the exponent; 0 where 0 is raised to one that is not negative."""
    return F.where((x == 0) & (y >= 0), 0, ct * out * F.log(x))


@op("square(Tensor input) -> Tensor")
class Square:
    """The square."""

    dtypes = NUMERIC
    infer = same_as(0)
    eager = np.square
    samples = SHAPES
    inplace = True

    def compose(x: Tensor) -> Tensor:
        return F.mul(x, x)

    vjp = {"input": lambda ct, input: ct * (input * 2)}


@op("sqrt(Tensor input) -> Tensor")
class Sqrt:
    """The square root; NaN below zero."""

    promote, dtypes = Promote.FLOAT, FLOATS
    infer = same_as(0)
    eager = np.sqrt
    samples = SHAPES
    domain = (0.0, 6.0)
    inplace = True
    vjp = {"input": lambda ct, out: ct / (out * 2)}


@op("rsqrt(Tensor input) -> Tensor")
class Rsqrt:
    """One over the square root."""

    promote, dtypes = Promote.FLOAT, FLOATS
    autocast = "f32"
    infer = same_as(0)
    samples = SHAPES
    domain = (0.05, 6.0)
    inplace = True

    def compose(x: Tensor) -> Tensor:
        return F.reciprocal(F.sqrt(x))

    @in_f32
    def eager(x: Array) -> Array:
        return np.reciprocal(np.sqrt(x))

    vjp = {"input": lambda ct, out: ct * out * out * out * -0.5}


@op("reciprocal(Tensor input) -> Tensor")
class Reciprocal:
    """One over the input; integers are taken as f32."""

    promote, dtypes = Promote.FLOAT, FLOATS
    autocast = "f32"
    infer = same_as(0)
    eager = np.reciprocal
    samples = SHAPES
    domain = (0.5, 6.0)
    inplace = True
    vjp = {"input": lambda ct, out: -ct * out * out}
