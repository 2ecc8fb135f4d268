"""Meanings of hodu.ops.masking, one element at a time."""

from __future__ import annotations

import numpy as np


def _masked_select(x, mask):
    x, mask = np.broadcast_arrays(x, mask)
    return np.array([v for v, m in zip(x.flat, mask.flat, strict=True) if m], x.dtype)


def _compress(condition, x, dim=None):
    return np.compress(condition, x, dim)


def _masked_scatter(x, mask, source):
    x, mask = np.broadcast_arrays(x, mask)
    values = iter(source.flat)
    chosen = [next(values) if m else v for v, m in zip(x.flat, mask.flat, strict=True)]
    return np.array(chosen, x.dtype).reshape(x.shape)


ORACLES = {
    "masked_select": _masked_select,
    "compress": _compress,
    "masked_scatter": _masked_scatter,
}
