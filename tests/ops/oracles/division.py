"""Rounded quotients and remainders on Python's own integers and floats."""

import math

from tests.ops.elementwise import each


def _trunc_divide(x, y):
    if isinstance(x, float):
        return float(math.trunc(x / y))
    quotient = abs(x) // abs(y)
    return quotient if (x < 0) == (y < 0) else -quotient


def _fmod(x, y):
    return math.fmod(x, y) if isinstance(x, float) else x - y * _trunc_divide(x, y)


ORACLES = {
    "floor_divide": each(lambda x, y: x // y),
    "trunc_divide": each(_trunc_divide),
    "remainder": each(lambda x, y: x % y),
    "fmod": each(_fmod),
}
