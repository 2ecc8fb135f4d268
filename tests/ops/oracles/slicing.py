"""Meanings of hodu.ops.slicing, one element at a time."""

from __future__ import annotations

import numpy as np


def _places(start, size, step):
    for i in np.ndindex(*size):
        yield i, tuple(a + n * s for a, n, s in zip(start, i, step, strict=True))


def _slice(x, start, size, step):
    out = np.empty(size, x.dtype)
    for to, source in _places(start, size, step):
        out[to] = x[source]
    return out


def _slice_put(x, source, start, size, step):
    out, values = x.copy(), np.broadcast_to(source, size)
    for at, to in _places(start, size, step):
        out[to] = values[at]
    return out


ORACLES = {"slice": _slice, "slice_put": _slice_put}
