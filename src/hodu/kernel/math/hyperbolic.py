"""Hyperbolic functions and their inverses."""

from __future__ import annotations

import math

from hodu.kernel.algebra import unary
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.expr import Expr, select
from hodu.kernel.math.exponential import exp_bounded, half_exp
from hodu.kernel.math.floats import (
    NAN,
    copy_sign,
    format_of,
    magnitude,
    pick,
    polynomial,
)
from hodu.kernel.math.logarithm import log, log1p

# (tanh(x) - x) / x^3 in x^2 for |x| <= 0.625, to 2^-27 and 2^-61
_TANH = (-0.33333284, 0.13331516, -0.05374521, 0.020655375, -0.0057217525)
_TANH_WIDE = (
    -0.33333333333333315,
    0.13333333333330202,
    -0.0539682539662702,
    0.021869488473724278,
    -0.008863234382988723,
    0.0035921146306657327,
    -0.0014557296849958276,
    0.0005894666217289288,
    -0.00023705068025273298,
    9.162347471691756e-05,
    -3.0249777626221988e-05,
    6.068826268506022e-06,
)
# (sinh(x) - x) / x^3 in x^2 for |x| <= 1, to 2^-34 and 2^-63
_SINH = (0.16666667, 0.0083333505, 0.00019836075, 2.8173997e-06)
_SINH_WIDE = (
    0.16666666666666669,
    0.00833333333333314,
    0.00019841269841436456,
    2.7557319155664143e-06,
    2.5052123353159916e-08,
    1.6057243492709575e-10,
    7.759225609300673e-13,
)


def tanh(k: KernelBuilder, x: Expr) -> Expr:
    """The hyperbolic tangent: a polynomial near 0, else 1 - 2 / (exp(2 x) + 1)."""
    x = k.let(x, "x")
    a = k.let(magnitude(x), "a")
    most = pick(x, (10.0,), (20.0,))[0]  # from here on it is 1
    e = exp_bounded(k, k.let(select(a > most, most, a) * 2.0, "twice"))
    square = k.let(x * x, "square")
    near = a + a * square * polynomial(square, pick(x, _TANH, _TANH_WIDE))
    return copy_sign(select(a < 0.625, near, 1.0 - 2.0 / (e + 1.0)), x)


def sinh(k: KernelBuilder, x: Expr) -> Expr:
    """The hyperbolic sine: a polynomial near 0, else of exp."""
    x = k.let(x, "x")
    a = k.let(magnitude(x), "a")
    half = k.let(half_exp(k, a), "half")
    square = k.let(x * x, "square")
    near = a + a * square * polynomial(square, pick(x, _SINH, _SINH_WIDE))
    return copy_sign(select(a < 1.0, near, half - 0.25 / half), x)


def cosh(k: KernelBuilder, x: Expr) -> Expr:
    """The hyperbolic cosine."""
    half = k.let(half_exp(k, k.let(magnitude(x), "a")), "half")
    return half + 0.25 / half


def asinh(k: KernelBuilder, x: Expr) -> Expr:
    """The inverse hyperbolic sine, log1p(x + x^2 / (1 + sqrt(x^2 + 1)))."""
    x = k.let(x, "x")
    a = k.let(magnitude(x), "a")
    large = 2.0 ** (format_of(x).fraction // 2 + 2)  # from here on sqrt(x^2 + 1) is x
    near = k.let(select(a > large, 1.0, a), "near")
    square = k.let(near * near, "square")
    inner = near + square / (unary("sqrt", square + 1.0) + 1.0)
    found = _log1p_or_log(k, inner, a, a > large)
    return copy_sign(found, x)


def acosh(k: KernelBuilder, x: Expr) -> Expr:
    """The inverse hyperbolic cosine, log1p(t + sqrt(2 t + t^2)) of t = x - 1; NaN below 1."""
    x = k.let(x, "x")
    large = 2.0 ** (format_of(x).fraction // 2 + 2)  # from here on it is log(2 x)
    t = k.let(select(x > large, 1.0, x) - 1.0, "t")
    found = _log1p_or_log(k, t + unary("sqrt", t * 2.0 + t * t), x, x > large)
    return select(x < 1.0, NAN, found)


def _log1p_or_log(k: KernelBuilder, inner: Expr, x: Expr, is_large: Expr) -> Expr:
    """log(2 x) where x is large, else log1p(inner)."""
    far = k.let(log(k, x), "far") + math.log(2)
    return select(is_large, far, k.let(log1p(k, inner), "near"))


def atanh(k: KernelBuilder, x: Expr) -> Expr:
    """The inverse hyperbolic tangent, log1p(2 x / (1 - x)) / 2; NaN beyond -1 and 1."""
    x = k.let(x, "x")
    a = k.let(magnitude(x), "a")
    return copy_sign(log1p(k, k.let((a + a) / (1.0 - a), "ratio")) * 0.5, x)
