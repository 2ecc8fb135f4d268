"""PyTorch's diff, whose optional tensors come last."""

from __future__ import annotations

import torch


def _diff(x, prepend=None, append=None, n=1, dim=-1):
    return torch.diff(x, n, dim, prepend, append)


TORCH = {"diff": _diff}
