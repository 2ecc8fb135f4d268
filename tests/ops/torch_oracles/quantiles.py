"""PyTorch's medians and quantiles, the latter of small floats as f32."""

from __future__ import annotations

import torch

from tests.ops.torch_oracles.sorting import stable_index


def _chosen(fn):
    def oracle(x, dim=-1, keepdim=False):
        found = fn(x, dim, keepdim)
        if x.is_floating_point():
            # Of nothing but NaN any index will do: ours is the first.
            nothing = x.isnan().all(dim, keepdim=keepdim) if x.ndim else x.isnan()
            return found.values, torch.where(nothing, 0, found.indices)
        return stable_index(x, found.values, dim, (x.size(dim) - 1) // 2 if x.ndim else 0, keepdim)

    return oracle


def _small(fn):
    def oracle(x, q, **attrs):
        if x.element_size() < 4:
            return fn(x.to(torch.float32), q.to(torch.float32), **attrs).to(x.dtype)
        return fn(x, q, **attrs)

    return oracle


TORCH = {
    "median": _chosen(torch.median),
    "nanmedian": _chosen(torch.nanmedian),
    "quantile": _small(torch.quantile),
    "nanquantile": _small(torch.nanquantile),
}
