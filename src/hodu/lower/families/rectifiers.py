"""Activations made of straight pieces."""

from __future__ import annotations

from hodu.kernel import math
from hodu.kernel.algebra import constant
from hodu.kernel.expr import Expr, Operand, select
from hodu.lower.number import number
from hodu.lower.point import Point
from hodu.lower.rules import scalar


def _between(x: Expr, low: Operand, high: Operand) -> Expr:
    """x brought into a range; NaN stays, and where low > high it is high."""
    x = select(x < low, low, x)
    return select(x > high, high, x)


@scalar("relu")
def relu(c: Point, x: Expr) -> Expr:
    """x where it is positive, else 0; NaN stays."""
    return select(x < 0, 0, x) if x.dtype.is_signed else x


@scalar("relu6")
def relu6(c: Point, x: Expr) -> Expr:
    """x brought into [0, 6]."""
    return _between(x, 0, 6)


@scalar("hardtanh")
def hardtanh(c: Point, x: Expr) -> Expr:
    """x brought into [min_val, max_val]."""
    dtype = c.type().dtype
    return _between(x, number(c.attrs["min_val"], dtype), number(c.attrs["max_val"], dtype))


@scalar("threshold")
def threshold(c: Point, x: Expr) -> Expr:
    """x where it is above the threshold, else `value`."""
    dtype = c.type().dtype
    limit = c.attrs["threshold"]
    if dtype.is_integer:  # an integer is at most a number where it is at most its floor
        return select(x <= number(int(limit // 1), dtype), number(c.attrs["value"], dtype), x)
    return select(x <= constant(limit, x.dtype), number(c.attrs["value"], dtype), x)


@scalar("leaky_relu")
def leaky_relu(c: Point, x: Expr) -> Expr:
    """x where it is positive, else a multiple of it."""
    return select(x > 0.0, x, x * c.attrs["negative_slope"])


@scalar("hardsigmoid")
def hardsigmoid(c: Point, x: Expr) -> Expr:
    """x + 3 brought into [0, 6], divided by 6."""
    return _between(c.k.let(x + 3.0, "shifted"), 0.0, 6.0) * (1 / 6)


@scalar("hardswish")
def hardswish(c: Point, x: Expr) -> Expr:
    """x * hardsigmoid(x)."""
    return x * hardsigmoid(c, x)


@scalar("hardshrink")
def hardshrink(c: Point, x: Expr) -> Expr:
    """x where it lies outside [-lambd, lambd], else 0."""
    limit = number(c.attrs["lambd"], c.type().dtype)
    return select(math.magnitude(x) <= limit, 0.0, x)


@scalar("softshrink")
def softshrink(c: Point, x: Expr) -> Expr:
    """x brought towards 0 by `lambd`, to 0 inside [-lambd, lambd]."""
    limit = constant(c.attrs["lambd"], x.dtype)
    outside = x - math.copy_sign(limit, x)
    return select(math.magnitude(x) <= limit, x * 0.0, outside)
