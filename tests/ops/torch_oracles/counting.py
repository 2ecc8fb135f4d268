"""PyTorch's bincount and histc, of 16-bit floats as f32 (its own rounds the edges to 16 bits)."""

from __future__ import annotations

import torch


def _histc(x, **attrs):
    if x.element_size() == 2:
        return torch.histc(x.to(torch.float32), **attrs).to(x.dtype)
    return torch.histc(x, **attrs)


def _bincount(x, weights=None, minlength=0):
    counts = torch.bincount(x, weights, minlength)
    # Of nothing PyTorch forgets the dtype of the weights.
    return counts if weights is None or x.numel() else counts.to(weights.dtype)


TORCH = {"histc": _histc, "bincount": _bincount}
