"""Meanings of the gated activations."""

import numpy as np


def _glu(x, dim=-1):
    half = x.shape[dim] // 2
    value, gate = np.take(x, range(half), dim), np.take(x, range(half, 2 * half), dim)
    return value * (1 / (1 + np.exp(-gate)))


ORACLES = {"glu": _glu}
