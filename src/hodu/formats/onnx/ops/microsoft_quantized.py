"""Operators of com.microsoft on quantized values: `(q - zero point) * scale` stands for a number.

They compute in f32, as ONNX Runtime does, and round half to even at the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import hodu.functional as f
from hodu.dtypes import i32
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.ops.microsoft_activation import DOMAIN
from hodu.formats.onnx.ops.quantize import (
    dequantize_linear,
    dynamic_quantize_linear,
    quantize_linear,
)
from hodu.formats.onnx.registry import onnx_op
from hodu.formats.onnx.windows import Window, window

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hodu._tensor import Tensor
    from hodu.dims import Dim
    from hodu.dtypes import DType

onnx_op("QuantizeLinear", domain=DOMAIN)(quantize_linear)
onnx_op("DequantizeLinear", domain=DOMAIN)(dequantize_linear)


def _centred(x: Tensor, zero: Tensor | None) -> Tensor:
    """x - zero point in i32; several zero points are those of columns."""
    wide = x.to(i32)
    return wide if zero is None else wide - _columns(zero).to(i32)


def _columns(v: Tensor) -> Tensor:
    return v.reshape(()) if v.numel() == 1 else v


def dequantized(x: Tensor, scale: Tensor, zero: Tensor | None) -> Tensor:
    """The numbers that integers stand for."""
    return _centred(x, zero).to("f32") * _columns(scale)


def quantized(x: Tensor, scale: Tensor, zero: Tensor | None, dtype: DType) -> Tensor:
    """Numbers as integers of `dtype`."""
    return f._quantize_linear(x, _columns(scale), None if zero is None else _columns(zero), dtype)


def _rounded(x: Tensor, scale: Tensor, zero: Tensor | None, dtype: DType) -> Tensor:
    """The same, moved by the zero point before they are rounded: halves go to the even code."""
    ratio = x / _columns(scale)
    moved = ratio if zero is None else ratio + _columns(zero).to("f32")
    return f._quantize_linear(moved, f.tensor(1.0, dtype="f32"), None, dtype)


@onnx_op("QLinearAdd", "QLinearMul", domain=DOMAIN)
def qlinear_binary(
    node: OnnxNode,
    a: Tensor,
    a_scale: Tensor,
    a_zero: Tensor | None,
    b: Tensor,
    b_scale: Tensor,
    b_zero: Tensor | None,
    scale: Tensor,
    zero: Tensor | None = None,
) -> Tensor:
    """The sum or the product of two quantized tensors that broadcast."""
    left, right = dequantized(a, a_scale, a_zero), dequantized(b, b_scale, b_zero)
    result = left + right if node.op_type == "QLinearAdd" else left * right
    return _rounded(result, scale, zero, a.dtype)


@onnx_op("QLinearSigmoid", "QLinearLeakyRelu", domain=DOMAIN)
def qlinear_unary(
    node: OnnxNode,
    x: Tensor,
    x_scale: Tensor,
    x_zero: Tensor | None,
    scale: Tensor,
    zero: Tensor | None = None,
) -> Tensor:
    """An activation of a quantized tensor."""
    real = dequantized(x, x_scale, x_zero)
    is_sigmoid = node.op_type == "QLinearSigmoid"
    y = f.sigmoid(real) if is_sigmoid else f.leaky_relu(real, node.real("alpha", 0.01))
    return quantized(y, scale, zero, x.dtype)


@onnx_op("QLinearConcat", domain=DOMAIN)
def qlinear_concat(node: OnnxNode, scale: Tensor, zero: Tensor, *parts: Any) -> Tensor:
    """Quantized tensors, each with its scale and zero point, joined in one quantization."""
    triples = zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    joined = [quantized(dequantized(x, s, z), scale, zero, zero.dtype) for x, s, z in triples]
    return f.cat(joined, node.integer("axis"))


@onnx_op("QLinearAveragePool", "QLinearGlobalAveragePool", domain=DOMAIN)
def qlinear_average_pool(
    node: OnnxNode,
    x: Tensor,
    x_scale: Tensor,
    x_zero: Tensor | None,
    scale: Tensor,
    zero: Tensor | None = None,
) -> Tensor:
    """The mean of each window, or over all spatial axes; channels last on request."""
    real = dequantized(x, x_scale, x_zero)
    last = node.flag("channels_last")
    if last:
        real = f.movedim(real, -1, 1)
    win = None if node.op_type == "QLinearGlobalAveragePool" else window(node, real.shape[2:], [])
    if win is None or (tuple(win.kernel) == tuple(real.shape[2:]) and not any(win.pads)):
        y = f.mean(real, tuple(range(2, x.ndim)), keepdim=True)
    else:
        ceil, whole = node.flag("ceil_mode"), node.flag("count_include_pad")
        pads = _reached(node, real.shape[2:], win) if ceil and whole else win.pads
        y = f._avg_pool(real, win.kernel, win.strides, pads, win.dilations, ceil, whole)
    return _rounded(f.movedim(y, 1, -1) if last else y, scale, zero, x.dtype)


def _reached(node: OnnxNode, spatial: Sequence[Dim], win: Window) -> list[int]:
    """Pads up to the end of the last windows: ONNX Runtime counts what lies there, too."""
    if not all(isinstance(size, int) for size in spatial):
        raise node.unsupported("ceil_mode over symbolic sizes", "bind the dimensions")
    rank, ends = len(spatial), []
    for i, size in enumerate(map(int, spatial)):
        reach, begin, end = (win.kernel[i] - 1) * win.dilations[i] + 1, *win.pads[i::rank]
        steps = -(-(size + begin + end - reach) // win.strides[i])
        # A window that would begin in the padding at the end is left out.
        steps -= steps * win.strides[i] >= size + begin
        ends.append(max(end, steps * win.strides[i] + reach - size - begin))
    return win.pads[:rank] + ends


@onnx_op("QGemm", domain=DOMAIN)
def qgemm(
    node: OnnxNode,
    a: Tensor,
    a_scale: Tensor,
    a_zero: Tensor,
    b: Tensor,
    b_scale: Tensor,
    b_zero: Tensor,
    c: Tensor | None = None,
    scale: Tensor | None = None,
    zero: Tensor | None = None,
) -> Tensor:
    """alpha * A B + C of quantized matrices; f32 without an output scale, else quantized."""
    left, right = (a.mT if node.flag("transA") else a), (b.mT if node.flag("transB") else b)
    total = _product(left, right, a_zero, b_zero)
    total = total if c is None else total + c
    factor = _columns(a_scale) * _columns(b_scale) * node.real("alpha", 1.0)
    if scale is None:
        return f._dequantize_linear(total, factor, None)
    moved = None if zero is None else _columns(zero)
    dtype = a.dtype if zero is None else zero.dtype
    return f._requantize(total, factor / _columns(scale), moved, dtype)


def _product(a: Tensor, b: Tensor, a_zero: Tensor | None, b_zero: Tensor | None) -> Tensor:
    """The product of bytes in i32; zero points of b may be those of columns."""
    zeros = [None if v is None else _columns(v) for v in (a_zero, b_zero)]
    return f._integer_matmul(a, b, *zeros)


@onnx_op("MatMulIntegerToFloat", domain=DOMAIN)
def matmul_integer_to_float(
    node: OnnxNode,
    a: Tensor,
    b: Tensor,
    a_scale: Tensor,
    b_scale: Tensor,
    a_zero: Tensor | None = None,
    b_zero: Tensor | None = None,
    bias: Tensor | None = None,
) -> Tensor:
    """The product of 8-bit matrices as floats; scale and zero point of b may be per column."""
    product = _product(a, b, a_zero, b_zero)
    factor = (_columns(a_scale) * _columns(b_scale)).to("f32")
    real = f._dequantize_linear(product, factor, None).to(a_scale.dtype)
    return real if bias is None else real + bias


@onnx_op("DynamicQuantizeMatMul", domain=DOMAIN)
def dynamic_quantize_matmul(
    node: OnnxNode,
    a: Tensor,
    b: Tensor,
    b_scale: Tensor,
    b_zero: Tensor | None = None,
    bias: Tensor | None = None,
) -> Tensor:
    """`MatMulIntegerToFloat` of an A that is quantized to u8 by the range of its data."""
    codes, scale, zero = dynamic_quantize_linear(node, a)
    return matmul_integer_to_float(node, codes, b, scale, b_scale, zero, b_zero, bias)
