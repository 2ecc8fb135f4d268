"""Rounding by Python's own functions."""

import math

from tests.ops.elementwise import each


def _round(x, decimals=0):
    # Python's round works on the exact decimal value; PyTorch and NumPy scale, round, scale back.
    scale = 10.0**decimals
    return round(x * scale) / scale if isinstance(x, float) else x


ORACLES = {
    "ceil": each(math.ceil),
    "floor": each(math.floor),
    "trunc": each(math.trunc),
    "round": each(_round),
    "frac": each(lambda x: math.modf(x)[0]),
}
