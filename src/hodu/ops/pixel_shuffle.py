"""Moving elements between channels and space, and between groups of channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hodu.dims import Dim
from hodu.errors import ShapeError, ValueRangeError
from hodu.ops._samples import S
from hodu.ops._table import Array, F, op
from hodu.ops.max_pooling import NN
from hodu.shapes import Shape, TensorType, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor


def _check(name: str, shape: Shape, least: int, divisor: int, axes: tuple[int, ...]) -> None:
    if len(shape) < least:
        raise ShapeError(f"{name} needs at least {least} dimensions, not {format_shape(shape)}")
    if divisor < 1:
        raise ValueRangeError(f"{name}: the factor must be at least 1")
    for axis in axes:
        size = shape[axis]
        if isinstance(size, int) and size % divisor:
            raise ShapeError(
                f"{name}: axis {axis} of {format_shape(shape)}, {size}, is not divisible by "
                f"{divisor}"
            )


def _shuffle_steps(shape: Shape, r: int) -> tuple[Shape, tuple[int, ...], Shape]:
    """The shape to split into, the order to permute to and the final shape."""
    _check("pixel_shuffle()", shape, 3, r, ())
    _check(f"pixel_shuffle() by {r}", shape, 3, r * r, (-3,))
    *lead, c, h, w = shape
    i = len(lead)
    split = (*lead, c // (r * r), r, r, h, w)
    order = (*range(i), i, i + 3, i + 1, i + 4, i + 2)
    return split, order, (*lead, c // (r * r), h * r, w * r)


def _unshuffle_steps(shape: Shape, r: int) -> tuple[Shape, tuple[int, ...], Shape]:
    _check("pixel_unshuffle()", shape, 3, r, (-2, -1))
    *lead, c, h, w = shape
    i = len(lead)
    split = (*lead, c, h // r, r, w // r, r)
    order = (*range(i), i, i + 2, i + 4, i + 1, i + 3)
    return split, order, (*lead, c * r * r, h // r, w // r)


def _channel_steps(shape: Shape, groups: int) -> tuple[Shape, tuple[int, ...], Shape]:
    _check("channel_shuffle()", shape, 3, groups, (1,))
    n, c, *rest = shape
    order = (0, 2, 1, *range(3, len(shape) + 1))
    return (n, groups, c // groups, *rest), order, shape


@op("pixel_shuffle(Tensor input, int upscale_factor) -> Tensor")
class PixelShuffle:
    """[..., c * r * r, h, w] as [..., c, h * r, w * r]."""

    methods, where = False, NN
    samples = [
        S((2, 8, 3, 2), upscale_factor=2),
        S((9, 2, 1), upscale_factor=3),
        S((0, 4, 2, 2), upscale_factor=2),
    ]

    def infer(x: TensorType, upscale_factor: int) -> TensorType:
        return TensorType(_shuffle_steps(x.shape, upscale_factor)[2], x.dtype)

    def eager(x: Array, upscale_factor: int) -> Array:
        return _move(x, *_shuffle_steps(x.shape, upscale_factor))

    def compose(input: Tensor, upscale_factor: int) -> Tensor:
        return _rearrange(input, *_shuffle_steps(input.shape, upscale_factor))


@op("pixel_unshuffle(Tensor input, int downscale_factor) -> Tensor")
class PixelUnshuffle:
    """[..., c, h * r, w * r] as [..., c * r * r, h, w]: the inverse of `pixel_shuffle`."""

    methods, where = False, NN
    samples = [
        S((2, 2, 6, 4), downscale_factor=2),
        S((1, 3, 3), downscale_factor=3),
        S((0, 4, 2, 2), downscale_factor=2),
    ]

    def infer(x: TensorType, downscale_factor: int) -> TensorType:
        return TensorType(_unshuffle_steps(x.shape, downscale_factor)[2], x.dtype)

    def eager(x: Array, downscale_factor: int) -> Array:
        return _move(x, *_unshuffle_steps(x.shape, downscale_factor))

    def compose(input: Tensor, downscale_factor: int) -> Tensor:
        return _rearrange(input, *_unshuffle_steps(input.shape, downscale_factor))


@op("channel_shuffle(Tensor input, int groups) -> Tensor")
class ChannelShuffle:
    """[n, c, ...] with the channels of the `groups` interleaved."""

    methods, where = False, NN
    samples = [S((2, 6, 2, 2), groups=3), S((1, 4, 3), groups=2), S((0, 4, 2, 2), groups=2)]

    def infer(x: TensorType, groups: int) -> TensorType:
        return TensorType(_channel_steps(x.shape, groups)[2], x.dtype)

    def eager(x: Array, groups: int) -> Array:
        return _move(x, *_channel_steps(x.shape, groups))

    def compose(input: Tensor, groups: int) -> Tensor:
        return _rearrange(input, *_channel_steps(input.shape, groups))


def _move(x: Array, split: tuple[Dim, ...], order: tuple[int, ...], shape: Shape) -> Array:
    return np.ascontiguousarray(x.reshape(split).transpose(order)).reshape(shape)


def _rearrange(x: Tensor, split: Shape, order: tuple[int, ...], shape: Shape) -> Tensor:
    return F.reshape(F.permute(F.reshape(x, split), order), shape)
