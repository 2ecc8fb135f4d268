"""PyTorch's pixel_unshuffle, which leaves an empty tensor as it is."""

from __future__ import annotations

from typing import Any

import torch.nn.functional as tf

from tests.ops.torch_oracles._lacking import Lacking


def pixel_unshuffle(x, downscale_factor):
    if not x.numel():
        raise Lacking("the shape of an empty result")
    return tf.pixel_unshuffle(x, downscale_factor)


TORCH: dict[str, Any] = {"pixel_unshuffle": pixel_unshuffle}
