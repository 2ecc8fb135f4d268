"""Meanings of hodu.ops.indexing: every element of the result finds its place in the input."""

from __future__ import annotations

import numpy as np


def _places(x, indices):
    """(place in the result, place in the input) of each element, and the result's shape."""
    indices = list(indices) + [None] * (x.ndim - len(indices))
    axes = [a for a, i in enumerate(indices) if i is not None]
    picked = np.broadcast_arrays(*(i for i in indices if i is not None))
    shape = picked[0].shape
    free = [a for a in range(x.ndim) if a not in axes]
    adjacent = axes == list(range(axes[0], axes[0] + len(axes)))
    front = axes[0] if adjacent else 0
    sizes = [x.shape[a] for a in free]
    result = (*sizes[:front], *shape, *sizes[front:])
    places = []
    for at in np.ndindex(*result):
        chosen = at[front : front + len(shape)]
        rest = at[:front] + at[front + len(shape) :]
        place = [0] * x.ndim
        for axis, value in zip(free, rest, strict=True):
            place[axis] = value
        for axis, index in zip(axes, picked, strict=True):
            place[axis] = int(index[chosen])
        places.append((at, tuple(place)))
    return places, result


def _index(x, indices):
    places, shape = _places(x, indices)
    out = np.empty(shape, x.dtype)
    for at, place in places:
        out[at] = x[place]
    return out


def _index_put(x, indices, values, accumulate=False):
    places, shape = _places(x, indices)
    out, values = x.copy(), np.broadcast_to(values, shape)
    for at, place in places:
        out[place] = out[place] + values[at] if accumulate else values[at]
    return out


ORACLES = {"index": _index, "index_put": _index_put}
