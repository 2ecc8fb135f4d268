"""Error functions and the logistic function.

erf in f32 is a polynomial near 0, else 1 - exp of a polynomial (both minimax, Remez exchange).
erf in f64 and erfc are the rational approximations of Sun's fdlibm, s_erf.c (1993); erfinv is the
normal quantile of M. J. Wichura, "Algorithm AS 241", Applied Statistics 37 (1988).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from hodu.dtypes import f32
from hodu.kernel.algebra import constant, unary
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.expr import Expr, select
from hodu.kernel.math.exponential import exp, exp_bounded, exp_minus, nearest
from hodu.kernel.math.floats import (
    INF,
    NAN,
    biased_power,
    clamp,
    copy_sign,
    format_of,
    is_nan,
    magnitude,
    polynomial,
    upper_half,
)
from hodu.kernel.math.logarithm import log
from hodu.ops import _error_functions as tables

# erf(x) / x - 1 in x^2 for |x| <= 0.9375, to 2^-30
_NEAR = (
    0.12837917,
    -0.37612632,
    0.11283686,
    -0.026858851,
    0.0051996005,
    -0.0008125809,
    8.29661e-05,
)
# log(erfc(x)) for 0.9375 <= x <= 4, to 2^-29 of erf(x)
_FAR = (
    -0.00023508766,
    -1.1275126,
    -0.6374572,
    -0.10368999,
    0.022110313,
    -0.003013932,
    0.00019294886,
)
# log2 of the normal distribution of -x for 0 <= x <= 6.5, to 2^-22 of its square root; from there
# on it falls to below -127
_NORMAL_TAIL = (
    -0.999999705,
    -1.15111944,
    -0.459096476,
    -0.0528195061,
    0.00750826509,
    -0.000459435083,
    -6.01868471e-05,
    1.43885496e-05,
    -8.68032439e-07,
)
# (2^r - 1) / r for |r| <= 1/2, to 2^-23
_EXP2 = (0.6931472154, 0.2402223504, 0.05550307822, 0.009671859231, 0.001340738982)


def normal_tail(k: KernelBuilder, a: Expr) -> Expr:
    """The normal distribution of -a for a >= 0 in f32; its square root is right to 1e-7.

    It is 0 for large a, where a times it is 0 in f32 or subnormal.
    """
    power = k.let(polynomial(a, _NORMAL_TAIL), "power")
    power = k.let(select(power < -127.0, -127.0, power), "power")
    n, bits = nearest(k, power, above=format_of(a).bias)
    r = k.let(power - n, "r")
    return (r * polynomial(r, _EXP2) + 1.0) * biased_power(bits, a.dtype)


def sigmoid(k: KernelBuilder, x: Expr) -> Expr:
    """1 / (1 + exp(-x)), without overflow or loss of what is small."""
    x = k.let(x, "x")
    e = k.let(exp_minus(k, magnitude(x)), "e")
    return select(x < 0.0, e, 1.0) / (e + 1.0)


def gate(k: KernelBuilder, x: Expr) -> Expr:
    """The sigmoid with an error of up to 2**-123 where it is small, in fewer operations in f32."""
    if x.dtype is not f32:
        return sigmoid(k, x)
    bounded = k.let(clamp(x, -86.0, 86.0), "bounded")
    return 1.0 / (exp_bounded(k, k.let(-bounded, "x")) + 1.0)


def erf(k: KernelBuilder, x: Expr) -> Expr:
    """The error function."""
    x = k.let(x, "x")
    a = k.let(magnitude(x), "a")
    if x.dtype is not f32:
        return copy_sign(_erf_wide(k, a), x)
    far = exp_bounded(k, k.let(polynomial(k.let(select(a > 4.0, 4.0, a), "t"), _FAR), "exponent"))
    near = a + a * polynomial(k.let(x * x, "square"), _NEAR)
    return copy_sign(select(a < 0.9375, near, 1.0 - far), x)


def _ratio(x: Expr, above: Sequence[float], below: Sequence[float]) -> Expr:
    return polynomial(x, above) / polynomial(x, below)


def _erf_wide(k: KernelBuilder, a: Expr) -> Expr:
    small = a + a * _ratio(k.let(a * a, "square"), tables.PP, tables.QQ)
    middle = _ratio(k.let(a - 1.0, "above"), tables.PA, tables.QA) + tables.ERX
    large = 1.0 - _tail(k, k.let(select(a > 6.0, 6.0, a), "far"))
    return select(a < 0.84375, small, select(a < 1.25, middle, large))


def _tail(k: KernelBuilder, x: Expr) -> Expr:
    """erfc(x) for x >= 1.25; x^2 is split so that exp sees no rounding of it."""
    z = k.let(upper_half(x), "z")
    s = k.let(1.0 / (x * x), "s")
    ratio = select(x < 1 / 0.35, _ratio(s, tables.RA, tables.SA), _ratio(s, tables.RB, tables.SB))
    rough = k.let(exp(k, k.let(z * z * -1.0, "exponent")), "rough")
    fine = k.let(exp(k, k.let((z - x) * (z + x) + (ratio - 0.5625), "exponent")), "fine")
    return rough * fine / x


def erfc(k: KernelBuilder, x: Expr) -> Expr:
    """The complementary error function, accurate where it is small."""
    x = k.let(x, "x")
    a = k.let(magnitude(x), "a")
    rest = k.let(x * _ratio(k.let(x * x, "square"), tables.PP, tables.QQ), "rest")
    # Above 1/4 the sum is done from 1/2, so that no digits are lost against 1.
    small = select(x < 0.25, 1.0 - (x + rest), 0.5 - (rest + (x - 0.5)))
    outer = k.let(_ratio(k.let(a - 1.0, "above"), tables.PA, tables.QA), "outer")
    middle = select(x < 0.0, outer + (1.0 + tables.ERX), (1.0 - tables.ERX) - outer)
    tail = k.let(_tail(k, k.let(select(a > 28.0, 28.0, a), "far")), "tail")
    large = select(x < 0.0, 2.0 - tail, tail)
    found = select(a < 0.84375, small, select(a < 1.25, middle, large))
    return select(is_nan(x), x, found)


def erfinv(k: KernelBuilder, x: Expr) -> Expr:
    """The inverse of the error function: infinite at -1 and 1, NaN beyond."""
    x = k.let(x, "x")
    a = k.let(magnitude(x), "a")
    q = k.let(a * 0.5, "q")
    centre = q * _ratio(k.let(0.180625 - q * q, "inner"), tables.A, tables.B)
    r = k.let(unary("sqrt", -log(k, k.let((1.0 - a) * 0.5, "tail"))), "r")
    near = _ratio(k.let(r - 1.6, "shifted"), tables.C, tables.D)
    far = _ratio(k.let(r - 5.0, "shifted"), tables.E, tables.G)
    found = select(a <= 0.85, centre, select(r <= 5.0, near, far)) * math.sqrt(0.5)
    outside = select(a.eq(1.0), constant(INF, x.dtype), NAN)
    return copy_sign(select(a < 1.0, found, outside), x)
