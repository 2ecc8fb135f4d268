"""PyTorch's way to the ops of hodu.ops.index_update, whose indices may be of any integer dtype."""

from __future__ import annotations

import torch

TORCH = {
    "index_add": lambda x, index, source, dim, alpha=1: torch.index_add(
        x, dim, index.long(), source, alpha=alpha
    ),
    "index_copy": lambda x, index, source, dim: torch.index_copy(x, dim, index.long(), source),
    "index_fill": lambda x, index, value, dim: torch.index_fill(x, dim, index.long(), value),
    "put": lambda x, index, source, accumulate=False: x.put(index.long(), source, accumulate),
}
