"""Regions of interest, boxes, columns of patches, deformed windows, pictures in files."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

import hodu.functional as f
from hodu.dispatch.attrs import as_dims
from hodu.dispatch.base import wrap
from hodu.errors import UnsupportedError
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.registry import onnx_op
from hodu.formats.onnx.windows import window
from hodu.ops._table import Array

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@onnx_op("Col2Im", since=18)
def col2im(node: OnnxNode, x: Tensor, image: Tensor, block: Tensor) -> Tensor:
    """Patches [n, c * block, places] added up in images [n, c, *image]."""
    sizes = [int(s) for s in as_dims(image, "image_shape")]
    kernel = [int(k) for k in as_dims(block, "block_shape")]
    win = window(node, sizes, kernel)
    pads = list(zip(win.pads[: len(sizes)], win.pads[len(sizes) :], strict=True))
    padded = [s + a + b for s, (a, b) in zip(sizes, pads, strict=True)]
    places = _patch_places(padded, kernel, win.strides, win.dilations)
    area, n = math.prod(kernel), x.shape[0]
    values = x.reshape(n, x.shape[1] // area, -1)
    index = f.broadcast_to(wrap(places.reshape(-1)), values.shape)
    flat = f.zeros(n, values.shape[1], math.prod(padded), dtype=x.dtype)
    summed = f.scatter_add(flat, 2, index, values).reshape(n, -1, *padded)
    inner = [slice(a, size - b) for size, (a, b) in zip(padded, pads, strict=True)]
    return summed[(slice(None), slice(None), *inner)]


def _patch_places(
    sizes: Sequence[int], kernel: Sequence[int], strides: Sequence[int], dilations: Sequence[int]
) -> Array:
    """The flat place in an image of every element of every patch, [block, places]."""
    total: Array = np.zeros([1] * (2 * len(sizes)), np.int64)
    n = len(sizes)
    for i, (size, k, s, d) in enumerate(zip(sizes, kernel, strides, dilations, strict=True)):
        count = (size - (k - 1) * d - 1) // s + 1
        step = math.prod(sizes[i + 1 :])
        inside = (np.arange(k) * d * step).reshape([-1 if j == i else 1 for j in range(2 * n)])
        start = np.arange(count) * s * step
        total = total + inside + start.reshape([-1 if j == n + i else 1 for j in range(2 * n)])
    return total.reshape(math.prod(kernel), -1)


@onnx_op("MaxUnpool", since=9)
def max_unpool(
    node: OnnxNode, x: Tensor, indices: Tensor, output_shape: Tensor | None = None
) -> Tensor:
    """Values put back to the flat places, in the whole output, that max pooling found."""
    spatial = [int(s) for s in x.shape[2:]]
    win, rank = window(node, spatial, []), len(spatial)
    sizes = [
        (s - 1) * step - win.pads[i] - win.pads[i + rank] + k
        for i, (s, step, k) in enumerate(zip(spatial, win.strides, win.kernel, strict=True))
    ]
    y = f._max_unpool(x, f.remainder(indices, math.prod(sizes)), sizes)
    if output_shape is None:
        return y
    wanted = [int(s) for s in as_dims(output_shape, "output_shape")][2:]
    grown = [p for w, s in zip(reversed(wanted), reversed(sizes), strict=True) for p in (0, w - s)]
    return f.pad(y, grown)


def _corners(at: Tensor, size: int) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """The two neighbours of positions on an axis and their weights, positions clamped to it."""
    inside = f.clamp(at, 0, size - 1)
    low = f.floor(inside)
    share = inside - low
    high = f.clamp(low + 1, max=size - 1)
    return (low.to("i64"), 1 - share), (high.to("i64"), share)


@onnx_op("RoiAlign", since=10)
def roi_align(node: OnnxNode, x: Tensor, rois: Tensor, batch: Tensor) -> Tensor:
    """Regions of images averaged, or maximized, over bins at bilinear samples (Mask R-CNN)."""
    size = node.integer("output_height", 1), node.integer("output_width", 1)
    half = node.text("coordinate_transformation_mode", "half_pixel" if node.opset > 15 else "")
    places = rois * node.real("spatial_scale", 1.0) - (0.5 if half == "half_pixel" else 0.0)
    start = f.flip(places[:, 0:2], (1,))
    extent = f.flip(places[:, 2:4], (1,)) - start
    if half != "half_pixel":
        extent = f.clamp(extent, min=1.0)
    images = x[batch]
    ratio = node.integer("sampling_ratio", 0)
    if ratio > 0:
        return _aligned(node, images, start, extent, size, (ratio, ratio))
    rows = []
    for i in range(int(rois.shape[0])):
        grid = [max(math.ceil(extent[i, k].item() / size[k]), 1) for k in (0, 1)]
        part = slice(i, i + 1)
        rows.append(_aligned(node, images[part], start[part], extent[part], size, tuple(grid)))
    return f.cat(rows, 0)


def _aligned(
    node: OnnxNode, images: Tensor, start: Tensor, extent: Tensor, size: Any, grid: Any
) -> Tensor:
    """Every region on its own image, with `grid` samples to a bin of each axis."""
    lengths = images.shape[2:]
    axes, valid = [], []
    for k in (0, 1):
        step = (f.arange(size[k] * grid[k]).to(start.dtype) + 0.5) / grid[k]
        at = start[:, k : k + 1] + step * (extent[:, k : k + 1] / size[k])
        valid.append(f.logical_and(at >= -1, at <= lengths[k]).to(images.dtype))
        axes.append(_corners(at, int(lengths[k])))
    best = node.text("mode", "avg") == "max"
    terms = []
    for y, wy in axes[0]:
        for x, wx in axes[1]:
            weights = (wy * valid[0]).unsqueeze(2) * (wx * valid[1]).unsqueeze(1)
            terms.append(_picked(images, y, x) * weights.unsqueeze(1))
    total = terms[0]
    for term in terms[1:]:
        total = f.maximum(total, term) if best else total + term
    n, c = images.shape[:2]
    bins = total.reshape(n, c, size[0], grid[0], size[1], grid[1])
    return f.amax(bins, (3, 5)) if best else f.mean(bins, (3, 5))


def _picked(images: Tensor, y: Tensor, x: Tensor) -> Tensor:
    """images[n, :, y[n, i], x[n, j]] as [n, c, i, j]."""
    n, c, width = images.shape[0], images.shape[1], int(images.shape[3])
    flat = (y * width).unsqueeze(2) + x.unsqueeze(1)
    index = f.broadcast_to(flat.reshape(n, 1, -1), (n, c, flat.shape[1] * flat.shape[2]))
    return f.gather(images.reshape(n, c, -1), 2, index).reshape(n, c, *flat.shape[1:])


@onnx_op("DeformConv", since=19)
def deform_conv(
    node: OnnxNode,
    x: Tensor,
    w: Tensor,
    offset: Tensor,
    b: Tensor | None = None,
    mask: Tensor | None = None,
) -> Tensor:
    """A 2-D convolution whose taps are moved by offsets and weighted by a mask (DCNv2)."""
    if x.ndim != 4:
        raise node.unsupported(f"an input of {x.ndim} dimensions", "it takes images, [n, c, h, w]")
    win, groups = window(node, x.shape[2:], w.shape[2:]), node.integer("group", 1)
    parts = node.integer("offset_group", 1)
    n, c, out = x.shape[0], int(x.shape[1]), offset.shape[2:]
    taps = math.prod(win.kernel)
    moved = offset.reshape(n * parts, taps, 2, *out)
    axes = [moved[:, :, k] + wrap(_tap_places(win, k, out).astype(np.float32)) for k in (0, 1)]
    images = x.reshape(n * parts, c // parts, *x.shape[2:])
    columns = _bilinear(images, axes[0].reshape(n * parts, -1), axes[1].reshape(n * parts, -1))
    columns = columns.reshape(n, parts, c // parts, taps, *out)
    if mask is not None:
        columns = columns * mask.reshape(n, parts, 1, taps, *out)
    columns = columns.to(x.dtype).reshape(n, groups, c // groups * taps, -1)
    y = f.matmul(w.reshape(groups, w.shape[0] // groups, -1), columns)
    y = y.reshape(n, w.shape[0], *out)
    return y if b is None else y + b.reshape(-1, 1, 1)


def _tap_places(win: Any, k: int, out: Sequence[Any]) -> Array:
    """Where each tap looks along axis k without its offset, [taps, out_h, out_w]."""
    inside = np.arange(win.kernel[k]) * win.dilations[k] - win.pads[k]
    start = np.arange(int(out[k])) * win.strides[k]
    inside = inside.reshape((-1, 1, 1, 1) if k == 0 else (1, -1, 1, 1))
    start = start.reshape((1, 1, -1, 1) if k == 0 else (1, 1, 1, -1))
    shape = (*win.kernel, int(out[0]), int(out[1]))
    return np.broadcast_to(inside + start, shape).reshape(-1, *shape[2:])


def _bilinear(images: Tensor, y: Tensor, x: Tensor) -> Tensor:
    """images[n, :, y[n, i], x[n, i]] between pixels, 0 outside, as [n, c, i]."""
    n, c = images.shape[:2]
    height, width = (int(size) for size in images.shape[2:])
    flat = images.reshape(n, c, -1)
    total: Any = 0
    for down in (0, 1):
        for right in (0, 1):
            row, column = f.floor(y) + down, f.floor(x) + right
            weight = (1 - f.abs(y - row)) * (1 - f.abs(x - column))
            inside = f.logical_and(
                f.logical_and(row >= 0, row < height), f.logical_and(column >= 0, column < width)
            )
            place = f.clamp(row, 0, height - 1) * width + f.clamp(column, 0, width - 1)
            index = f.broadcast_to(place.to("i64").unsqueeze(1), (n, c, place.shape[1]))
            total = total + f.gather(flat, 2, index) * (weight * inside.to(weight.dtype)).unsqueeze(
                1
            )
    return total


@onnx_op("ImageDecoder", since=20)
def image_decoder(node: OnnxNode, encoded: Tensor) -> Tensor:
    """The pixels of a picture file, [height, width, channels] (eager, by Pillow)."""
    try:
        from PIL import Image
    except ImportError:
        raise UnsupportedError(
            "ImageDecoder needs Pillow", where=node.label, hint="pip install 'hodu[image]'"
        ) from None
    picture = Image.open(io.BytesIO(encoded.numpy().tobytes()))
    kind = node.text("pixel_format", "RGB")
    if kind == "Grayscale":
        return wrap(np.asarray(picture.convert("L"))[..., None])
    pixels = np.asarray(picture.convert("RGB"))
    return wrap(pixels[..., ::-1].copy() if kind == "BGR" else pixels)
