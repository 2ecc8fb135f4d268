"""Powers and roots on Python's own numbers."""

import math

from tests.ops.elementwise import each, real


def _pow(x, y):
    if isinstance(x, int):
        return x**y
    try:
        return math.pow(x, y)
    except ValueError:
        return math.nan


ORACLES = {
    "pow": each(_pow),
    "square": each(lambda x: x * x),
    "sqrt": real(math.sqrt),
    "rsqrt": real(lambda x: x**-0.5),
    "reciprocal": real(lambda x: 1 / x),
}
