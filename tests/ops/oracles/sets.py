"""Distinct elements by comparing one with another."""

from __future__ import annotations

import numpy as np


def _slices(x, dim):
    if dim is None:
        return [(v,) for v in x.reshape(-1).tolist()]
    x = np.atleast_1d(x)
    return [tuple(np.take(x, i, axis=dim).reshape(-1).tolist()) for i in range(x.shape[dim])]


def _result(x, dim, first, group, counts):
    if dim is None:
        output, inverse = x.reshape(-1)[first], np.reshape(group, x.shape)
    else:
        output, inverse = np.take(np.atleast_1d(x), first, axis=dim), np.array(group)
    return output, inverse.astype(np.int64), np.array(counts, np.int64)


def _same(a, b):
    return all(p == q for p, q in zip(a, b, strict=True))


def _unique_consecutive(x, dim=None):
    first, group, counts = [], [], []
    slices = _slices(x, dim)
    for i, s in enumerate(slices):
        if i and _same(s, slices[i - 1]):
            counts[-1] += 1
        else:
            first.append(i)
            counts.append(1)
        group.append(len(first) - 1)
    return _result(x, dim, np.array(first, int), group, counts)


def _unique(x, dim=None):
    slices = _slices(x, dim)
    order = sorted(range(len(slices)), key=lambda i: [(v != v, v) for v in slices[i]])
    first, group, counts = [], [0] * len(slices), []
    for place, i in enumerate(order):
        if place and _same(slices[i], slices[order[place - 1]]):
            counts[-1] += 1
        else:
            first.append(i)
            counts.append(1)
        group[i] = len(first) - 1
    return _result(x, dim, np.array(first, int), group, counts)


def _nonzero(x):
    rows = [place for place in np.ndindex(x.shape) if bool(x[place])]
    return np.array(rows, np.int64).reshape(len(rows), x.ndim)


ORACLES = {"unique": _unique, "unique_consecutive": _unique_consecutive, "nonzero": _nonzero}
