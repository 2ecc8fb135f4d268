"""Inverse trigonometric functions: minimax polynomials (Remez exchange) in x^2."""

from __future__ import annotations

import math

from hodu.kernel.algebra import unary
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.expr import Expr, select
from hodu.kernel.math.floats import (
    INF,
    copy_sign,
    is_negative,
    magnitude,
    pick,
    polynomial,
    sign_bit,
    with_sign,
)

# What pi / 2 is above the nearest f32, and above the nearest f64.
_HALF_PI_REST = ((-4.371139000186241e-08,), (6.123233995736766e-17,))
# (asin(x) - x) / x^3 for |x| <= 1/2, to 2^-27 and 2^-55
_ASIN = (0.1666675, 0.074953444, 0.045466162, 0.024195183, 0.042145602)
_ASIN_WIDE = (
    0.16666666666665655,
    0.07500000000294327,
    0.04464285685625925,
    0.030381958182690717,
    0.022371777576668264,
    0.017359448044742393,
    0.013887482638739665,
    0.012155964971573932,
    0.006579960812241889,
    0.019398024076813576,
    -0.016035745322568885,
    0.03179232197895211,
)
# (atan(x) - x) / x^3 for |x| <= 1, to 2^-28 and 2^-57
_ATAN = (
    -0.333333,
    0.19998549,
    -0.14264242,
    0.10952187,
    -0.08403455,
    0.057957657,
    -0.031177903,
    0.010914633,
    -0.0017936272,
)
_ATAN_WIDE = (
    -0.3333333333333307,
    0.19999999999951446,
    -0.142857142825743,
    0.11111111007003473,
    -0.0909090700261204,
    0.07692279835093534,
    -0.06666404024869375,
    0.058805276281764206,
    -0.05253517754092056,
    0.04722319597061201,
    -0.04219172301040422,
    0.03664177917252375,
    -0.029903655030803698,
    0.02198460934151658,
    -0.0139003353579082,
    0.007196347367257432,
    -0.0028848398064959878,
    0.0008312945814215478,
    -0.00015215506151846402,
    1.3224503807227378e-05,
)


def _half_pi_minus(x: Expr) -> Expr:
    """pi / 2 - x with a pi / 2 of more digits than a number has."""
    return (math.pi / 2 - x) + pick(x, *_HALF_PI_REST)[0]


def _asin_near(k: KernelBuilder, a: Expr) -> tuple[Expr, Expr]:
    """Whether a > 1/2, and then asin(sqrt((1 - a) / 2)), else asin(a); of a >= 0."""
    far = k.let(a > 0.5, "far")
    square = k.let(select(far, (1.0 - a) * 0.5, a * a), "square")
    root = k.let(select(far, unary("sqrt", square), a), "root")
    inner = root + root * square * polynomial(square, pick(a, _ASIN, _ASIN_WIDE))
    return far, k.let(inner, "inner")


def asin(k: KernelBuilder, x: Expr) -> Expr:
    """The angle in [-pi / 2, pi / 2] of a sine."""
    x = k.let(x, "x")
    far, inner = _asin_near(k, k.let(magnitude(x), "a"))
    return copy_sign(select(far, _half_pi_minus(inner + inner), inner), x)


def acos(k: KernelBuilder, x: Expr) -> Expr:
    """The angle in [0, pi] of a cosine."""
    x = k.let(x, "x")
    far, inner = _asin_near(k, k.let(magnitude(x), "a"))
    twice = k.let(inner + inner, "twice")
    rest = 2 * pick(x, *_HALF_PI_REST)[0]
    outer = select(x < 0.0, (math.pi - twice) + rest, twice)
    return select(far, outer, _half_pi_minus(with_sign(inner, sign_bit(x))))


def _atan_near(k: KernelBuilder, x: Expr) -> Expr:
    """atan(x) for |x| <= 1."""
    square = k.let(x * x, "square")
    return k.let(x + x * square * polynomial(square, pick(x, _ATAN, _ATAN_WIDE)), "angle")


def atan(k: KernelBuilder, x: Expr) -> Expr:
    """The angle in [-pi / 2, pi / 2] of a tangent."""
    x = k.let(x, "x")
    a = k.let(magnitude(x), "a")
    far = k.let(a > 1.0, "far")
    angle = _atan_near(k, k.let(select(far, 1.0 / a, a), "t"))
    return copy_sign(select(far, _half_pi_minus(angle), angle), x)


def atan2(k: KernelBuilder, y: Expr, x: Expr) -> Expr:
    """The angle in [-pi, pi] of the point (x, y)."""
    y, x = k.let(y, "y"), k.let(x, "x")
    height, width = k.let(magnitude(y), "height"), k.let(magnitude(x), "width")
    steep = k.let(height > width, "steep")
    above = k.let(select(steep, width, height), "above")
    below = k.let(select(steep, height, width), "below")
    ratio = select(above.eq(0.0) & below.eq(0.0), 0.0, above / below)
    ratio = select(above.eq(INF) & below.eq(INF), 1.0, ratio)
    angle = _atan_near(k, k.let(ratio, "t"))
    angle = select(steep, _half_pi_minus(angle), angle)
    rest = 2 * pick(x, *_HALF_PI_REST)[0]
    return copy_sign(select(is_negative(x), (math.pi - angle) + rest, angle), y)
