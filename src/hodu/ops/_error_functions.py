"""Kernels of erf, erfc and erfinv in NumPy.

erf and erfc in f64: the rational approximations of Sun's fdlibm, s_erf.c (1993), under one unit
in the last place. erf in f32: one odd rational approximation, that of Eigen and XLA.
erfinv: the normal quantile of M. J. Wichura, "Algorithm AS 241", Applied Statistics 37 (1988).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

F32: TypeAlias = npt.NDArray[np.float32]
F64: TypeAlias = npt.NDArray[np.float64]
Coefficients: TypeAlias = Sequence[float]

# erf(x) = x + x P(x^2) / Q(x^2) for |x| < 0.84375
PP = (
    1.28379167095512558561e-01,
    -3.25042107247001499370e-01,
    -2.84817495755985104766e-02,
    -5.77027029648944159157e-03,
    -2.37630166566501626084e-05,
)
QQ = (
    1.0,
    3.97917223959155352819e-01,
    6.50222499887672944485e-02,
    5.08130628187576562776e-03,
    1.32494738004321644526e-04,
    -3.96022827877536812320e-06,
)
# erf(x) = ERX + P(|x| - 1) / Q(|x| - 1) for |x| < 1.25
ERX = 8.45062911510467529297e-01
PA = (
    -2.36211856075265944077e-03,
    4.14856118683748331666e-01,
    -3.72207876035701323847e-01,
    3.18346619901161753674e-01,
    -1.10894694282396677476e-01,
    3.54783043256182359371e-02,
    -2.16637559486879084300e-03,
)
QA = (
    1.0,
    1.06420880400844228286e-01,
    5.40397917702171048937e-01,
    7.18286544141962662868e-02,
    1.26171219808761642112e-01,
    1.36370839120290507362e-02,
    1.19844998467991074170e-02,
)
# erfc(x) = exp(-x^2 - 0.5625 + R(1/x^2) / S(1/x^2)) / x for x < 1/0.35, and with B above
RA = (
    -9.86494403484714822705e-03,
    -6.93858572707181764372e-01,
    -1.05586262253232909814e01,
    -6.23753324503260060396e01,
    -1.62396669462573470355e02,
    -1.84605092906711035994e02,
    -8.12874355063065934246e01,
    -9.81432934416914548592e00,
)
SA = (
    1.0,
    1.96512716674392571292e01,
    1.37657754143519042600e02,
    4.34565877475229228821e02,
    6.45387271733267880336e02,
    4.29008140027567833386e02,
    1.08635005541779435134e02,
    6.57024977031928170135e00,
    -6.04244152148580987438e-02,
)
RB = (
    -9.86494292470009928597e-03,
    -7.99283237680523006574e-01,
    -1.77579549177547519889e01,
    -1.60636384855821916062e02,
    -6.37566443368389627722e02,
    -1.02509513161107724954e03,
    -4.83519191608651397019e02,
)
SB = (
    1.0,
    3.03380607434824582924e01,
    3.25792512996573918826e02,
    1.53672958608443695994e03,
    3.19985821950859553908e03,
    2.55305040643316442583e03,
    4.74528541206955367215e02,
    -2.24409524465858183362e01,
)
# erf(x) = x P(x^2) / Q(x^2) in f32
ALPHA = (
    -1.60960333262415e-02,
    -2.95459980854025e-03,
    -7.34990630326855e-04,
    -5.69250639462346e-05,
    -2.10102402082508e-06,
    2.77068142495902e-08,
    -2.72614225801306e-10,
)
BETA = (
    -1.42647390514189e-02,
    -7.37332916720468e-03,
    -1.68282697438203e-03,
    -2.13374055278905e-04,
    -1.45660718464996e-05,
)
# AS 241: the quantile in terms of 0.180625 - q^2, and of sqrt(-log(tail)) - 1.6 and - 5
A = (
    3.3871328727963666080e0,
    1.3314166789178437745e2,
    1.9715909503065514427e3,
    1.3731693765509461125e4,
    4.5921953931549871457e4,
    6.7265770927008700853e4,
    3.3430575583588128105e4,
    2.5090809287301226727e3,
)
B = (
    1.0,
    4.2313330701600911252e1,
    6.8718700749205790830e2,
    5.3941960214247511077e3,
    2.1213794301586595867e4,
    3.9307895800092710610e4,
    2.8729085735721942674e4,
    5.2264952788528545610e3,
)
C = (
    1.42343711074968357734e0,
    4.63033784615654529590e0,
    5.76949722146069140550e0,
    3.64784832476320460504e0,
    1.27045825245236838258e0,
    2.41780725177450611770e-1,
    2.27238449892691845833e-2,
    7.74545014278341407640e-4,
)
D = (
    1.0,
    2.05319162663775882187e0,
    1.67638483018380384940e0,
    6.89767334985100004550e-1,
    1.48103976427480074590e-1,
    1.51986665636164571966e-2,
    5.47593808499534494600e-4,
    1.05075007164441684324e-9,
)
E = (
    6.65790464350110377720e0,
    5.46378491116411436990e0,
    1.78482653991729133580e0,
    2.96560571828504891230e-1,
    2.65321895265761230930e-2,
    1.24266094738807843860e-3,
    2.71155556874348757815e-5,
    2.01033439929228813265e-7,
)
G = (
    1.0,
    5.99832206555887937690e-1,
    1.36929880922735805310e-1,
    1.48753612908506148525e-2,
    7.86869131145613259100e-4,
    1.84631831751005468180e-5,
    1.42151175831644588870e-7,
    2.04426310338993978564e-15,
)


def _horner(x: F64, coefficients: Coefficients) -> F64:
    total = x * coefficients[-1]
    for c in coefficients[-2:0:-1]:
        total += c
        total *= x
    total += coefficients[0]
    return total


def _ratio(x: F64, above: Coefficients, below: Coefficients) -> F64:
    return _horner(x, above) / _horner(x, below)


def _tail(x: F64) -> F64:
    """erfc(x) for x >= 1.25."""
    # x^2 is split at z, which has half the digits, so that exp sees no rounding of it.
    z = (x.view(np.int64) & -(1 << 32)).view(np.float64)
    s = 1 / (x * x)
    ratio = np.where(x < 1 / 0.35, _ratio(s, RA, SA), _ratio(s, RB, SB))
    return np.exp(-z * z - 0.5625) * np.exp((z - x) * (z + x) + ratio) / x


def erf_f32(x: F32) -> F32:
    """erf in f32."""
    # Beyond 4, f32 has no digits to tell erf from 1.
    near: F32 = _clamp(x, 4)
    square = near * near
    above, below = square * np.float32(ALPHA[-1]), square * np.float32(BETA[-1])
    for c in ALPHA[-2:0:-1]:
        above += np.float32(c)
        above *= square
    for c in BETA[-2:0:-1]:
        below += np.float32(c)
        below *= square
    return _clamp(near * ((above + np.float32(ALPHA[0])) / (below + np.float32(BETA[0]))), 1)


def _clamp(x: F32, limit: float) -> F32:
    return np.minimum(np.maximum(x, np.float32(-limit)), np.float32(limit))


def erf_f64(x: F64) -> F64:
    """erf in f64."""
    a = np.abs(x)
    result = np.sign(x)
    small, middle, large = a < 0.84375, (a >= 0.84375) & (a < 1.25), (a >= 1.25) & (a < 6)
    near = x[small]
    result[small] = near + near * _ratio(near * near, PP, QQ)
    result[middle] *= ERX + _ratio(a[middle] - 1, PA, QA)
    result[large] *= 1 - _tail(a[large])
    return result


def erfc_f64(x: F64) -> F64:
    """erfc in f64."""
    result = np.where(x > 0, 0.0, 2.0)
    result[np.isnan(x)] = np.nan
    small, middle = np.abs(x) < 0.84375, (np.abs(x) >= 0.84375) & (np.abs(x) < 1.25)
    result[small] = _erfc_small(x[small])
    outer = ERX + _ratio(np.abs(x[middle]) - 1, PA, QA)
    result[middle] = np.where(x[middle] < 0, 1 + outer, 1 - outer)
    high, low = (x >= 1.25) & (x < 28), (x <= -1.25) & (x > -6)
    result[high] = _tail(x[high])
    result[low] = 2 - _tail(-x[low])
    return result


def _erfc_small(x: F64) -> F64:
    rest = x * _ratio(x * x, PP, QQ)
    # Above 1/4 the sum is done from 1/2, so that no digits are lost against 1.
    return np.where(x < 0.25, 1 - (x + rest), 0.5 - (rest + (x - 0.5)))


def erfinv_f64(x: F64) -> F64:
    """erfinv in f64: infinite at -1 and 1, NaN beyond."""
    a = np.abs(x)
    result = np.full_like(x, np.nan)
    centre, tail = a <= 0.85, (a > 0.85) & (a < 1)
    q = x[centre] / 2
    result[centre] = q * _ratio(0.180625 - q * q, A, B)
    r = np.sqrt(-np.log((1 - a[tail]) / 2))
    found = np.where(r <= 5, _ratio(r - 1.6, C, D), _ratio(r - 5, E, G))
    result[tail] = np.copysign(found, x[tail])
    result /= np.sqrt(2.0)
    result[a == 1] = np.copysign(np.inf, x[a == 1])
    return result
