"""Choosing between elements: maxima, minima, bounds, masks; and mixing them."""

from __future__ import annotations

from hodu.dtypes import bool_
from hodu.kernel import math
from hodu.kernel.expr import Expr, select
from hodu.lower.number import number
from hodu.lower.point import Point
from hodu.lower.rules import scalar


@scalar("maximum")
def maximum(c: Point, x: Expr, y: Expr) -> Expr:
    """The larger; NaN if either is."""
    if x.dtype is bool_:
        return x | y
    return select((x > y) | math.is_nan(x), x, y) if x.dtype.is_float else x.max(y)


@scalar("minimum")
def minimum(c: Point, x: Expr, y: Expr) -> Expr:
    """The smaller; NaN if either is."""
    if x.dtype is bool_:
        return x & y
    return select((x < y) | math.is_nan(x), x, y) if x.dtype.is_float else x.min(y)


@scalar("fmax")
def fmax(c: Point, x: Expr, y: Expr) -> Expr:
    """The larger; the other one where one is NaN."""
    if not x.dtype.is_float:
        return maximum(c, x, y)
    return select((x > y) | math.is_nan(y), x, y)


@scalar("fmin")
def fmin(c: Point, x: Expr, y: Expr) -> Expr:
    """The smaller; the other one where one is NaN."""
    if not x.dtype.is_float:
        return minimum(c, x, y)
    return select((x < y) | math.is_nan(y), x, y)


@scalar("clamp")
def clamp(c: Point, x: Expr, low: Expr | None = None, high: Expr | None = None) -> Expr:
    """The element brought into [low, high]; where low > high it is high."""
    x = x if low is None else maximum(c, x, low)
    return x if high is None else minimum(c, c.k.let(x, "x"), high)


@scalar("where")
def where(c: Point, condition: Expr, x: Expr, y: Expr) -> Expr:
    """The first where the condition holds, the second elsewhere."""
    return select(condition, x, y)


@scalar("lerp")
def lerp(c: Point, x: Expr, end: Expr, weight: Expr) -> Expr:
    """The point between x (weight 0) and end (weight 1), both hit exactly."""
    step = c.k.let(end - x, "step")
    return select(math.magnitude(weight) < 0.5, x + weight * step, end - step * (1.0 - weight))


@scalar("addcmul")
def addcmul(c: Point, x: Expr, a: Expr, b: Expr) -> Expr:
    """x + value * a * b."""
    return x + a * number(c.attrs["value"], c.type().dtype) * b


@scalar("addcdiv")
def addcdiv(c: Point, x: Expr, a: Expr, b: Expr) -> Expr:
    """x + value * a / b."""
    return x + a * number(c.attrs["value"], c.type().dtype) / b


@scalar("detach")
@scalar("clone")
def clone(c: Point, x: Expr) -> Expr:
    """The element itself."""
    return x
