"""Meanings of hodu.ops.gather, one element at a time."""

from __future__ import annotations

import numpy as np


def _gather(x, index, dim, wrap=False):
    out = np.empty(index.shape, x.dtype)
    source = x.reshape(x.shape or (1,))
    places = index.reshape(index.shape or (1,))
    for at in np.ndindex(*places.shape):
        place = list(at)
        place[dim] = int(places[at])
        out.reshape(places.shape)[at] = source[tuple(place)]
    return out


def _take_along_dim(x, indices, dim=None):
    if dim is None:
        return np.array([x.flat[int(i)] for i in indices.flat], x.dtype)
    return np.take_along_axis(x, indices.astype(int), dim)


def _index_select(x, index, dim):
    if x.ndim == 0:
        return x
    return np.stack([x.take(int(i), dim) for i in index.flat], dim) if index.size else _none(x, dim)


def _none(x, dim):
    return np.delete(x, range(x.shape[dim]), dim)


def _take(x, index):
    return np.array([x.flat[int(i)] for i in index.flat], x.dtype).reshape(index.shape)


def _embedding(x, weight, padding_idx=None):
    rows = [weight[int(i)] for i in x.flat]
    return np.array(rows, weight.dtype).reshape(*x.shape, weight.shape[1])


def _gather_nd(x, indices, batch_dims=0):
    lead = indices.shape[:-1]
    rest = x.shape[batch_dims + indices.shape[-1] :]
    out = np.empty(lead + rest, x.dtype)
    for at in np.ndindex(*lead):
        out[at] = x[(*at[:batch_dims], *(int(i) for i in indices[at]))]
    return out


ORACLES = {
    "gather": _gather,
    "take_along_dim": _take_along_dim,
    "index_select": _index_select,
    "take": _take,
    "embedding": _embedding,
    "gather_nd": _gather_nd,
}
