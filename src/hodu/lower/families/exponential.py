"""Exponentials, logarithms, trigonometric and special functions of one or two elements."""

from __future__ import annotations

import math as numbers

from hodu.kernel import math
from hodu.kernel.algebra import constant
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.expr import Expr, select
from hodu.lower.point import Point
from hodu.lower.rules import SCALAR, scalar

_UNARY = (
    "exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh "
    "atanh erf erfc erfinv sigmoid"
)


def _register(name: str) -> None:
    function = getattr(math, name)

    def rule(c: Point, x: Expr) -> Expr:
        found: Expr = function(c.k, x)
        return found

    SCALAR[name] = rule


for _name in _UNARY.split():
    _register(_name)


@scalar("atan2")
def atan2(c: Point, y: Expr, x: Expr) -> Expr:
    """The angle of the point (x, y)."""
    return math.atan2(c.k, y, x)


@scalar("hypot")
def hypot(c: Point, x: Expr, y: Expr) -> Expr:
    """The length of the hypotenuse."""
    return math.hypot(c.k, x, y)


@scalar("logaddexp")
def logaddexp(c: Point, x: Expr, y: Expr) -> Expr:
    """log(exp(x) + exp(y)) without overflow."""
    return log_of_sum(c.k, x, y)


def log_of_sum(k: KernelBuilder, x: Expr, y: Expr) -> Expr:
    """The larger, and log1p of exp of minus the distance; equal infinities have none."""
    larger = select(x < y, y, x)
    e = math.exp_minus(k, k.let(math.magnitude(x - y), "distance"))
    return select(x.eq(y), x + numbers.log(2), larger + math.log1p(k, e))


@scalar("logit")
def logit(c: Point, x: Expr) -> Expr:
    """log(x / (1 - x)), with x first brought into [eps, 1 - eps]."""
    eps = c.attrs["eps"]
    inside = x if eps is None else math.clamp(x, *_limits(eps, x))
    inside = c.k.let(inside, "inside")
    return math.log(c.k, inside / (1.0 - inside))


def _limits(eps: float, x: Expr) -> tuple[float, float]:
    return float(constant(eps, x.dtype).value), float(constant(1 - eps, x.dtype).value)
