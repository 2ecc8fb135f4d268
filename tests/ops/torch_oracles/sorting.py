"""PyTorch's topk and kthvalue; which of several equal elements they take is not specified there.

So the values are PyTorch's own, and the indices those of its stable sort.
"""

from __future__ import annotations

import torch


def stable_index(x, values, dim, place, keepdim):
    """(values, indices), the latter at `place` of the stable order along `dim`."""
    if x.ndim == 0:
        return values, torch.zeros((), dtype=torch.int64)
    order = torch.sort(x, dim=dim, stable=True).indices.narrow(dim, place, 1)
    return values, order if keepdim else order.squeeze(dim)


def _topk(x, k, dim=-1, largest=True, sorted=True):
    if x.ndim == 0:
        return torch.topk(x, k, dim, largest)
    order = torch.sort(x, dim=dim, descending=largest, stable=True).indices
    return torch.topk(x, k, dim, largest).values, order.narrow(dim, 0, k)


def _kthvalue(x, k, dim=-1, keepdim=False):
    values = torch.kthvalue(x, k, dim, keepdim).values
    return stable_index(x, values, dim, k - 1, keepdim)


TORCH = {"topk": _topk, "kthvalue": _kthvalue}
