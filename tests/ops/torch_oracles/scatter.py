"""PyTorch's way to the ops of hodu.ops.scatter, whose indices may be of any integer dtype."""

from __future__ import annotations

import torch

ND = {"mul": "prod", "max": "amax", "min": "amin"}


def _scatter(x, index, src, dim, reduce="set", include_self=True, wrap=False):
    index = index.long() % x.shape[dim] if wrap else index.long()
    src = _used(src, index)
    if reduce == "set":
        src = src.expand(index.shape) if src.ndim == 0 else src
        return torch.scatter(x, dim, index, src)
    return torch.scatter_reduce(x, dim, index, src, reduce, include_self=include_self)


def _used(src, index):
    """The part of `src` that is read, as PyTorch's gradients have the shape of the indices."""
    return src[tuple(map(slice, index.shape))] if src.ndim else src


def _scatter_add(x, index, src, dim):
    return torch.scatter_add(x, dim, index.long(), _used(src, index))


def _scatter_nd(x, indices, updates, reduction="none"):
    if reduction != "none":
        width = indices.shape[-1]
        flat = torch.zeros(indices.shape[:-1], dtype=torch.long)
        for axis in range(width):
            flat = flat * x.shape[axis] + indices[..., axis].long() % x.shape[axis]
        rows = x.reshape(-1, *x.shape[width:])
        source = updates.reshape(-1, *x.shape[width:])
        reduced = (
            rows.index_reduce(0, flat.reshape(-1), source, ND[reduction])
            if (reduction != "add")
            else rows.index_add(0, flat.reshape(-1), source)
        )
        return reduced.reshape(x.shape)
    return torch.index_put(x, tuple(indices.long().unbind(-1)), updates)


TORCH = {
    "scatter": _scatter,
    "scatter_add": _scatter_add,
    "scatter_reduce": _scatter,
    "scatter_nd": _scatter_nd,
}
