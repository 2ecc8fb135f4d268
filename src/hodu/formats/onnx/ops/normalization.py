"""Normalisation layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

import hodu.functional as f
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.ops.random import generator_of
from hodu.formats.onnx.registry import onnx_op

if TYPE_CHECKING:
    from hodu._tensor import Tensor


def _channels(v: Tensor, x: Tensor) -> Tensor:
    """A value for each channel, shaped to broadcast with x."""
    return v.reshape([-1] + [1] * (x.ndim - 2))


@onnx_op("BatchNormalization", since=9)
def batch_norm(
    node: OnnxNode, x: Tensor, scale: Tensor, bias: Tensor, mean: Tensor, var: Tensor
) -> Tensor | tuple[Tensor, ...]:
    """By the given statistics, or in training mode by those of the batch."""
    if not node.flag("training_mode"):
        return _normalized(node, x, scale, bias, mean, var)
    axes = (0, *range(2, x.ndim))
    wide = x.to("f32") if x.dtype.bits < 32 else x
    batch_mean = f.mean(wide, axes)
    batch_var = f.var(wide, axes, correction=0)
    keep = node.real("momentum", 0.9)
    y = _normalized(node, x, scale, bias, batch_mean, batch_var)
    next_mean = mean * keep + batch_mean * (1 - keep)
    next_var = var * keep + batch_var * (1 - keep)
    return y, next_mean.to(mean.dtype), next_var.to(var.dtype)


@onnx_op("BatchNormalization")
def batch_norm_7(
    node: OnnxNode, x: Tensor, scale: Tensor, bias: Tensor, mean: Tensor, var: Tensor
) -> Tensor:
    """Before opset 9: also with statistics for each position."""
    if node.flag("spatial", True):
        return _normalized(node, x, scale, bias, mean, var)
    return (x - mean) * f.rsqrt(var + node.real("epsilon", 1e-5)) * scale + bias


def _normalized(
    node: OnnxNode, x: Tensor, scale: Tensor, bias: Tensor, mean: Tensor, var: Tensor
) -> Tensor:
    epsilon = node.real("epsilon", 1e-5)
    return f.batch_norm(x, mean, var, scale, bias, training=False, eps=epsilon).to(x.dtype)


@onnx_op("InstanceNormalization")
def instance_norm(node: OnnxNode, x: Tensor, scale: Tensor, bias: Tensor) -> Tensor:
    """Each channel of each sample by its own mean and variance."""
    return f.instance_norm(x, weight=scale, bias=bias, eps=node.real("epsilon", 1e-5))


@onnx_op("LayerNormalization")
def layer_norm(
    node: OnnxNode, x: Tensor, scale: Tensor, bias: Tensor | None = None
) -> Tensor | tuple[Tensor, ...]:
    """Over the axes from `axis` on; also yields the mean and the inverse deviation."""
    axis = node.integer("axis", -1) % x.ndim
    epsilon = node.real("epsilon", 1e-5)
    shape = x.shape[axis:]
    if scale.shape == shape and (bias is None or bias.shape == shape) and not node.wants(1):
        return f.layer_norm(x, shape, scale, bias, epsilon)
    axes = tuple(range(axis, x.ndim))
    wide = x.to("f32") if x.dtype.bits < 32 else x
    mean = f.mean(wide, axes, keepdim=True)
    inverse = f.rsqrt(f.var(wide, axes, correction=0, keepdim=True) + epsilon)
    y = ((wide - mean) * inverse).to(x.dtype) * scale
    return (y if bias is None else y + bias), mean, inverse


@onnx_op("RMSNormalization", since=23)
def rms_norm(node: OnnxNode, x: Tensor, scale: Tensor) -> Tensor:
    """Over the axes from `axis` on, by the root of the mean square."""
    axes = tuple(range(node.integer("axis", -1) % x.ndim, x.ndim))
    wide = x.to("f32") if x.dtype.bits < 32 else x
    square = f.mean(wide * wide, axes, keepdim=True)
    return (wide * f.rsqrt(square + node.real("epsilon", 1e-5))).to(x.dtype) * scale


@onnx_op("GroupNormalization", since=21)
def group_norm(node: OnnxNode, x: Tensor, scale: Tensor, bias: Tensor) -> Tensor:
    """Groups of channels by their own mean and variance, scaled by channel."""
    return f.group_norm(x, node.integer("num_groups"), scale, bias, node.real("epsilon", 1e-5))


@onnx_op("GroupNormalization", since=18)
def group_norm_18(node: OnnxNode, x: Tensor, scale: Tensor, bias: Tensor) -> Tensor:
    """Before opset 21: scaled by group."""
    groups = node.integer("num_groups")
    plain = f.group_norm(x, groups, eps=node.real("epsilon", 1e-5))
    each = x.shape[1] // groups
    scale, bias = f.repeat_interleave(scale, each), f.repeat_interleave(bias, each)
    return plain * _channels(scale, x) + _channels(bias, x)


@onnx_op("LRN")
def local_response_norm(node: OnnxNode, x: Tensor) -> Tensor:
    """By the squares of neighbouring channels."""
    size = node.integer("size")
    squares = f.pad((x * x).unsqueeze(1), [0, 0] * (x.ndim - 2) + [(size - 1) // 2, size // 2])
    total = _window_sum(squares, size)
    alpha, beta = node.real("alpha", 1e-4), node.real("beta", 0.75)
    return x / f.pow(node.real("bias", 1.0) + total.squeeze(1) * (alpha / size), beta)


def _window_sum(x: Tensor, size: int) -> Tensor:
    """Sums over `size` neighbours along axis 2."""
    count = x.shape[2] - size + 1
    total = f.narrow(x, 2, 0, count)
    for offset in range(1, size):
        total = total + f.narrow(x, 2, offset, count)
    return total


@onnx_op("LpNormalization")
def lp_normalization(node: OnnxNode, x: Tensor) -> Tensor:
    """Divided by the p-norm along an axis; rows of zeros stay zero."""
    axis = node.integer("axis", -1)
    if node.integer("p", 2) == 1:
        norm = f.sum(f.abs(x), axis, keepdim=True)
    else:
        norm = f.sqrt(f.sum(x * x, axis, keepdim=True))
    return f.where(norm == 0, f.zeros_like(x), x / norm)


@onnx_op("MeanVarianceNormalization", since=9)
def mean_variance_norm(node: OnnxNode, x: Tensor) -> Tensor:
    """Zero mean and unit variance over the given axes."""
    axes = tuple(node.integers("axes", [0, 2, 3]) or ())
    mean = f.mean(x, axes, keepdim=True)
    square = f.mean(x * x, axes, keepdim=True)
    return (x - mean) / (f.sqrt(square - mean * mean) + 1e-9)


@onnx_op("Dropout", since=12)
def dropout(
    node: OnnxNode, x: Tensor, ratio: Tensor | None = None, training: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """The input, and a mask of ones; in training mode, elements dropped at random."""
    rate = 0.5 if ratio is None else float(ratio.item())
    if training is None or not bool(training.item()) or rate == 0:
        return x, f.ones_like(x, dtype="bool")
    keep = _kept(node, x, rate)
    return f.where(keep, x / (1 - rate), f.zeros_like(x)).to(x.dtype), keep


def _kept(node: OnnxNode, x: Tensor, rate: float) -> Tensor:
    """Where elements stay; a seed means eagerly what it means in ONNX's reference evaluator."""
    if x._data is None or not node.has("seed"):
        return f.rand(x.shape, generator=generator_of(node)) >= rate
    twister = np.random.RandomState(node.integer("seed") % (1 << 32))
    return f.tensor(twister.uniform(size=x.shape) >= rate)


@onnx_op("Dropout")
def dropout_inference(node: OnnxNode, x: Tensor) -> tuple[Tensor, Tensor]:
    """Before opset 12: inference only."""
    return x, f.ones_like(x, dtype="bool") if node.opset >= 10 else f.ones_like(x)
