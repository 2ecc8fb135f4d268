"""Rounding and signs; integers are already round."""

from __future__ import annotations

from hodu.dtypes import bool_
from hodu.kernel.algebra import constant, unary
from hodu.kernel.expr import Expr, select
from hodu.lower.point import Point
from hodu.lower.rules import scalar


@scalar("floor", "ceil", "trunc")
def rounded(c: Point, x: Expr) -> Expr:
    """Rounded down, up or towards zero."""
    return unary(c.node.op, x) if x.dtype.is_float else x


@scalar("round")
def round(c: Point, x: Expr) -> Expr:
    """Rounded to `decimals` places, halves to the even digit."""
    decimals = c.attrs["decimals"]
    if not x.dtype.is_float:
        return x
    if not decimals:
        return unary("rint", x)
    power: float = 10.0 ** abs(decimals)
    if decimals > 0:
        return unary("rint", x * power) / power
    return unary("rint", x / power) * power


@scalar("frac")
def frac(c: Point, x: Expr) -> Expr:
    """The fractional part, with the sign of the input."""
    return x - unary("trunc", x)


@scalar("neg")
def neg(c: Point, x: Expr) -> Expr:
    """The negative; unsigned integers wrap around."""
    return -x


@scalar("abs")
def abs_(c: Point, x: Expr) -> Expr:
    """The absolute value; that of the least signed integer is itself."""
    return unary("abs", x) if x.dtype.is_signed else x


@scalar("sign")
def sign(c: Point, x: Expr) -> Expr:
    """-1, 0 or 1; bools stay as they are, and the sign of NaN is 0."""
    if x.dtype is bool_:
        return x
    positive = select(x > 0, constant(1, x.dtype), 0)
    return select(x < 0, constant(-1, x.dtype), positive) if x.dtype.is_signed else positive
