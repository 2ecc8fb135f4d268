"""Normalisations that ONNX Runtime fuses: with residuals, biases and embeddings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import hodu.functional as f
from hodu.dtypes import i32
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.ops.microsoft_activation import DOMAIN
from hodu.formats.onnx.registry import onnx_op

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_EPSILON = 1e-12


def _wide(x: Tensor) -> Tensor:
    return x.to("f32") if x.dtype.bits < 32 else x


def _inverse_root(x: Tensor, axes: tuple[int, ...], epsilon: float) -> Tensor:
    """One over the root of the mean square."""
    wide = _wide(x)
    return f.rsqrt(f.mean(wide * wide, axes, keepdim=True) + epsilon)


@onnx_op("SimplifiedLayerNormalization")
def simplified_layer_norm(
    node: OnnxNode, x: Tensor, scale: Tensor
) -> Tensor | tuple[Tensor, Tensor]:
    """RMS normalisation over the axes from `axis` on; also yields the inverse root."""
    axis = node.integer("axis", -1) % x.ndim
    epsilon = node.real("epsilon", 1e-5)
    shape = x.shape[axis:]
    if scale.shape == shape and not node.wants(1):
        return f.rms_norm(x, shape, scale, epsilon)
    inverse = _inverse_root(x, tuple(range(axis, x.ndim)), epsilon)
    return (_wide(x) * inverse).to(x.dtype) * scale, inverse


def _residual(x: Tensor, skip: Tensor, bias: Tensor | None) -> Tensor:
    total = x + skip
    return total if bias is None else total + bias


@onnx_op("SkipLayerNormalization", domain=DOMAIN)
def skip_layer_norm(
    node: OnnxNode,
    x: Tensor,
    skip: Tensor,
    gamma: Tensor,
    beta: Tensor | None = None,
    bias: Tensor | None = None,
) -> tuple[Tensor | None, ...]:
    """The sum of input, skip and bias, normalised; also the mean, inverse deviation and sum."""
    total = _residual(x, skip, bias)
    epsilon = node.real("epsilon", _EPSILON)
    y = f.layer_norm(total, total.shape[-1:], gamma, beta, epsilon)
    if not (node.wants(1) or node.wants(2)):
        return y, None, None, total
    wide = _wide(total)
    mean = f.mean(wide, -1, keepdim=True)
    inverse = f.rsqrt(f.var(wide, -1, correction=0, keepdim=True) + epsilon)
    return y, mean, inverse, total


@onnx_op("SkipSimplifiedLayerNormalization", domain=DOMAIN)
def skip_simplified_layer_norm(
    node: OnnxNode, x: Tensor, skip: Tensor, gamma: Tensor, bias: Tensor | None = None
) -> tuple[Tensor | None, ...]:
    """The sum of input, skip and bias by its root mean square; the mean is not computed."""
    total = _residual(x, skip, bias)
    epsilon = node.real("epsilon", _EPSILON)
    if node.wants(1):
        raise node.unsupported("the output 'mean'", "a root mean square has none: leave it out")
    y = f.rms_norm(total, total.shape[-1:], gamma, epsilon)
    inverse = _inverse_root(total, (total.ndim - 1,), epsilon) if node.wants(2) else None
    return y, None, inverse, total


@onnx_op("EmbedLayerNormalization", domain=DOMAIN)
def embed_layer_norm(
    node: OnnxNode,
    ids: Tensor,
    segments: Tensor | None,
    words: Tensor,
    positions: Tensor,
    segment_table: Tensor | None,
    gamma: Tensor,
    beta: Tensor,
    mask: Tensor | None = None,
    position_ids: Tensor | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """Embeddings of words, positions and segments, added and normalised.

    Also yields the number of ones in each row of the mask, and the sum.
    """
    batch, length = ids.shape
    if position_ids is None:
        position_ids = f.arange(length).unsqueeze(0)
    total = f.embedding(ids, words) + f.embedding(position_ids, positions)
    if segments is not None and segment_table is not None:
        total = total + f.embedding(segments, segment_table)
    epsilon = node.real("epsilon", _EPSILON)
    y = f.layer_norm(total, total.shape[-1:], gamma, beta, epsilon)
    if mask is None:
        return y, f.zeros(batch, dtype=i32), total
    return y, f.sum((mask == 1).to(i32), 1, dtype=i32), total
