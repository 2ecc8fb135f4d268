"""PyTorch's way to the ops of hodu.ops.gather, whose indices may be of any integer dtype."""

from __future__ import annotations

import torch


def _gather(x, index, dim, wrap=False):
    index = index.long()
    return torch.gather(x, dim, index % x.shape[dim] if wrap else index)


def _take_along_dim(x, indices, dim=None):
    indices = indices.long()
    # Without a dim PyTorch refuses negative indices, which it takes with one.
    return torch.take_along_dim(x, indices % x.numel() if dim is None else indices, dim)


def _gather_nd(x, indices, batch_dims=0):
    lead = [torch.arange(n) for n in indices.shape[:batch_dims]]
    grid = [
        g.reshape([-1 if a == i else 1 for a in range(indices.ndim - 1)])
        for i, g in enumerate(lead)
    ]
    return x[(*grid, *indices.long().unbind(-1))]


TORCH = {
    "gather": _gather,
    "take_along_dim": _take_along_dim,
    "index_select": lambda x, index, dim: torch.index_select(x, dim, index.long()),
    "take": lambda x, index: torch.take(x, index.long()),
    "embedding": lambda x, weight, padding_idx=None: torch.nn.functional.embedding(
        x.long(), weight, padding_idx
    ),
    "gather_nd": _gather_nd,
}
