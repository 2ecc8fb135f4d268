"""Sine, cosine and tangent: minimax polynomials (Remez exchange) on [-pi / 4, pi / 4]."""

from __future__ import annotations

from hodu.kernel.builder import KernelBuilder
from hodu.kernel.expr import Expr, select
from hodu.kernel.math.floats import (
    format_of,
    magnitude,
    pick,
    polynomial,
    sign_bit,
    with_sign,
)
from hodu.kernel.math.reduction import reduce_angle

# (sin(r) - r) / r^3 in r^2, to 2^-28 and 2^-58
_SIN = (-0.16666655, 0.008332176, -0.0001951695)
_SIN_WIDE = (
    -0.16666666666666632,
    0.00833333333332247,
    -0.00019841269829826472,
    2.7557313691985995e-06,
    -2.505075735763807e-08,
    1.5896715943325036e-10,
)
# (cos(r) - 1 + r^2 / 2) / r^4 in r^2, to 2^-33 and 2^-64
_COS = (0.041666646, -0.0013887372, 2.443876e-05)
_COS_WIDE = (
    0.041666666666666616,
    -0.0013888888888888876,
    2.4801587290486986e-05,
    -2.7557314607061354e-07,
    2.087575416284958e-09,
    -1.136109231646114e-11,
)


def _both(k: KernelBuilder, r: Expr) -> tuple[Expr, Expr]:
    """The sine and the cosine of a reduced angle."""
    square = k.let(r * r, "square")
    sine = r + r * square * polynomial(square, pick(r, _SIN, _SIN_WIDE))
    high = square * square * polynomial(square, pick(r, _COS, _COS_WIDE))
    return k.let(sine, "sine"), k.let((high - square * 0.5) + 1.0, "cosine")


def sin(k: KernelBuilder, x: Expr) -> Expr:
    """The sine of any angle."""
    x = k.let(x, "x")
    r, q = reduce_angle(k, k.let(magnitude(x), "a"))
    sine, cosine = _both(k, r)
    found = select((q & 1).ne(0), cosine, sine)
    return with_sign(found, ((q & 2) << (format_of(x).width - 2)) ^ sign_bit(x))


def cos(k: KernelBuilder, x: Expr) -> Expr:
    """The cosine of any angle."""
    r, q = reduce_angle(k, k.let(magnitude(x), "a"))
    sine, cosine = _both(k, r)
    found = select((q & 1).ne(0), sine, cosine)
    return with_sign(found, ((q + 1) & 2) << (format_of(x).width - 2))


def tan(k: KernelBuilder, x: Expr) -> Expr:
    """The tangent of any angle."""
    x = k.let(x, "x")
    r, q = reduce_angle(k, k.let(magnitude(x), "a"))
    sine, cosine = _both(k, r)
    odd = k.let((q & 1).ne(0), "odd")
    found = select(odd, cosine, sine) / select(odd, sine, cosine)
    return with_sign(found, ((q & 1) << (format_of(x).width - 1)) ^ sign_bit(x))
