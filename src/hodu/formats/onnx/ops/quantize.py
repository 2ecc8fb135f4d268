"""Quantization: integers and small floats that stand for `(q - zero_point) * scale`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import hodu.functional as f
from hodu.dispatch.base import recorder
from hodu.dtypes import f32, u8
from hodu.formats.onnx.casting import cast_value
from hodu.formats.onnx.dtypes import (
    FROM_ONNX,
    NARROW,
    dtype_of,
    element_type,
    limits_of,
    type_name,
    widened,
)
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.registry import onnx_op
from hodu.formats.onnx.windows import window
from hodu.ops._table import REGISTRY
from hodu.ops.quantization import QUANTIZED

if TYPE_CHECKING:
    from hodu._tensor import Tensor


def _spread(node: OnnxNode, v: Tensor, x: Tensor) -> Tensor:
    """A scale or zero point shaped to broadcast with x: one, one an index of an axis, or blocks."""
    if v.ndim == 0 or v.numel() == 1:
        return v.reshape(())
    axis = node.integer("axis", 1)
    block = node.integer("block_size", 0)
    if block:
        return f.narrow(f.repeat_interleave(v, block, axis), axis, 0, x.shape[axis])
    return v.reshape([-1 if i == axis % x.ndim else 1 for i in range(x.ndim)])


def _to_integers(x: Tensor, zero: Tensor | None, target: int) -> Any:
    """Rounded half to even, moved by the zero point and saturated."""
    rounded = f.round(x)
    moved = rounded if zero is None else rounded + zero.to(rounded.dtype)
    kind = FROM_ONNX[target].numpy if target in FROM_ONNX else NARROW[target]
    limited = f.clamp(moved, *limits_of(kind))
    return cast_value(limited, target)


@onnx_op("QuantizeLinear", since=10)
def quantize_linear(node: OnnxNode, x: Tensor, scale: Any, zero: Any = None) -> Any:
    """x / scale + zero point, rounded and saturated; per tensor, per axis or per block."""
    given = node.integer("output_dtype", 0)
    target = element_type(zero) if zero is not None else given or u8.onnx
    scale = _spread(node, widened(scale), x)
    compute = FROM_ONNX.get(node.integer("precision", 0), f32)
    dtype = FROM_ONNX.get(target)
    if dtype in QUANTIZED and compute is f32 and scale.dtype is x.dtype is f32:
        return f._quantize_linear(x, scale, _spread(node, zero, x) if zero is not None else None,
                                  dtype)  # fmt: skip
    ratio = x.to(compute) / scale.to(compute)
    if "INT" in type_name(target):
        moved = None if zero is None else _spread(node, widened(zero), x)
        return _to_integers(ratio.to("f32"), moved, target)
    return cast_value(ratio, target, node.flag("saturate", True))


@onnx_op("DequantizeLinear", since=10)
def dequantize_linear(node: OnnxNode, x: Any, scale: Any, zero: Any = None) -> Tensor:
    """(x - zero point) * scale; per tensor, per axis or per block."""
    x, scale = widened(x), widened(scale)
    target = dtype_of(node.integer("output_dtype", 0) or scale.dtype.onnx, "the result")
    spread = _spread(node, scale, x).to("f32")
    if not x.dtype.is_integer:
        return (x.to("f32") * spread).to(target)
    moved = None if zero is None else _spread(node, widened(zero), x)
    return _dequantized(x, spread, moved).to(target)


def _dequantized(x: Tensor, scale: Tensor, zero: Tensor | None) -> Tensor:
    """The real values; a capture has a node for constants too, so that it keeps their integers."""
    active = recorder()
    if active is None or x.ndim == 0:
        return f._dequantize_linear(x, scale, zero)
    found: Tensor = active.record(REGISTRY["dequantize_linear"], [x, scale, zero], {})
    return found


@onnx_op("DynamicQuantizeLinear", since=11)
def dynamic_quantize_linear(node: OnnxNode, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """To u8 by the range of the data, which always contains 0; also the scale and zero point."""
    low, high = f.clamp(f.amin(x), max=0), f.clamp(f.amax(x), min=0)
    scale = (high - low) / 255
    safe = f.where(scale == 0, f.ones_like(scale), scale)
    zero = f.clamp(f.round(-low / safe), 0, 255)
    quantized = f.clamp(f.round(x / safe) + zero, 0, 255)
    return quantized.to(u8), scale, zero.to(u8)


def _along(v: Tensor | None, rank: int, axis: int) -> Tensor | None:
    """One number, or one for each index of an axis, shaped to broadcast with `rank` dimensions."""
    if v is None or v.ndim > 1:
        return v
    if v.numel() == 1:
        return v.reshape(())
    return v.reshape([-1 if i == axis % rank else 1 for i in range(rank)])


def _product(a: Tensor, b: Tensor, a_zero: Tensor | None, b_zero: Tensor | None) -> Tensor:
    """The product in i32; zero points are of all, of the rows of a or of the columns of b."""
    return f._integer_matmul(a, b, _along(a_zero, a.ndim, -2), _along(b_zero, b.ndim, -1))


@onnx_op("MatMulInteger", since=10)
def matmul_integer(
    node: OnnxNode, a: Tensor, b: Tensor, a_zero: Tensor | None = None, b_zero: Tensor | None = None
) -> Tensor:
    """The product of 8-bit matrices in i32; zero points per row of a and per column of b."""
    return _product(a, b, a_zero, b_zero)


@onnx_op("QLinearMatMul", since=10)
def qlinear_matmul(
    node: OnnxNode,
    a: Tensor,
    a_scale: Tensor,
    a_zero: Tensor,
    b: Tensor,
    b_scale: Tensor,
    b_zero: Tensor,
    y_scale: Tensor,
    y_zero: Tensor,
) -> Any:
    """The product of quantized matrices, quantized."""
    total = _product(a, b, a_zero, b_zero)
    left, right = _along(a_scale, a.ndim, -2), _along(b_scale, b.ndim, -1)
    return _requantized(total, left, right, _along(y_scale, a.ndim, -2), y_zero)


def _requantized(total: Tensor, a: Any, b: Any, y: Any, zero: Tensor) -> Tensor:
    """Sums in i32 with the scales of their factors and of the result, all in f32."""
    scale = a.to(f32) * b.to(f32) / y.to(f32)
    return f._requantize(total, scale, _along(zero, total.ndim, -2), zero.dtype)


def _convolved(node: OnnxNode, x: Tensor, w: Tensor, bias: Any, x_zero: Any, w_zero: Any) -> Tensor:
    win = window(node, x.shape[2:], w.shape[2:])
    zeros = _along(x_zero, x.ndim, 1), _along(w_zero, w.ndim, 0)
    groups = node.integer("group", 1)
    return f._integer_conv(x, w, bias, *zeros, win.strides, win.pads, win.dilations, groups)


@onnx_op("ConvInteger", since=10)
def conv_integer(
    node: OnnxNode, x: Tensor, w: Tensor, x_zero: Tensor | None = None, w_zero: Tensor | None = None
) -> Tensor:
    """The convolution of 8-bit values in i32; padding is the zero point."""
    return _convolved(node, x, w, None, x_zero, w_zero)


@onnx_op("QLinearConv", since=10)
def qlinear_conv(
    node: OnnxNode,
    x: Tensor,
    x_scale: Tensor,
    x_zero: Tensor,
    w: Tensor,
    w_scale: Tensor,
    w_zero: Tensor,
    y_scale: Tensor,
    y_zero: Tensor,
    bias: Tensor | None = None,
) -> Any:
    """The convolution of quantized values, quantized; the weight's scale may be per channel."""
    total = _convolved(node, x, w, bias, x_zero, w_zero)
    each, one = _along(w_scale, x.ndim, 1), _along(x_scale, x.ndim, 1)
    return _requantized(total, one, each, _along(y_scale, x.ndim, 1), y_zero)
