"""Scans as Python loops."""

from __future__ import annotations

import math
import operator

import numpy as np

from tests.ops.oracles._lines import along


def _running(fn):
    def line(values):
        out = []
        for v in values:
            out.append(fn(out[-1], v) if out else v)
        return out

    return line


def _cumulative(op):
    def oracle(x, dim, dtype=None):
        start = x.astype(np.float64) if x.dtype.kind == "f" else x.astype(np.int64)
        found = along(start, dim, _running(op))
        return start if found is None else found

    return oracle


def _extreme(better):
    def line(values):
        best, picks = 0, []
        for i, v in enumerate(values):
            if v != v or (values[best] == values[best] and better(v, values[best])):
                best = i
            picks.append(best)
        return [values[i] for i in picks], picks

    def oracle(x, dim):
        found = along(x, dim, line)
        return (x, np.zeros(x.shape, np.int64)) if found is None else found

    return oracle


def _logadd(a, b):
    top = max(a, b)
    if a != a or b != b or math.isinf(top):
        return math.nan if a != a or b != b else top
    return top + math.log1p(math.exp(min(a, b) - top))


def _logcumsumexp(x, dim):
    found = along(x, dim, _running(_logadd))
    return x if found is None else found


def _diff(x, prepend=None, append=None, n=1, dim=-1):
    extra = {k: v for k, v in (("prepend", prepend), ("append", append)) if v is not None}
    return np.diff(x, n=n, axis=dim, **extra)


ORACLES = {
    "cumsum": _cumulative(operator.add),
    "cumprod": _cumulative(operator.mul),
    "cummax": _extreme(operator.ge),
    "cummin": _extreme(operator.le),
    "logcumsumexp": _logcumsumexp,
    "diff": _diff,
}
