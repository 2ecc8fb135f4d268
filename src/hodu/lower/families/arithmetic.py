"""Arithmetic of two elements."""

from __future__ import annotations

from hodu.dtypes import bool_
from hodu.kernel.expr import Expr
from hodu.lower.point import Point
from hodu.lower.rules import scalar


@scalar("add")
def add(c: Point, x: Expr, y: Expr) -> Expr:
    """The sum; on bools, logical or."""
    return x | y if x.dtype is bool_ else x + y


@scalar("sub")
def sub(c: Point, x: Expr, y: Expr) -> Expr:
    """The difference."""
    return x - y


@scalar("mul")
def mul(c: Point, x: Expr, y: Expr) -> Expr:
    """The product; on bools, logical and."""
    return x & y if x.dtype is bool_ else x * y


@scalar("div")
def div(c: Point, x: Expr, y: Expr) -> Expr:
    """The quotient of floats."""
    return x / y
