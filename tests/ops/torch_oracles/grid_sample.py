"""PyTorch's grid_sample, in f32 for the narrower floats (it computes the coordinates in them)."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as tf


def grid_sample(x, grid, mode="bilinear", padding_mode="zeros", align_corners=None):
    if not x.numel():
        raise NotImplementedError("an empty batch is not supported")
    wide = torch.float32 if x.dtype.itemsize < 4 else x.dtype
    y = tf.grid_sample(x.to(wide), grid.to(wide), mode, padding_mode, bool(align_corners))
    return y.to(x.dtype)


TORCH: dict[str, Any] = {"grid_sample": grid_sample}
