"""PyTorch's way to the ops of hodu.ops.indexing."""

from __future__ import annotations

import torch

EIGHT_BITS = (torch.float8_e4m3fn, torch.float8_e5m2)


def _key(indices):
    return tuple(slice(None) if i is None else i.long() for i in indices)


def _index(x, indices):
    return x[_key(indices)]


def _index_put(x, indices, values, accumulate=False):
    longs = [None if i is None else i.long() for i in indices]
    if x.dtype not in EIGHT_BITS:
        return torch.ops.aten.index_put(x, longs, values, accumulate)
    # PyTorch would round every partial sum to 8 bits.
    return torch.ops.aten.index_put(x.float(), longs, values.float(), accumulate).to(x.dtype)


TORCH = {"index": _index, "index_put": _index_put}
