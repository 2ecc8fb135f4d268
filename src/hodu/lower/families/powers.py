"""Powers and roots."""

from __future__ import annotations

from hodu.kernel import math
from hodu.kernel.algebra import constant, unary
from hodu.kernel.expr import Const, Expr, select
from hodu.kernel.intrinsics import reduce_lanes
from hodu.lower import status
from hodu.lower.point import Point
from hodu.lower.rules import scalar


@scalar("pow")
def pow(c: Point, x: Expr, y: Expr) -> Expr:
    """The power; negative integer powers of integers are errors."""
    if not x.dtype.is_float:
        return _integer_power(c, x, y)
    known = _known_power(x, float(y.value)) if isinstance(y, Const) else None
    return math.pow(c.k, x, y) if known is None else known


def _known_power(x: Expr, y: float) -> Expr | None:
    """Powers that are a few products or a root, None for others."""
    if y in (0.5, -0.5):
        # pow gives 0 for -0 and infinity for -inf, sqrt does not
        root = select(x.eq(-float("inf")), float("inf"), unary("sqrt", x + 0.0))
        return root if y > 0 else 1.0 / root
    square = x * x
    powers = {1.0: x, 2.0: square, 3.0: square * x, 4.0: square * square, -1.0: 1.0 / x}
    return powers.get(y)


def _integer_power(c: Point, x: Expr, y: Expr) -> Expr:
    """The product of the squarings of x that the bits of y name; wraps around."""
    if y.dtype.is_signed:
        message = "an integer to the power of {0}: negative powers are fractions"
        c.fail(y < 0, status.VALUE, message, y, hint="make the base a float, with .to('f32')")
    lanes = max(x.lanes, y.lanes)
    one = constant(1, x.dtype)
    result = c.k.local("power", x.dtype, lanes=lanes, init=one)
    base = c.k.local("base", x.dtype, lanes=lanes, init=x)
    left = c.k.local("left", x.dtype, lanes=lanes, init=y)
    with c.k.loop_while(_any_set(c.k.load(left))):
        odd = (c.k.load(left) & 1).ne(0)
        c.k.store(result, 0, c.k.load(result) * select(odd, c.k.load(base), one))
        c.k.store(base, 0, c.k.load(base) * c.k.load(base))
        c.k.store(left, 0, c.k.load(left) >> 1)
    return c.k.let(c.k.load(result), "power")


def _any_set(bits: Expr) -> Expr:
    return reduce_lanes("max", bits) > 0


@scalar("square")
def square(c: Point, x: Expr) -> Expr:
    """The square."""
    return x * x


@scalar("sqrt")
def sqrt(c: Point, x: Expr) -> Expr:
    """The square root; NaN below zero."""
    return unary("sqrt", x)


@scalar("rsqrt")
def rsqrt(c: Point, x: Expr) -> Expr:
    """One over the square root."""
    return 1.0 / unary("sqrt", x)


@scalar("reciprocal")
def reciprocal(c: Point, x: Expr) -> Expr:
    """One over the element."""
    return 1.0 / x
