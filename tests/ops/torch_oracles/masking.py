"""PyTorch's way to the ops of hodu.ops.masking."""

from __future__ import annotations

TORCH = {
    "compress": lambda condition, x, dim=None: (
        x.reshape(-1)[: len(condition)][condition]
        if dim is None
        else x.index_select(dim, condition.nonzero()[:, 0])
    ),
}
