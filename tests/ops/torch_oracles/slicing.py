"""PyTorch's way to the ops of hodu.ops.slicing; it has no negative steps, so these are flips."""

from __future__ import annotations

import torch


def _slice(x, start, size, step):
    for axis, (a, n, s) in enumerate(zip(start, size, step, strict=True)):
        positions = torch.arange(n) * s + a
        x = x.index_select(axis, positions)
    return x


def _slice_put(x, source, start, size, step):
    out = x.clone()
    grids = [torch.arange(n) * s + a for a, n, s in zip(start, size, step, strict=True)]
    if not grids:
        return source.clone()
    out[torch.meshgrid(*grids, indexing="ij")] = source
    return out


TORCH = {"slice": _slice, "slice_put": _slice_put}
