"""Norms by their definition."""

from __future__ import annotations

import math

from tests.ops.oracles._lines import reduce


def _norm(x, p=2, dim=None, keepdim=False):
    def fn(values):
        sizes = [abs(float(v)) for v in values]
        if p == 0:
            return sum(s != 0 for s in sizes)
        if any(s != s for s in sizes):
            return math.nan
        if abs(p) == math.inf:
            return max(sizes) if p > 0 else min(sizes)
        return sum(s**p for s in sizes) ** (1 / p)

    return reduce(x, dim, keepdim, fn)


ORACLES = {"norm": _norm}
