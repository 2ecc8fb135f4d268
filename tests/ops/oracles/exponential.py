"""Exponentials and logarithms by C's math library."""

import math

from tests.ops.elementwise import real


def _logaddexp(x, y):
    return math.log(math.exp(x - y) + 1) + y if x < y else math.log(math.exp(y - x) + 1) + x


ORACLES = {
    "exp": real(math.exp),
    "exp2": real(lambda x: 2.0**x),
    "expm1": real(math.expm1),
    "log": real(math.log),
    "log2": real(math.log2),
    "log10": real(math.log10),
    "log1p": real(math.log1p),
    "logaddexp": real(_logaddexp),
}
