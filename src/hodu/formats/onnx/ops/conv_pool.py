"""Convolution and pooling."""

from __future__ import annotations

from typing import TYPE_CHECKING

import hodu.functional as f
from hodu.formats.onnx.made import maker
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.registry import onnx_op
from hodu.formats.onnx.windows import split_pads, window

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@onnx_op("Conv")
def conv(node: OnnxNode, x: Tensor, w: Tensor, b: Tensor | None = None) -> Tensor:
    """Convolution in any number of dimensions."""
    win = window(node, x.shape[2:], w.shape[2:])
    groups = node.integer("group", 1)
    return f._conv(x, w, b, win.strides, win.pads, win.dilations, groups)


@onnx_op("ConvTranspose")
def conv_transpose(node: OnnxNode, x: Tensor, w: Tensor, b: Tensor | None = None) -> Tensor:
    """Transposed convolution; `output_shape` takes the place of pads."""
    spatial, rank = x.shape[2:], x.ndim - 2
    win = window(node, [1] * rank, w.shape[2:])
    extra = node.integers("output_padding", [0] * rank) or []
    pads = win.pads
    auto = node.text("auto_pad", "NOTSET")
    wanted = node.integers("output_shape")
    if wanted is None and auto.startswith("SAME"):
        wanted = [int(size) * s for size, s in zip(spatial, win.strides, strict=True)]
    if wanted is not None:
        totals = [
            (int(size) - 1) * s + e + (k - 1) * d + 1 - out
            for size, s, e, k, d, out in zip(
                spatial, win.strides, extra, win.kernel, win.dilations, wanted[-rank:], strict=True
            )
        ]
        # The standard gives the odd one to the end only for SAME_UPPER.
        pads = split_pads([max(t, 0) for t in totals], upper=auto == "SAME_UPPER")
        extra = [e + max(-t, 0) for e, t in zip(extra, totals, strict=True)]
    groups = node.integer("group", 1)
    return f._conv_transpose(x, w, b, win.strides, pads, extra, win.dilations, groups)


@onnx_op("MaxPool")
def max_pool(node: OnnxNode, x: Tensor) -> Tensor | tuple[Tensor, Tensor]:
    """The maximum of each window, and where it is in the flat input."""
    win = window(node, x.shape[2:], [])
    ceil = node.flag("ceil_mode")
    if not node.wants(1):
        return f._max_pool(x, win.kernel, win.strides, win.pads, win.dilations, ceil)
    result = f._max_pool_with_indices(x, win.kernel, win.strides, win.pads, win.dilations, ceil)
    return result[0], _flat_places(node, x, result[1])


def _flat_places(node: OnnxNode, x: Tensor, places: Tensor) -> Tensor:
    """Places in the spatial axes as places in the whole tensor, in the asked storage order."""
    spatial = [int(s) for s in x.shape[2:]]
    size = 1
    for s in spatial:
        size *= s
    if node.flag("storage_order"):
        places = _column_major(places, spatial)
    planes = f.arange(x.shape[0] * x.shape[1]).reshape(*x.shape[:2], *[1] * len(spatial))
    return places + planes * size


def _column_major(places: Tensor, spatial: list[int]) -> Tensor:
    total, stride, rest = places * 0, 1, places
    strides = []
    for s in spatial:
        strides.append(stride)
        stride *= s
    for s, step in zip(reversed(spatial), reversed(strides), strict=True):
        total = total + f.remainder(rest, s) * step
        rest = f.floor_divide(rest, s)
    return total


@onnx_op("AveragePool")
def average_pool(node: OnnxNode, x: Tensor) -> Tensor:
    """The mean of each window."""
    win = window(node, x.shape[2:], [])
    ceil, whole = node.flag("ceil_mode"), node.flag("count_include_pad")
    return f._avg_pool(x, win.kernel, win.strides, win.pads, win.dilations, ceil, whole)


@onnx_op("LpPool")
def lp_pool(node: OnnxNode, x: Tensor) -> Tensor:
    """The p-norm of each window."""
    win = window(node, x.shape[2:], [])
    p = node.real("p", 2)
    ceil = node.flag("ceil_mode")
    made = maker(x)
    size = x if made is not None and made.op == "abs" else f.abs(x)
    return f._lp_pool(size, p, win.kernel, win.strides, win.pads, win.dilations, ceil)


@onnx_op("GlobalAveragePool")
def global_average_pool(node: OnnxNode, x: Tensor) -> Tensor:
    """The mean over all spatial axes."""
    return f.mean(x, tuple(range(2, x.ndim)), keepdim=True)


@onnx_op("GlobalMaxPool")
def global_max_pool(node: OnnxNode, x: Tensor) -> Tensor:
    """The maximum over all spatial axes."""
    return f.amax(x, tuple(range(2, x.ndim)), keepdim=True)


@onnx_op("GlobalLpPool")
def global_lp_pool(node: OnnxNode, x: Tensor) -> Tensor:
    """The p-norm over all spatial axes."""
    p = node.real("p", 2)
    return f.pow(f.sum(f.pow(f.abs(x), p), tuple(range(2, x.ndim)), keepdim=True), 1 / p)
