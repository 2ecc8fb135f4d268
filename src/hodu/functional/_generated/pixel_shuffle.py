"""Functions of the ops in hodu.ops.pixel_shuffle.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_int
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_CHANNEL_SHUFFLE = REGISTRY["channel_shuffle"]


def channel_shuffle(input: Tensor, groups: builtins.int) -> Tensor:
    """[n, c, ...] with the channels of the `groups` interleaved."""
    return apply(_CHANNEL_SHUFFLE, (input,), {"groups": as_int(groups, "groups")})


_PIXEL_SHUFFLE = REGISTRY["pixel_shuffle"]


def pixel_shuffle(input: Tensor, upscale_factor: builtins.int) -> Tensor:
    """[..., c * r * r, h, w] as [..., c, h * r, w * r]."""
    return apply(
        _PIXEL_SHUFFLE, (input,), {"upscale_factor": as_int(upscale_factor, "upscale_factor")}
    )


_PIXEL_UNSHUFFLE = REGISTRY["pixel_unshuffle"]


def pixel_unshuffle(input: Tensor, downscale_factor: builtins.int) -> Tensor:
    """[..., c, h * r, w * r] as [..., c * r * r, h, w]: the inverse of `pixel_shuffle`."""
    return apply(
        _PIXEL_UNSHUFFLE,
        (input,),
        {"downscale_factor": as_int(downscale_factor, "downscale_factor")},
    )
