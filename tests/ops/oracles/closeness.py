"""Closeness of Python floats."""

import math

from tests.ops.elementwise import each


def _isclose(x, y, rtol=1e-5, atol=1e-8, equal_nan=False):
    x, y = float(x), float(y)
    if math.isnan(x) or math.isnan(y):
        return equal_nan and math.isnan(x) and math.isnan(y)
    if math.isinf(x) or math.isinf(y):
        return x == y
    return abs(x - y) <= atol + rtol * abs(y)


ORACLES = {"isclose": each(_isclose, bool)}
