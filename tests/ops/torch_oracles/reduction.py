"""PyTorch's `prod` takes one dimension; here it is called for one after the other."""

from __future__ import annotations

import torch


def _prod(x, dim=None, keepdim=False, dtype=None):
    if dim is None:
        return torch.prod(x, dtype=dtype)
    for d in sorted((d % max(x.ndim, 1) for d in dim), reverse=True):
        x = torch.prod(x, dim=d, keepdim=keepdim, dtype=dtype)
    return x


TORCH = {"prod": _prod}
