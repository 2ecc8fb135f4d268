"""Sorting by Python's `sorted`, with NaN as the greatest."""

from __future__ import annotations

import numpy as np

from tests.ops.oracles._lines import along, axes


def key(v):
    """A sort key that puts NaN last."""
    return (bool(v != v), 0 if v != v else v)


def ordered(values, descending=False):
    """The positions of `values` in order; of equals the first comes first."""
    return sorted(range(len(values)), key=lambda i: key(values[i]), reverse=descending)


def _sort(x, dim=-1, descending=False, stable=False):
    def line(values):
        places = ordered(values, descending)
        return [values[i] for i in places], places

    found = along(x, dim, line)
    return (x, np.zeros(x.shape, np.int64)) if found is None else found


def _topk(x, k, dim=-1, largest=True, sorted=True):
    values, indices = _sort(x, dim, largest)
    if x.ndim == 0:
        return values, indices
    return np.take(values, range(k), axis=dim), np.take(indices, range(k), axis=dim)


def _kthvalue(x, k, dim=-1, keepdim=False):
    found = _sort(x, dim)
    if x.ndim == 0:
        return found
    picked = [np.take(a, [k - 1], axis=dim) for a in found]
    return picked if keepdim else [np.squeeze(a, axes(x.ndim, dim)) for a in picked]


ORACLES = {
    "sort": _sort,
    "argsort": lambda *args, **attrs: _sort(*args, **attrs)[1],
    "topk": _topk,
    "kthvalue": _kthvalue,
}
