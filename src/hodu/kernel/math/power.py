"""Powers: exp2(y log2(x)) with a logarithm of twice the digits.

The way of Sun's fdlibm, e_pow.c (1993): numbers are split into halves whose products are exact.
"""

from __future__ import annotations

import math

from hodu.kernel.algebra import constant, unary
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.expr import Expr, select
from hodu.kernel.math.exponential import exp_reduced, nearest, scaled, twice_biased
from hodu.kernel.math.floats import (
    INF,
    NAN,
    clamp,
    format_of,
    is_nan,
    is_negative,
    magnitude,
    pick,
    polynomial,
    upper_half,
    with_sign,
)
from hodu.kernel.math.logarithm import split

# (3/2 log((1 + s) / (1 - s)) / s - 3 - s^2) / s^4 in s^2, to 2^-35 and 2^-64
_LOG = (0.6000023, 0.4282081, 0.35125592)
_LOG_WIDE = (
    0.6000000000000305,
    0.4285714285528219,
    0.3333333375928305,
    0.2727267815511357,
    0.23080069079537935,
    0.19886655588942279,
    0.19782209849628477,
)
# 2 / (3 ln 2), and its upper half and the rest in f32 and in f64
_SCALE = 2 / (3 * math.log(2))
_SCALE_PARTS = (
    (0.961669921875, 0.00012677205086220056),
    (0.9617966860532761, 7.872699542894897e-09),
)


def _log2(k: KernelBuilder, x: Expr) -> tuple[Expr, Expr]:
    """log2(x) of a positive x as a sum whose first part has half the digits."""
    e, m = split(k, x)
    f, above = k.let(m - 1.0, "f"), k.let(m + 1.0, "above")
    inverse = k.let(1.0 / above, "inverse")
    s = k.let(f * inverse, "s")
    s_high, t_high = k.let(upper_half(s), "s_high"), k.let(upper_half(above), "t_high")
    t_low = m - (t_high - 1.0)
    s_low = k.let(inverse * ((f - s_high * t_high) - s_high * t_low), "s_low")
    square = k.let(s * s, "square")
    rest = square * square * polynomial(square, pick(x, _LOG, _LOG_WIDE)) + s_low * (s_high + s)
    rest = k.let(rest, "rest")
    square_high = k.let(s_high * s_high, "square_high")
    t_high = k.let(upper_half((square_high + 3.0) + rest), "t_high")
    t_low = rest - ((t_high - 3.0) - square_high)
    # s (3 + s^2 + ...) is 3/2 of the logarithm of m
    u, v = k.let(s_high * t_high, "u"), k.let(s_low * t_high + t_low * s, "v")
    p_high = k.let(upper_half(u + v), "p_high")
    p_low = v - (p_high - u)
    scale_high, scale_low = pick(x, *_SCALE_PARTS)
    z_high = k.let(p_high * scale_high, "z_high")
    z_low = k.let(p_high * scale_low + p_low * _SCALE, "z_low")
    high = k.let(upper_half((z_high + z_low) + e), "high")
    return high, k.let(z_low - ((high - e) - z_high), "low")


def _power(k: KernelBuilder, x: Expr, y: Expr) -> Expr:
    """x**y for a positive finite x."""
    # Beyond this, every power but that of 1 is 0 or infinite.
    most = pick(x, (2.0**40,), (2.0**80,))[0]
    y = k.let(clamp(y, -most, most), "y")
    log_high, log_low = _log2(k, x)
    y_high = k.let(upper_half(y), "y_high")
    low = k.let((y - y_high) * log_high + y * log_low, "low")
    high = k.let(y_high * log_high, "high")
    total = k.let(high + low, "total")
    least, limit = pick(x, (-151.0, 129.0), (-1076.0, 1025.0))
    bounded = k.let(clamp(total, least, limit), "bounded")
    n, bits = nearest(k, bounded, above=twice_biased(x))
    inside = (total >= least) & (total <= limit)
    r = k.let(select(inside, (high - n) + low, bounded - n) * math.log(2), "r")
    return scaled(k, exp_reduced(k, r), bits)


def pow(k: KernelBuilder, x: Expr, y: Expr) -> Expr:
    """x**y with the limits of C: NaN for other than integer powers of what is below 0."""
    x, y = k.let(x, "x"), k.let(y, "y")
    a = k.let(magnitude(x), "a")
    found = _power(k, a, y)
    is_zero = a.eq(0.0)
    at_limit = select(is_zero ^ (y > 0.0), constant(INF, x.dtype), 0.0)
    found = select(is_zero | a.eq(INF), at_limit, found)
    half = k.let(y * 0.5, "half")
    whole = k.let(unary("trunc", y).eq(y), "whole")
    odd = whole & unary("trunc", half).ne(half)
    flip = odd & is_negative(x)
    signed = format_of(x).signed
    found = with_sign(found, select(flip, constant(format_of(x).sign_mask, signed), 0))
    found = select((x < 0.0) & (a < INF) & ~whole, NAN, found)
    found = select(is_nan(x) | is_nan(y), NAN, found)
    return select(y.eq(0.0) | x.eq(1.0), 1.0, found)
