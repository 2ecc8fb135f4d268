"""Smooth activations, computed in f32 or f64 and rounded once."""

from __future__ import annotations

import math as numbers

from hodu.dtypes import f32
from hodu.kernel import math
from hodu.kernel.algebra import constant
from hodu.kernel.expr import Expr, select
from hodu.lower.point import Point
from hodu.lower.rules import scalar

_SELU_ALPHA = 1.6732632423543772848170429916717
_SELU_SCALE = 1.0507009873554804934193349852946
_FAR = 20.0  # beyond, mish is the identity to all digits of an f64


@scalar("elu")
def elu(c: Point, x: Expr) -> Expr:
    """x where it is positive, else alpha * (exp(x) - 1)."""
    return select(x > 0.0, x, math.expm1(c.k, x) * c.attrs["alpha"])


@scalar("celu")
def celu(c: Point, x: Expr) -> Expr:
    """x where it is positive, else alpha * (exp(x / alpha) - 1)."""
    alpha = c.attrs["alpha"]
    return select(x > 0.0, x, math.expm1(c.k, x / alpha) * alpha)


@scalar("selu")
def selu(c: Point, x: Expr) -> Expr:
    """elu of fixed alpha, scaled."""
    return select(x > 0.0, x, math.expm1(c.k, x) * _SELU_ALPHA) * _SELU_SCALE


@scalar("gelu")
def gelu(c: Point, x: Expr) -> Expr:
    """x times the normal distribution of x, exact or by tanh: (1 + tanh(u)) / 2 = sigmoid(2 u)."""
    if c.attrs["approximate"] == "none":
        if x.dtype is f32:
            tail = c.k.let(math.normal_tail(c.k, c.k.let(math.magnitude(x), "a")), "tail")
            return x * select(x < 0.0, tail, 1.0 - tail)
        inner = math.erf(c.k, c.k.let(x * numbers.sqrt(0.5), "inner"))
        return x * 0.5 * (inner + 1.0)
    twice = (x * x * x * 0.044715 + x) * numbers.sqrt(8 / numbers.pi)
    return x * math.sigmoid(c.k, twice)


@scalar("silu")
def silu(c: Point, x: Expr) -> Expr:
    """x * sigmoid(x)."""
    return x * math.sigmoid(c.k, x)


@scalar("mish")
def mish(c: Point, x: Expr) -> Expr:
    """x * tanh(log(1 + e)) of e = exp(x), whose tanh is n / (n + 2) of n = e (e + 2)."""
    e = c.k.let(math.exp(c.k, select(x > _FAR, _FAR, x)), "e")
    n = c.k.let(e * (e + 2.0), "n")
    return x * (n / (n + 2.0))


@scalar("softplus")
def softplus(c: Point, x: Expr) -> Expr:
    """log(1 + exp(beta * x)) / beta; x itself where beta * x is above the threshold."""
    beta, threshold = c.attrs["beta"], c.attrs["threshold"]
    scaled = c.k.let(x * beta, "scaled")
    return select(scaled > threshold, x, _softplus(c, scaled) / beta)


def _softplus(c: Point, x: Expr) -> Expr:
    """log(1 + exp(x)) = max(x, 0) + log1p(exp(-|x|))."""
    e = c.k.let(math.exp_minus(c.k, math.magnitude(x)), "e")
    return select(x < 0.0, constant(0.0, x.dtype), x) + math.log1p(c.k, e)


@scalar("log_sigmoid")
def log_sigmoid(c: Point, x: Expr) -> Expr:
    """The logarithm of sigmoid, -log(1 + exp(-x))."""
    return -_softplus(c, c.k.let(-x, "negative"))


@scalar("softsign")
def softsign(c: Point, x: Expr) -> Expr:
    """x / (1 + |x|)."""
    return x / (math.magnitude(x) + 1.0)


@scalar("tanhshrink")
def tanhshrink(c: Point, x: Expr) -> Expr:
    """x - tanh(x)."""
    return x - math.tanh(c.k, x)
