"""Piecewise straight activations, piece by piece."""

import math

import numpy as np

from tests.ops.elementwise import each


def _clip(x, low, high):
    return low if x < low else high if x > high else x


def _hardsigmoid(x):
    return 0.0 if x < -3 else 1.0 if x > 3 else x / 6 + 0.5


def _prelu(x, weight):
    if weight.ndim and weight.size > 1:
        weight = np.stack([np.full_like(x[:, i], w) for i, w in enumerate(weight)], axis=1)
    return each(lambda x, w: x if x > 0 else w * x)(x, np.broadcast_to(weight, x.shape))


ORACLES = {
    "relu": each(lambda x: x if x > 0 else 0),
    "relu6": each(lambda x: _clip(x, 0, 6)),
    "hardtanh": each(lambda x, min_val=-1.0, max_val=1.0: _clip(x, min_val, max_val)),
    "threshold": each(lambda x, threshold, value: x if x > threshold else value),
    "leaky_relu": each(lambda x, negative_slope=0.01: x if x > 0 else negative_slope * x),
    "prelu": _prelu,
    "hardsigmoid": each(_hardsigmoid),
    "hardswish": each(lambda x: x * _hardsigmoid(x)),
    "hardshrink": each(lambda x, lambd=0.5: x if abs(x) > lambd else 0),
    "softshrink": each(lambda x, lambd=0.5: math.copysign(max(abs(x) - lambd, 0.0), x)),
}
