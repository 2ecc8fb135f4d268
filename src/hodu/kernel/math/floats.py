"""The parts of floats, and what functions of floats are built of.

All functions of this package take expressions of f32 or f64, scalars or vectors, and give one of
the same type. They choose with select instead of branching, so that vectors stay vectors, and hold
their bounds whether or not the C compiler contracts a product and a sum to one operation: products
whose rounding matters are exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hodu.dtypes import DType, f32, f64, i32, i64, u32, u64
from hodu.kernel.algebra import unary
from hodu.kernel.expr import Expr, select

NAN, INF = float("nan"), float("inf")


@dataclass(frozen=True, slots=True)
class Format:
    """A binary float: bits of its fraction, the bias of its exponent, integers of its width."""

    fraction: int
    bias: int
    signed: DType
    unsigned: DType

    @property
    def width(self) -> int:
        """Bits of a number."""
        return self.signed.bits

    @property
    def sign_mask(self) -> int:
        """The bit of the sign, as a signed integer."""
        return -(1 << (self.width - 1))

    @property
    def rounder(self) -> float:
        """A number that, added, rounds to an integer, which is then in the low bits.

        The other bits of it vanish in a shift by `fraction`.
        """
        return 1.5 * 2.0**self.fraction

    @property
    def least_normal(self) -> float:
        """The smallest number whose fraction has all its bits."""
        return 2.0 ** (1 - self.bias)


FORMATS = {f32: Format(23, 127, i32, u32), f64: Format(52, 1023, i64, u64)}


def format_of(x: Expr) -> Format:
    """The format of an f32 or f64."""
    return FORMATS[x.dtype]


def pick(x: Expr, narrow: Sequence[float], wide: Sequence[float]) -> Sequence[float]:
    """The coefficients for the dtype of `x`: `narrow` for f32, `wide` for f64."""
    return narrow if x.dtype is f32 else wide


def polynomial(x: Expr, coefficients: Sequence[float]) -> Expr:
    """The polynomial by Horner's rule, the constant term first."""
    total = x * coefficients[-1] + coefficients[-2]
    for c in coefficients[-3::-1]:
        total = total * x + c
    return total


def is_nan(x: Expr) -> Expr:
    """Whether `x` is not a number."""
    return x.ne(x)


def magnitude(x: Expr) -> Expr:
    """`x` without its sign."""
    return unary("abs", x)


def sign_bit(x: Expr) -> Expr:
    """The bits of `x` with all but its sign cleared."""
    return x.bitcast(format_of(x).signed) & format_of(x).sign_mask


def is_negative(x: Expr) -> Expr:
    """Whether the sign of `x` is set, which -0 has as well."""
    return x.bitcast(format_of(x).signed) < 0


def with_sign(a: Expr, bits: Expr) -> Expr:
    """`a` with its sign flipped where the top bit of `bits`, which are 0 below it, is set."""
    return (a.bitcast(bits.dtype) ^ bits).bitcast(a.dtype)


def copy_sign(a: Expr, b: Expr) -> Expr:
    """The magnitude of `a` with the sign of `b`."""
    return with_sign(magnitude(a), sign_bit(b))


def clamp(x: Expr, low: float, high: float) -> Expr:
    """`x` brought into a range; NaN stays."""
    x = select(x < low, low, x)
    return select(x > high, high, x)


def upper_half(x: Expr) -> Expr:
    """`x` with the lower half of its significand cleared, so that products of two are exact."""
    form = format_of(x)
    return (x.bitcast(form.signed) & -(1 << ((form.fraction + 2) // 2))).bitcast(x.dtype)


def biased_power(bits: Expr, dtype: DType) -> Expr:
    """2**n of an integer of its width whose low bits are n + bias; those above vanish."""
    return (bits << FORMATS[dtype].fraction).bitcast(dtype)
