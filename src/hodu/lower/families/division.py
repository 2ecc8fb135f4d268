"""Division with rounding, and its remainders."""

from __future__ import annotations

from hodu.kernel import math
from hodu.kernel.algebra import constant, unary
from hodu.kernel.expr import Expr, select
from hodu.lower import status
from hodu.lower.point import Point
from hodu.lower.rules import scalar


def _divide(c: Point, x: Expr, y: Expr) -> tuple[Expr, Expr]:
    """The quotient of integers rounded towards zero, and what is left; fails for y = 0."""
    hint = "mask the zeros out first, or divide as floats"
    c.fail(y.eq(0), status.DIVISION, "integer division by zero", hint=hint)
    if not x.dtype.is_signed:
        quotient = c.k.let(x // y, "quotient")
        return quotient, c.k.let(x - quotient * y, "rest")
    # The least number divided by -1 overflows, which traps; its negative wraps around.
    inverts = y.eq(-1)
    quotient = c.k.let(select(inverts, -x, x // select(inverts, 1, y)), "quotient")
    return quotient, c.k.let(x - quotient * y, "rest")


def _differ(rest: Expr, y: Expr) -> Expr:
    """Whether a remainder is not zero and has another sign than the divisor."""
    return rest.ne(0) & ((rest < 0) ^ (y < 0))


def _divide_floats(c: Point, x: Expr, y: Expr) -> tuple[Expr, Expr]:
    """The quotient rounded down and the remainder of the divisor's sign, as Python has them.

    The quotient is that of x without the exact remainder, whose rounding cannot cross an integer.
    """
    rest = c.k.let(math.fmod(c.k, x, y), "rest")
    differ = c.k.let(_differ(rest, y), "differ")
    quotient = c.k.let((x - rest) / y - select(differ, constant(1.0, x.dtype), 0.0), "quotient")
    floor = c.k.let(unary("floor", quotient), "floor")
    floor = floor + select(quotient - floor > 0.5, constant(1.0, x.dtype), 0.0)
    ratio = c.k.let(x / y, "ratio")
    whole = select(quotient.eq(0.0), math.copy_sign(quotient, ratio), floor)
    remainder = select(rest.eq(0.0), math.copy_sign(rest, y), rest + select(differ, y, 0.0))
    return select(y.eq(0.0), ratio, whole), remainder


@scalar("floor_divide")
def floor_divide(c: Point, x: Expr, y: Expr) -> Expr:
    """The quotient rounded towards minus infinity."""
    if x.dtype.is_float:
        return _divide_floats(c, x, y)[0]
    quotient, rest = _divide(c, x, y)
    if not x.dtype.is_signed:
        return quotient
    return select(_differ(rest, y), quotient - 1, quotient)


@scalar("trunc_divide")
def trunc_divide(c: Point, x: Expr, y: Expr) -> Expr:
    """The quotient rounded towards zero."""
    return unary("trunc", x / y) if x.dtype.is_float else _divide(c, x, y)[0]


@scalar("remainder")
def remainder(c: Point, x: Expr, y: Expr) -> Expr:
    """The remainder with the sign of the divisor."""
    if x.dtype.is_float:
        return _divide_floats(c, x, y)[1]
    _, rest = _divide(c, x, y)
    return select(_differ(rest, y), rest + y, rest) if x.dtype.is_signed else rest


@scalar("fmod")
def fmod(c: Point, x: Expr, y: Expr) -> Expr:
    """The remainder with the sign of the dividend."""
    return math.fmod(c.k, x, y) if x.dtype.is_float else _divide(c, x, y)[1]
