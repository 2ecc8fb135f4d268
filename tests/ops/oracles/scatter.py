"""Meanings of hodu.ops.scatter: collect what meets at each place, then join it."""

from __future__ import annotations

import functools
from collections import defaultdict

import numpy as np

JOIN = {"sum": np.add, "prod": np.multiply, "amax": np.maximum, "amin": np.minimum}


def _join(values, how):
    if how == "set":
        return values[-1]
    if how != "mean":
        return functools.reduce(JOIN[how], values)
    total = functools.reduce(np.add, values)
    exact = np.issubdtype(total.dtype, np.integer)
    return total // len(values) if exact else total / len(values)


def _scattered(x, places, how, include_self):
    out = x.copy()
    meeting = defaultdict(list)
    for place, value in places:
        meeting[place].append(value)
    for place, values in meeting.items():
        own = [x[place]] if include_self and how != "set" else []
        out[place] = _join(own + values, how)
    return out


def _scatter(x, index, src, dim, reduce="set", include_self=True, wrap=False):
    shape = x.shape
    x = x.reshape(shape or (1,))
    index = index.reshape(index.shape or (1,))
    src = np.broadcast_to(src, index.shape) if src.ndim == 0 else src
    places = []
    for at in np.ndindex(*index.shape):
        place = list(at)
        place[dim] = int(index[at]) % x.shape[dim]
        places.append((tuple(place), src[at]))
    return _scattered(x, places, reduce, include_self).reshape(shape)


def _scatter_add(x, index, src, dim):
    return _scatter(x, index, src, dim, "sum")


ND = {"none": "set", "add": "sum", "mul": "prod", "max": "amax", "min": "amin"}


def _scatter_nd(x, indices, updates, reduction="none"):
    width = indices.shape[-1]
    places = []
    for at in np.ndindex(*indices.shape[:-1]):
        lead = tuple(int(i) % n for i, n in zip(indices[at], x.shape, strict=False))
        places += [(lead + r, updates[at + r]) for r in np.ndindex(*x.shape[width:])]
    return _scattered(x, places, ND[reduction], True)


ORACLES = {
    "scatter": _scatter,
    "scatter_add": _scatter_add,
    "scatter_reduce": _scatter,
    "scatter_nd": _scatter_nd,
}
