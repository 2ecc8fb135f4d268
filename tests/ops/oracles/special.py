"""Error functions by C's math library; their inverses by bisection."""

import math

from tests.ops.elementwise import INF, NAN, real


def _sigmoid(x):
    return 1 / (1 + math.exp(-x)) if x > 0 else math.exp(x) / (1 + math.exp(x))


def _erfinv(x):
    if abs(x) >= 1:
        return math.copysign(INF, x) if abs(x) == 1 else NAN
    low, high = -6.0, 6.0
    while (middle := (low + high) / 2) not in (low, high):
        low, high = (middle, high) if math.erf(middle) < x else (low, middle)
    return middle


def _logit(x, eps=None):
    x = x if eps is None else min(max(x, eps), 1 - eps)
    if x in (0, 1):
        return -INF if x == 0 else INF
    return math.log(x) - math.log1p(-x)


ORACLES = {
    "erf": real(math.erf),
    "erfc": real(math.erfc),
    "erfinv": real(_erfinv),
    "sigmoid": real(_sigmoid),
    "logit": real(_logit),
}
