"""Reductions over windows, which PyTorch spells with `unfold`."""

from __future__ import annotations

import torch

from tests.ops.torch_oracles._windows import biggest, pad_spatial, smallest, windows

NAMES = {"max": "amax", "min": "amin"}


def reduce_window(x, window_shape, stride, padding, dilation, reduce) -> torch.Tensor:
    fill = {"sum": 0, "prod": 1, "max": smallest(x.dtype)}
    x = pad_spatial(x, padding, fill[reduce] if reduce in fill else biggest(x.dtype))
    same = {"dtype": x.dtype} if reduce in ("sum", "prod") else {}
    elements = windows(x, window_shape, stride, dilation)
    return getattr(torch, NAMES.get(reduce, reduce))(elements, dim=-1, **same)


TORCH = {"reduce_window": reduce_window}
