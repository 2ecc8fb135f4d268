"""Meanings of hodu.ops.index_update, one part or element at a time."""

from __future__ import annotations

import numpy as np


def _parts(x, index, source, dim, join):
    out = np.moveaxis(x.reshape(x.shape or (1,)).copy(), dim, 0)
    parts = np.moveaxis(source.reshape(source.shape or (1,)), dim, 0)
    for i, part in zip(index.flat, parts, strict=True):
        out[int(i)] = join(out[int(i)], part)
    return np.moveaxis(out, 0, dim).reshape(x.shape)


def _index_add(x, index, source, dim, alpha=1):
    scaled = source if alpha == 1 else source * source.dtype.type(alpha)
    return _parts(x, index, scaled, dim, lambda old, new: old + new)


def _index_copy(x, index, source, dim):
    return _parts(x, index, source, dim, lambda old, new: new)


def _index_fill(x, index, value, dim):
    out = np.moveaxis(x.reshape(x.shape or (1,)).copy(), dim, 0)
    for i in index.flat:
        out[int(i)] = value
    return np.moveaxis(out, 0, dim).reshape(x.shape)


def _put(x, index, source, accumulate=False):
    flat = x.copy().reshape(-1)
    for i, value in zip(index.flat, source.flat, strict=True):
        flat[int(i)] = flat[int(i)] + value if accumulate else value
    return flat.reshape(x.shape)


ORACLES = {
    "index_add": _index_add,
    "index_copy": _index_copy,
    "index_fill": _index_fill,
    "put": _put,
}
