"""Logarithms.

x = 2**e m with m in [sqrt(1/2), sqrt(2)), and log(m) of f = m - 1 by a minimax polynomial (Remez
exchange): of f itself in f32; in f64 of s = f / (2 + f), with log(m) = 2 s + s^3 R(s^2).
"""

from __future__ import annotations

import math

from hodu.dtypes import f32
from hodu.kernel.algebra import constant
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.expr import Expr, select
from hodu.kernel.math.floats import INF, NAN, format_of, pick, polynomial

# (log(1 + f) - f + f^2 / 2) / f^3, to 2^-30
_LOG = (
    0.3333331,
    -0.24999987,
    0.20002146,
    -0.16669218,
    0.14220026,
    -0.12385532,
    0.11865081,
    -0.117807895,
    0.06921252,
)
# (log((1 + s) / (1 - s)) - 2 s) / s^3 in s^2, to 2^-58
_LOG_WIDE = (
    0.6666666666666731,
    0.3999999999943716,
    0.2857142873811327,
    0.22222198962164516,
    0.18183545980703383,
    0.15314483270251192,
    0.14791911857268755,
)
# Logarithms of 2 in two parts; the first times an exponent is exact.
_LN2 = ((0.693115234375, 3.1946184945309415e-05), (0.6931471805592082, 7.371002565167799e-13))
_LG2 = ((0.301025390625, 4.605038981195214e-06), (0.30102999566361177, 3.694239077158931e-13))
_SQRT_HALF_BITS = {f32: 0x3F3504F3}
_SQRT_HALF_BITS_WIDE = 0x3FE6A09E667F3BCD


def split(k: KernelBuilder, x: Expr) -> tuple[Expr, Expr]:
    """The exponent e, as a float, and m in [sqrt(1/2), sqrt(2)) of a positive x = 2**e m."""
    form = format_of(x)
    small = k.let(x < form.least_normal, "small")
    normal = select(small, x * 2.0 ** (form.fraction + 2), x)
    start = _SQRT_HALF_BITS.get(x.dtype, _SQRT_HALF_BITS_WIDE)
    bits = k.let(normal.bitcast(form.signed) - start, "bits")
    m = ((bits & ((1 << form.fraction) - 1)) + start).bitcast(x.dtype)
    above = select(small, constant(-(form.fraction + 2.0), x.dtype), 0.0)
    return k.let((bits >> form.fraction).cast(x.dtype) + above, "e"), k.let(m, "m")


def _tail(k: KernelBuilder, f: Expr) -> Expr:
    """log(1 + f) - f for 1 + f in [sqrt(1/2), sqrt(2)]."""
    if f.dtype is f32:
        square = k.let(f * f, "square")
        return f * square * polynomial(f, _LOG) - square * 0.5
    s = k.let(f / (f + 2.0), "s")
    square = k.let(s * s, "square")
    return s * (square * polynomial(square, _LOG_WIDE) - f)


def _with_limits(x: Expr, found: Expr) -> Expr:
    """`found`, but -inf at 0, NaN below it, and infinity and NaN as they are."""
    found = select(x < INF, found, x)
    return select(x > 0.0, found, select(x.eq(0.0), constant(-INF, x.dtype), NAN))


def log(k: KernelBuilder, x: Expr) -> Expr:
    """The natural logarithm."""
    x = k.let(x, "x")
    e, m = split(k, x)
    f = k.let(m - 1.0, "f")
    high, low = pick(x, *_LN2)
    return _with_limits(x, e * high + (f + (_tail(k, f) + e * low)))


def log2(k: KernelBuilder, x: Expr) -> Expr:
    """The logarithm to base 2."""
    x = k.let(x, "x")
    e, m = split(k, x)
    f = k.let(m - 1.0, "f")
    return _with_limits(x, (f + _tail(k, f)) * (1 / math.log(2)) + e)


def log10(k: KernelBuilder, x: Expr) -> Expr:
    """The logarithm to base 10."""
    x = k.let(x, "x")
    e, m = split(k, x)
    f = k.let(m - 1.0, "f")
    high, low = pick(x, *_LG2)
    return _with_limits(x, e * high + ((f + _tail(k, f)) * (1 / math.log(10)) + e * low))


def log1p(k: KernelBuilder, x: Expr) -> Expr:
    """log(1 + x), accurate near 0.

    The rounding of u = 1 + x cancels in x log(u) / (u - 1) (W. Kahan; N. J. Higham, "Accuracy and
    Stability of Numerical Algorithms", 2002, section 1.14.1).
    """
    x = k.let(x, "x")
    u = k.let(x + 1.0, "u")
    above = k.let(u - 1.0, "above")
    found = k.let(log(k, u), "found")
    corrected = select(above.eq(0.0), x, x * found / above)
    return select(x < 2.0 ** (format_of(x).fraction + 2), corrected, found)
