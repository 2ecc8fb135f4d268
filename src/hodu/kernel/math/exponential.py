"""The exponential function and its relatives.

x = n ln 2 + r with |r| <= ln(2) / 2; exp(r) is a minimax polynomial (Remez exchange), scaled by
2**n. ln 2 is in two parts, the first of few bits, so that n times it is exact (W. J. Cody and
W. Waite, "Software Manual for the Elementary Functions", 1980).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from hodu.dtypes import f32
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.expr import Expr, select
from hodu.kernel.math.floats import (
    clamp,
    format_of,
    magnitude,
    pick,
    polynomial,
    power_of_two,
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


def nearest(k: KernelBuilder, x: Expr, scale: float = 1.0) -> tuple[Expr, Expr]:
    """The integer nearest to `x * scale` as a float, and as the low bits of an integer."""
    form = format_of(x)
    shifted = k.let(x * scale + form.rounder, "shifted")
    return k.let(shifted - form.rounder, "n"), shifted.bitcast(form.signed)


def expm1_reduced(r: Expr) -> Expr:
    """exp(r) - 1 for |r| <= ln(2) / 2."""
    return r + r * r * polynomial(r, pick(r, _EXP, _EXP_WIDE))


def scaled(k: KernelBuilder, p: Expr, bits: Expr) -> Expr:
    """p * 2**n for the n of `nearest`, in two steps, as the least results are subnormal."""
    half = k.let(bits >> 1, "half")
    return p * power_of_two(half, p.dtype) * power_of_two(bits - half, p.dtype)


def _reduced(k: KernelBuilder, x: Expr) -> tuple[Expr, Expr]:
    """The rest r, and n as the low bits of an integer."""
    high, low = _ln2(x)
    n, bits = nearest(k, x, 1 / math.log(2))
    return k.let(x - n * high - n * low, "r"), bits


def _ln2(x: Expr) -> Sequence[float]:
    return _LN2.get(x.dtype, _LN2_WIDE)


def exp(k: KernelBuilder, x: Expr) -> Expr:
    """e to the power of `x`."""
    low, high = pick(x, (-105.0, 90.0), (-746.0, 711.0))
    r, bits = _reduced(k, k.let(clamp(x, low, high), "x"))
    return scaled(k, k.let(expm1_reduced(r) + 1.0, "p"), bits)


def half_exp(k: KernelBuilder, x: Expr) -> Expr:
    """exp(x) / 2, which overflows only where that does; for x >= 0."""
    high = pick(x, (90.0,), (711.0,))[0]
    r, bits = _reduced(k, k.let(select(x > high, high, x), "x"))
    return scaled(k, k.let((expm1_reduced(r) + 1.0) * 0.5, "p"), bits)


def exp_bounded(k: KernelBuilder, x: Expr) -> Expr:
    """exp(x) for |x| <= 86, with fewer operations; NaN stays."""
    r, bits = _reduced(k, x)
    return (expm1_reduced(r) + 1.0) * power_of_two(bits, x.dtype)


def exp2(k: KernelBuilder, x: Expr) -> Expr:
    """2 to the power of `x`."""
    low, high = pick(x, (-151.0, 129.0), (-1076.0, 1025.0))
    x = k.let(clamp(x, low, high), "x")
    n, bits = nearest(k, x)
    r = k.let((x - n) * math.log(2), "r")
    return scaled(k, k.let(expm1_reduced(r) + 1.0, "p"), bits)


def expm1(k: KernelBuilder, x: Expr) -> Expr:
    """exp(x) - 1, accurate near 0."""
    x = k.let(x, "x")
    low, high = pick(x, (-18.0, 88.8), (-40.0, 709.9))
    r, bits = _reduced(k, k.let(clamp(x, low, high), "clamped"))
    # Half the result, so that 2**n does not overflow before it does.
    scale = k.let(power_of_two(bits - 1, x.dtype), "scale")
    inner = expm1_reduced(r) * scale + (scale - 0.5)
    tiny = 2.0 ** -(format_of(x).fraction + 3)
    return select(magnitude(x) < tiny, x, inner + inner)
