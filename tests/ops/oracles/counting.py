"""Counting one element at a time."""

from __future__ import annotations

from itertools import pairwise

import numpy as np


def _bincount(x, weights=None, minlength=0):
    size = max([minlength, *(int(v) + 1 for v in x)])
    out = [0 if weights is None else 0.0] * size
    for i, v in enumerate(x):
        out[int(v)] += 1 if weights is None else float(weights[i])
    return np.array(out, np.int64 if weights is None else np.float64)


def _histc(x, bins=100, min=0, max=0):
    values = [float(v) for v in x.reshape(-1)]
    if min == max == 0 and values:
        min, max = sorted(values)[0], sorted(values)[-1]
    if min == max:
        min, max = min - 1, max + 1
    edges = [min + (max - min) * i / bins for i in range(bins + 1)]
    counts = [sum(a <= v < b for v in values) for a, b in pairwise(edges)]
    counts[-1] += sum(v == max for v in values)
    return np.array(counts, np.float64)


ORACLES = {"bincount": _bincount, "histc": _histc}
