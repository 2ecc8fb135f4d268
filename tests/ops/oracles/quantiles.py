"""Medians, modes and quantiles of lists."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np

from tests.ops.oracles._lines import reduce
from tests.ops.oracles.sorting import ordered


def _median_line(values):
    nan = [i for i, v in enumerate(values) if v != v]
    if nan:
        return values[nan[0]], nan[0]
    place = ordered(values)[(len(values) - 1) // 2]
    return values[place], place


def _nanmedian_line(values):
    real = [i for i in ordered(values) if values[i] == values[i]]
    place = real[(len(real) - 1) // 2] if real else 0
    return values[place], place


def _mode_line(values):
    counts = Counter(values)
    top = max(counts.values())
    value = min(v for v, n in counts.items() if n == top)
    return value, max(i for i, v in enumerate(values) if v == value)


def _choose(line):
    return lambda x, dim=-1, keepdim=False: reduce(x, dim, keepdim, line)


def _quantile_of(values, q, interpolation):
    if not values or any(v != v for v in values):
        return math.nan
    values = sorted(values)
    rank = q * (len(values) - 1)
    low, high = values[math.floor(rank)], values[math.ceil(rank)]
    rounded = {"lower": low, "higher": high, "midpoint": (low + high) / 2}
    if interpolation == "nearest":
        return values[round(rank)]
    return rounded.get(interpolation, low if low == high else low + (high - low) * (rank % 1))


def _quantile(skip_nan):
    def oracle(x, q, dim=None, keepdim=False, interpolation="linear"):
        def one(p):
            def line(values):
                kept = [v for v in values if v == v] if skip_nan else values
                return _quantile_of(kept, float(p), interpolation)

            return reduce(x, dim, keepdim, line)

        return one(q) if q.ndim == 0 else np.stack([one(p) for p in q])

    return oracle


ORACLES = {
    "median": _choose(_median_line),
    "nanmedian": _choose(_nanmedian_line),
    "mode": _choose(_mode_line),
    "quantile": _quantile(False),
    "nanquantile": _quantile(True),
}
