"""PyTorch's grids and grid_sample.

The narrower floats go through f32, since PyTorch computes the coordinates in them.
"""

from __future__ import annotations

import warnings
from typing import Any

import torch
import torch.nn.functional as tf

from tests.ops.torch_oracles._lacking import Lacking


def grid_sample(x, grid, mode="bilinear", padding_mode="zeros", align_corners=None):
    if not x.numel():
        raise Lacking("an empty batch")
    wide = torch.float32 if x.dtype.itemsize < 4 else x.dtype
    y = tf.grid_sample(x.to(wide), grid.to(wide), mode, padding_mode, bool(align_corners))
    return y.to(x.dtype)


def affine_base_grid(size, align_corners, dtype):
    """PyTorch's grid of the map that changes nothing, and the ones beside it."""
    identity = torch.eye(len(size), len(size) + 1, dtype=dtype)[None]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the corners of one pixel meant something else once
        points = tf.affine_grid(identity, (1, 1, *size), align_corners)[0]
    return torch.cat([points, torch.ones(*size, 1, dtype=dtype)], -1)


TORCH: dict[str, Any] = {"grid_sample": grid_sample, "affine_base_grid": affine_base_grid}
