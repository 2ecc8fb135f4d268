"""Comparisons, truth, bits, and what is NaN or infinite."""

from __future__ import annotations

from hodu.dtypes import bool_
from hodu.kernel import math
from hodu.kernel.algebra import constant
from hodu.kernel.expr import Expr, select
from hodu.lower.number import number
from hodu.lower.point import Point
from hodu.lower.rules import scalar
from hodu.ops.nonfinite import finfo

INF = float("inf")


@scalar("eq")
def eq(c: Point, x: Expr, y: Expr) -> Expr:
    """Whether the elements are equal."""
    return ~(x ^ y) if x.dtype is bool_ else x.eq(y)


@scalar("ne")
def ne(c: Point, x: Expr, y: Expr) -> Expr:
    """Whether they differ."""
    return x ^ y if x.dtype is bool_ else x.ne(y)


@scalar("lt")
def lt(c: Point, x: Expr, y: Expr) -> Expr:
    """Whether the first is less; False is less than True."""
    return ~x & y if x.dtype is bool_ else x < y


@scalar("le")
def le(c: Point, x: Expr, y: Expr) -> Expr:
    """Whether the first is less or equal."""
    return ~x | y if x.dtype is bool_ else x <= y


@scalar("gt")
def gt(c: Point, x: Expr, y: Expr) -> Expr:
    """Whether the first is greater."""
    return lt(c, y, x)


@scalar("ge")
def ge(c: Point, x: Expr, y: Expr) -> Expr:
    """Whether the first is greater or equal."""
    return le(c, y, x)


def truth(x: Expr) -> Expr:
    """Whether an element of any dtype differs from 0; NaN does."""
    return x if x.dtype is bool_ else x.ne(0)


@scalar("logical_and")
def logical_and(c: Point, x: Expr, y: Expr) -> Expr:
    """Whether both are true."""
    return truth(x) & truth(y)


@scalar("logical_or")
def logical_or(c: Point, x: Expr, y: Expr) -> Expr:
    """Whether either is true."""
    return truth(x) | truth(y)


@scalar("logical_xor")
def logical_xor(c: Point, x: Expr, y: Expr) -> Expr:
    """Whether just one is true."""
    return truth(x) ^ truth(y)


@scalar("logical_not")
def logical_not(c: Point, x: Expr) -> Expr:
    """Whether the element is false."""
    return ~truth(x)


@scalar("isnan")
def isnan(c: Point, x: Expr) -> Expr:
    """Whether the element is NaN."""
    return math.is_nan(x) if x.dtype.is_float else constant(False, bool_, x.lanes)


@scalar("isinf")
def isinf(c: Point, x: Expr) -> Expr:
    """Whether the element is infinite."""
    return math.magnitude(x).eq(INF) if x.dtype.is_float else constant(False, bool_, x.lanes)


@scalar("isfinite")
def isfinite(c: Point, x: Expr) -> Expr:
    """Whether the element is neither infinite nor NaN."""
    return math.magnitude(x) < INF if x.dtype.is_float else constant(True, bool_, x.lanes)


@scalar("nan_to_num")
def nan_to_num(c: Point, x: Expr) -> Expr:
    """NaN and infinities replaced, by default by 0 and the dtype's limits."""
    dtype = c.type().dtype
    if not dtype.is_float:
        return x
    limits = finfo(dtype.numpy)
    high, low = c.attrs["posinf"], c.attrs["neginf"]
    high = float(limits.max) if high is None else high
    low = float(limits.min) if low is None else low
    found = select(x.eq(INF), number(high, dtype), select(x.eq(-INF), number(low, dtype), x))
    return select(math.is_nan(x), number(c.attrs["nan"] or 0.0, dtype), found)
