"""Layers of com.microsoft on quantized values, which ONNX Runtime's quantizer emits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import hodu.functional as f
from hodu.dispatch.base import wrap_dims
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.ops.conv_pool import max_pool
from hodu.formats.onnx.ops.microsoft_activation import DOMAIN
from hodu.formats.onnx.ops.microsoft_attention import attend_to_itself, refuse_shared_caches
from hodu.formats.onnx.ops.microsoft_normalization import embed_layer_norm
from hodu.formats.onnx.ops.microsoft_quantized import (
    dequantized,
    matmul_integer_to_float,
    quantized,
)
from hodu.formats.onnx.ops.quantize import qlinear_conv
from hodu.formats.onnx.registry import onnx_op

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_GREATEST = 3.4028234663852886e38  # of f32


@onnx_op("QLinearSoftmax", domain=DOMAIN)
def qlinear_softmax(
    node: OnnxNode,
    x: Tensor,
    x_scale: Tensor,
    x_zero: Tensor | None,
    scale: Tensor,
    zero: Tensor | None = None,
) -> Tensor:
    """Exponentials that add up to one along an axis; `opset` below 13 takes all axes from it on.

    As ONNX Runtime has it, 1 / scale is rounded down to an integer. The zero point of `x` changes
    nothing. What is beyond the type of the result saturates, where ONNX Runtime may wrap around.
    """
    axis = node.integer("axis", -1) % max(x.ndim, 1)
    if node.integer("opset") < 13:
        return _softmax(x.reshape(*x.shape[:axis], -1), x_scale, scale, zero).reshape(x.shape)
    return f.movedim(_softmax(f.movedim(x, axis, -1), x_scale, scale, zero), -1, axis)


def _softmax(x: Tensor, x_scale: Tensor, scale: Tensor, zero: Tensor | None) -> Tensor:
    """Over the last axis, by the table of ONNX Runtime, added up in its order.

    The table has e^(step * i) for the steps i below the greatest code, by a factor with which a
    sum is still below the greatest f32.
    """
    count = wrap_dims(x.shape[-1]).to("f32")
    room = f.clamp(f.log((_GREATEST / count).to("f64")).to("f32").to("f64") - 5, min=0)
    step = x_scale.reshape(()).to("f64")
    table = f.exp(f.arange(-255, 1).to("f64") * step + room).to("f32")
    wide = x.to("i32")
    places = wide - f.amax(wide, -1, keepdim=True) + 255
    powers = f.index_select(table, 0, places.reshape(-1)).reshape(x.shape)
    one = f.floor(1 / scale.reshape(()))
    parts = powers * one / f.cumsum(powers, -1)[..., -1:]
    return quantized(parts, f.ones_like(one), zero, x.dtype)


@onnx_op("QLinearWhere", domain=DOMAIN)
def qlinear_where(
    node: OnnxNode,
    condition: Tensor,
    x: Tensor,
    x_scale: Tensor,
    x_zero: Tensor,
    y: Tensor,
    y_scale: Tensor,
    y_zero: Tensor,
    scale: Tensor,
    zero: Tensor,
) -> Tensor:
    """Elements of x or y, brought into one quantization."""
    left = quantized(dequantized(x, x_scale, x_zero), scale, zero, x.dtype)
    right = quantized(dequantized(y, y_scale, y_zero), scale, zero, y.dtype)
    return f.where(condition, left, right)


@onnx_op("QLinearConv", domain=DOMAIN)
def qlinear_conv_last(node: OnnxNode, x: Tensor, *rest: Any) -> Tensor:
    """The convolution of the standard, with channels last on request."""
    if not node.flag("channels_last"):
        return qlinear_conv(node, x, *rest)
    return f.movedim(qlinear_conv(node, f.movedim(x, -1, 1), *rest), 1, -1)


@onnx_op("NhwcMaxPool", domain=DOMAIN)
def max_pool_last(node: OnnxNode, x: Tensor) -> Tensor:
    """The maximum of each window, channels last."""
    pooled = max_pool(node, f.movedim(x, -1, 1))
    assert not isinstance(pooled, tuple)
    return f.movedim(pooled, 1, -1)


@onnx_op("QAttention", domain=DOMAIN)
def qattention(
    node: OnnxNode,
    x: Tensor,
    weights: Tensor,
    bias: Tensor,
    x_scale: Tensor,
    weight_scale: Tensor,
    mask: Tensor | None = None,
    x_zero: Tensor | None = None,
    weight_zero: Tensor | None = None,
    past: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """`Attention` whose queries, keys and values are a product of 8-bit matrices."""
    refuse_shared_caches(node)
    joined = matmul_integer_to_float(
        node, x, weights, x_scale, weight_scale, x_zero, weight_zero, bias
    )
    return attend_to_itself(node, joined, mask, past)


@onnx_op("QEmbedLayerNormalization", domain=DOMAIN)
def qembed_layer_norm(
    node: OnnxNode,
    ids: Tensor,
    segments: Tensor | None,
    words: Tensor,
    positions: Tensor,
    kinds: Tensor | None,
    gamma: Tensor,
    beta: Tensor,
    mask: Tensor | None,
    *quantization: Tensor | None,
) -> tuple[Tensor, Tensor]:
    """`EmbedLayerNormalization` of quantized tables, gamma and beta: their scales, then zeros."""
    codes = (words, positions, kinds, gamma, beta)
    parts = zip(codes, quantization[:5], quantization[5:], strict=True)
    tables: list[Any] = [
        None if q is None or s is None else dequantized(q, s, z) for q, s, z in parts
    ]
    words, positions, kinds, gamma, beta = tables
    y, counts, _ = embed_layer_norm(node, ids, segments, words, positions, kinds, gamma, beta, mask)
    return y, counts
