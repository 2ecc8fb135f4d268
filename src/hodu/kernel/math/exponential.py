"""The exponential function and its relatives.

x = n ln 2 + r with |r| <= ln(2) / 2; exp(r) is a minimax polynomial (Remez exchange), scaled by
2**n. ln 2 is in two parts, the first of few bits, so that n times it is exact (W. J. Cody and
W. Waite, "Software Manual for the Elementary Functions", 1980).
"""

from __future__ import annotations

import math

from hodu.dtypes import f32
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.expr import Expr, select
from hodu.kernel.math.floats import (
    biased_power,
    clamp,
    format_of,
    magnitude,
    pick,
    polynomial,
)

_LN2 = {f32: (0.693115234375, 3.1946184945309415e-05)}
_LN2_WIDE = (0.6931471805592082, 7.371002565167799e-13)
# (exp(r) - 1 - r) / r^2, to 2^-26 of r in f32 and 2^-55 in f64
_EXP = (0.5, 0.16666542, 0.04166628, 0.00836663, 0.0013946586)
_EXP_WIDE = (
    0.5000000000000006,
    0.16666666666666685,
    0.04166666666657343,
    0.008333333333314501,
    0.0013888888932489891,
    0.00019841269903284062,
    2.4801504272022934e-05,
    2.7557227686575916e-06,
    2.762640787080555e-07,
    2.5114568360134154e-08,
)


def nearest(k: KernelBuilder, x: Expr, scale: float = 1.0, *, above: int = 0) -> tuple[Expr, Expr]:
    """The integer nearest to `x * scale` as a float, and `above` more as low bits of an integer."""
    form = format_of(x)
    rounder = form.rounder + above
    shifted = k.let(x * scale + rounder, "shifted")
    return k.let(shifted - rounder, "n"), shifted.bitcast(form.signed)


def expm1_reduced(r: Expr) -> Expr:
    """exp(r) - 1 for |r| <= ln(2) / 2."""
    return r * ((r * polynomial(r, pick(r, _EXP, _EXP_WIDE))) + 1.0)


def exp_reduced(k: KernelBuilder, r: Expr) -> Expr:
    """exp(r) for |r| <= ln(2) / 2."""
    return k.let(expm1_reduced(r) + 1.0, "p")


def twice_biased(x: Expr) -> int:
    """How far above n the bits are that `scaled` takes."""
    return 2 * format_of(x).bias


def scaled(k: KernelBuilder, p: Expr, bits: Expr) -> Expr:
    """p * 2**n of bits `twice_biased` above n, in two steps, as the least results are subnormal."""
    half = k.let(bits >> 1, "half")
    return p * biased_power(half, p.dtype) * biased_power(bits - half, p.dtype)


def _reduced(k: KernelBuilder, x: Expr, above: int) -> tuple[Expr, Expr]:
    """The rest r, and `above` more than n as the low bits of an integer."""
    high, low = _LN2.get(x.dtype, _LN2_WIDE)
    n, bits = nearest(k, x, 1 / math.log(2), above=above)
    return k.let(x - n * high - n * low, "r"), bits


def exp(k: KernelBuilder, x: Expr) -> Expr:
    """e to the power of `x`."""
    low, high = pick(x, (-105.0, 90.0), (-746.0, 711.0))
    r, bits = _reduced(k, k.let(clamp(x, low, high), "x"), twice_biased(x))
    return scaled(k, exp_reduced(k, r), bits)


def half_exp(k: KernelBuilder, x: Expr) -> Expr:
    """exp(x) / 2, which overflows only where that does; for x >= 0."""
    high = pick(x, (90.0,), (711.0,))[0]
    r, bits = _reduced(k, k.let(select(x > high, high, x), "x"), twice_biased(x))
    return scaled(k, k.let(exp_reduced(k, r) * 0.5, "p"), bits)


def exp_bounded(k: KernelBuilder, x: Expr) -> Expr:
    """exp(x) for |x| <= 86, with fewer operations; NaN stays."""
    r, bits = _reduced(k, x, format_of(x).bias)
    return exp_reduced(k, r) * biased_power(bits, x.dtype)


def exp_minus(k: KernelBuilder, a: Expr) -> Expr:
    """exp(-a) for a >= 0, with fewer operations; NaN stays."""
    high = pick(a, (105.0,), (746.0,))[0]
    # 2**n may be subnormal, so it is taken times 2**lift: that is a normal number for every n.
    bias = format_of(a).bias
    lift = bias // 2
    r, bits = _reduced(k, k.let(-select(a > high, high, a), "x"), bias + lift)
    return exp_reduced(k, r) * biased_power(bits, a.dtype) * 2.0**-lift


def exp_weight(k: KernelBuilder, x: Expr) -> Expr:
    """exp(x) for x <= 0, as 0 where that would be subnormal, with the fewest operations; NaN stays.

    In f32 that is from -87.7 on, in f64 from -708.7: there n is least and 2**n has no bit set.
    """
    low = pick(x, (-88.0,), (-709.0,))[0]
    r, bits = _reduced(k, k.let(select(x < low, low, x), "x"), format_of(x).bias)
    return exp_reduced(k, r) * biased_power(bits, x.dtype)


def exp2(k: KernelBuilder, x: Expr) -> Expr:
    """2 to the power of `x`."""
    low, high = pick(x, (-151.0, 129.0), (-1076.0, 1025.0))
    x = k.let(clamp(x, low, high), "x")
    n, bits = nearest(k, x, above=twice_biased(x))
    r = k.let((x - n) * math.log(2), "r")
    return scaled(k, exp_reduced(k, r), bits)


def expm1(k: KernelBuilder, x: Expr) -> Expr:
    """exp(x) - 1, accurate near 0."""
    x = k.let(x, "x")
    low, high = pick(x, (-18.0, 88.8), (-40.0, 709.9))
    # Half the result, so that 2**n does not overflow before it does.
    clamped = k.let(clamp(x, low, high), "clamped")
    r, bits = _reduced(k, clamped, format_of(x).bias - 1)
    scale = k.let(biased_power(bits, x.dtype), "scale")
    inner = expm1_reduced(r) * scale + (scale - 0.5)
    tiny = 2.0 ** -(format_of(x).fraction + 3)
    return select(magnitude(x) < tiny, x, inner + inner)
