"""PyTorch's pixel_unshuffle, which leaves an empty tensor as it is."""

from __future__ import annotations

from typing import Any

import torch.nn.functional as tf


def pixel_unshuffle(x, downscale_factor):
    if not x.numel():
        raise NotImplementedError("the shape of an empty result is not supported")
    return tf.pixel_unshuffle(x, downscale_factor)


TORCH: dict[str, Any] = {"pixel_unshuffle": pixel_unshuffle}
