"""PyTorch's way to the ops of hodu.ops.index_update, whose indices may be of any integer dtype."""

from __future__ import annotations

import torch


def _index_fill(x, index, value, dim):
    """Of negative indices PyTorch has no gradient."""
    size = x.shape[dim] if x.ndim else 1
    return torch.index_fill(x, dim, index.long() % max(size, 1), value)


TORCH = {
    "index_add": lambda x, index, source, dim, alpha=1: torch.index_add(
        x, dim, index.long(), source, alpha=alpha
    ),
    "index_copy": lambda x, index, source, dim: torch.index_copy(x, dim, index.long(), source),
    "index_fill": _index_fill,
    "put": lambda x, index, source, accumulate=False: x.put(index.long(), source, accumulate),
}
