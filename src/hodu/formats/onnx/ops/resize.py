"""Resizing and sampling of images."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import hodu.functional as f
from hodu.dims import Dim
from hodu.dispatch.attrs import as_dims
from hodu.errors import CaptureError
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.registry import onnx_op

if TYPE_CHECKING:
    from hodu._tensor import Tensor


def _reals(x: Tensor | None, node: OnnxNode, name: str) -> list[float]:
    """The contents of a real input, [] if it is absent or empty."""
    if x is None:
        return []
    if x.is_captured:
        raise CaptureError(f"{name} depends on the data, which is not known during capture")
    return [float(v) for v in x.numpy().reshape(-1)]


@onnx_op("Resize", since=11)
def resize(
    node: OnnxNode,
    x: Tensor,
    roi: Tensor | None = None,
    scales: Tensor | None = None,
    sizes: Tensor | None = None,
) -> Tensor:
    """Interpolation along axes, to given sizes or by given scales."""
    axes = node.integers("axes", list(range(x.ndim))) or list(range(x.ndim))
    factors = _reals(scales, node, "scales")
    wanted: list[Any] = list(as_dims(sizes, "sizes")) if sizes is not None else []
    if factors:
        wanted = [_scaled(x.shape[a], s) for a, s in zip(axes, factors, strict=True)]
    elif node.text("keep_aspect_ratio_policy", "stretch") != "stretch":
        wanted, factors = _keep_aspect(node, x, axes, wanted)
    region = _reals(roi, node, "roi")
    if len(region) == 2 * x.ndim > 2 * len(axes):
        region = [region[a + part] for part in (0, x.ndim) for a in axes]
    return _resized(node, x, axes, wanted, factors, region)


@onnx_op("Resize", since=10)
def resize_by_scales(node: OnnxNode, x: Tensor, scales: Tensor) -> Tensor:
    """Opset 10, and Upsample from opset 9: positions are output positions divided by the scale."""
    return _upsampled(node, x, _reals(scales, node, "scales"))


@onnx_op("Upsample", since=9)
def upsample(node: OnnxNode, x: Tensor, scales: Tensor) -> Tensor:
    """Opset 9: the scales are an input."""
    return _upsampled(node, x, _reals(scales, node, "scales"))


@onnx_op("Upsample", since=7)
def upsample_attribute(node: OnnxNode, x: Tensor) -> Tensor:
    """Before opset 9: the scales are an attribute."""
    return _upsampled(node, x, [float(s) for s in node.attr("scales")])


def _upsampled(node: OnnxNode, x: Tensor, factors: list[float]) -> Tensor:
    grown = [i for i, s in enumerate(factors) if s != 1]
    sizes = [_scaled(x.shape[i], factors[i]) for i in grown]
    mode, scales = node.text("mode", "nearest").lower(), [factors[i] for i in grown]
    if not grown:
        return x
    return f._resize(x, grown, sizes, scales, mode, coordinates="asymmetric", nearest="floor")


def _scaled(size: Dim, factor: float) -> Dim:
    """The size times the factor, rounded down; symbolic sizes by whole factors only."""
    if factor == int(factor):
        return size * int(factor)
    return math.floor(int(size) * factor)


def _keep_aspect(
    node: OnnxNode, x: Tensor, axes: list[int], wanted: list[Any]
) -> tuple[list[int], list[float]]:
    """The sizes of one common scale, so that none is larger, or none smaller, than wanted."""
    ratios = [int(size) / int(x.shape[a]) for a, size in zip(axes, wanted, strict=True)]
    smaller = node.text("keep_aspect_ratio_policy") == "not_larger"
    scale = min(ratios) if smaller else max(ratios)
    return [math.floor(scale * int(x.shape[a]) + 0.5) for a in axes], [scale] * len(axes)


def _resized(
    node: OnnxNode,
    x: Tensor,
    axes: list[int],
    sizes: list[Any],
    factors: list[float],
    region: list[float],
) -> Tensor:
    coordinates = node.text("coordinate_transformation_mode", "half_pixel")
    crops = coordinates == "tf_crop_and_resize"
    if not crops:  # Axes that keep their size are left out, so that a symbolic batch is no matter.
        kept = [i for i, a in enumerate(axes) if not _same(x.shape[a], sizes[i], factors, i)]
        axes, sizes = [axes[i] for i in kept], [sizes[i] for i in kept]
        factors = [factors[i] for i in kept] if factors else []
    if not axes:
        return x
    return f._resize(
        x,
        axes,
        sizes,
        factors or None,
        node.text("mode", "nearest"),
        coordinates=coordinates,
        nearest=node.text("nearest_mode", "round_prefer_floor"),
        cubic_a=node.real("cubic_coeff_a", -0.75),
        exclude_outside=node.flag("exclude_outside"),
        antialias=node.flag("antialias"),
        roi=region if crops else None,
        extrapolation=node.real("extrapolation_value", 0.0),
    )


def _same(size: Any, wanted: Any, factors: list[float], i: int) -> bool:
    return size == wanted and (not factors or factors[i] == 1)


_GRID_MODES = {"linear": "bilinear", "cubic": "bicubic"}


@onnx_op("GridSample", since=16)
def grid_sample(node: OnnxNode, x: Tensor, grid: Tensor) -> Tensor:
    """The input at the points of a grid."""
    mode = node.text("mode", "linear")
    return f.grid_sample(
        x,
        grid,
        _GRID_MODES.get(mode, mode),
        node.text("padding_mode", "zeros"),
        node.flag("align_corners"),
    )


@onnx_op("AffineGrid", since=20)
def affine_grid(node: OnnxNode, theta: Tensor, size: Tensor) -> Tensor:
    """The points that an affine map sends those of an image to."""
    return f.affine_grid(theta, list(as_dims(size, "size")), node.flag("align_corners"))
