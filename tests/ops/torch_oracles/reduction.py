"""PyTorch's `prod`, which takes one dimension, for one after the other; `any` and `all`."""

from __future__ import annotations

import torch


def _prod(x, dim=None, keepdim=False, dtype=None):
    if dim is None:
        return torch.prod(x, dtype=dtype)
    for d in sorted((d % max(x.ndim, 1) for d in dim), reverse=True):
        x = torch.prod(x, dim=d, keepdim=keepdim, dtype=dtype)
    return x


def _bools(fn):
    """PyTorch answers for bytes in bytes, as it did before it had bools."""
    return lambda x, **attrs: fn(x, **attrs).bool()


TORCH = {"prod": _prod, "any": _bools(torch.any), "all": _bools(torch.all)}
