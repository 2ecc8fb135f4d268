"""Scales and shifts by channel folded into the constant weights beside them.

Batch normalisation at inference is a scale and a shift; so is a product with, or the sum with, a
constant for each channel. After a convolution or a product with constant weights they become part
of the weights and the bias, before one a scale does. (B. Jacob et al., "Quantization and Training
of Neural Networks for Efficient Integer-Arithmetic-Only Inference", 2018, section 3.2.)
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import TypeAlias

import numpy as np

from hodu.ops._table import Array
from hodu.passes._rewrite import Graph, Keep, Rule, rewrite
from hodu.snapshot.ir import Node, Snapshot, Value

_PRODUCTS = ["conv(x, w, [b])", "conv_transpose(x, w, [b])", "linear(x, w, [b])", "matmul(x, w)"]
_Fold: TypeAlias = Callable[[SimpleNamespace, Graph], Value | None]


def _channel_axis(node: Node) -> int:
    """Where the output channels are: dimension 1 of a convolution, the last of a product."""
    return 1 if node.op in ("conv", "conv_transpose") else node.outputs[0].type.rank - 1


def _per_channel(data: Array | None, node: Node) -> Array | None:
    """A constant that is one number, or one for each output channel, as a vector in f64."""
    result = node.outputs[0].type
    if data is None or data.ndim > result.rank:
        return None
    axis = _channel_axis(node)
    shape = (1,) * (result.rank - data.ndim) + data.shape
    if any(n != 1 for i, n in enumerate(shape) if i != axis):
        return None
    channels = result.shape[axis]
    if not isinstance(channels, int) or shape[axis] not in (1, channels):
        return None
    return np.broadcast_to(data.reshape(-1).astype(np.float64), (channels,))


def _scaled_weight(node: Node, weight: Array, scale: Array) -> Array:
    """The weight of a product whose output channels are scaled."""
    factor = scale.astype(weight.dtype)
    if node.op == "conv" or (node.op == "linear" and weight.ndim == 2):
        return weight * factor.reshape(-1, *(1,) * (weight.ndim - 1))
    if node.op == "conv_transpose":  # [in, out / groups, ...], the inputs in groups
        groups = node.attrs["groups"]
        parts = weight.reshape(groups, -1, *weight.shape[1:])
        spread = factor.reshape(groups, 1, -1, *(1,) * (weight.ndim - 2))
        return (parts * spread).reshape(weight.shape)
    return weight * factor


def _foldable(match: SimpleNamespace, graph: Graph) -> tuple[Node, Array, Array | None] | None:
    """A product, its weights and its bias, if they are constants in f32 or f64."""
    node = match.y.producer
    weight, bias = graph.data(match.w), getattr(match, "b", None)
    if weight is None or weight.dtype not in (np.float32, np.float64):
        return None
    if weight.ndim < 2 or (node.op == "matmul" and weight.ndim != 2):
        return None
    offset = graph.data(bias)
    if bias is not None and (offset is None or offset.ndim != 1):
        return None
    return node, weight, offset


def _rebuilt(node: Node, weight: Value, offset: Array | None, graph: Graph) -> Value:
    """The product with other weights and bias; a matmul with a bias is a linear layer."""
    if offset is None:
        given = (weight,) if node.op == "matmul" else (weight, None)
        return graph.like(node, node.inputs[0], *given)
    bias = graph.constant(offset.astype(node.outputs[0].type.dtype.numpy), "b")
    if node.op == "matmul":
        turned = graph("permute", weight, dims=(1, 0))
        return graph("linear", node.inputs[0], turned, bias)
    return graph.like(node, node.inputs[0], weight, bias)


def _affine(
    match: SimpleNamespace, graph: Graph, scale: Array | None, shift: Array | None
) -> Value | None:
    """The product with `y * scale + shift`, by channel, in its weights and bias."""
    found = _foldable(match, graph)
    if found is None or (scale is None and shift is None):
        return None
    node, weight, offset = found
    value = match.w
    if scale is not None:
        value = graph.constant(_scaled_weight(node, weight, scale), match.w.name)
        offset = None if offset is None else offset * scale
    if shift is not None:
        offset = shift if offset is None else offset + shift
    return _rebuilt(node, value, offset, graph)


def _times(match: SimpleNamespace, graph: Graph) -> Value | None:
    return _affine(match, graph, _per_channel(graph.data(match.c), match.y.producer), None)


def _over(match: SimpleNamespace, graph: Graph) -> Value | None:
    scale = _per_channel(graph.data(match.c), match.y.producer)
    return None if scale is None or not scale.all() else _affine(match, graph, 1 / scale, None)


def _plus(match: SimpleNamespace, graph: Graph) -> Value | None:
    return _affine(match, graph, None, _per_channel(graph.data(match.c), match.y.producer))


def _minus(match: SimpleNamespace, graph: Graph) -> Value | None:
    shift = _per_channel(graph.data(match.c), match.y.producer)
    return None if shift is None else _affine(match, graph, None, -shift)


def _normalized(match: SimpleNamespace, graph: Graph) -> Value | None:
    node = match.y.producer
    if _channel_axis(node) != 1:
        return None
    given = [match.mean, match.var, match.g, match.h]
    data = [None if v is None else graph.data(v) for v in given]
    if any(d is None and v is not None for d, v in zip(data, given, strict=True)):
        return None
    mean, var, weight, bias = (None if d is None else d.astype(np.float64) for d in data)
    assert mean is not None and var is not None
    scale = 1 / np.sqrt(var + match.e)
    scale = scale if weight is None else scale * weight
    shift = -mean * scale
    return _affine(match, graph, scale, shift if bias is None else shift + bias)


def _scaled_before(match: SimpleNamespace, graph: Graph) -> Value | None:
    """The product of `z * c` for one number, as the product of `z` with scaled weights."""
    number, found = graph.number(match.c), _foldable(match, graph)
    if number is None or found is None:
        return None
    node, weight, _ = found
    value = graph.constant(weight * weight.dtype.type(number), match.w.name)
    return graph.like(node, match.z, value, *node.inputs[2:])


def _after(pattern: str, fold: _Fold) -> list[Rule]:
    return [Rule(pattern.format(f"(y := {p})"), fold, sole=True) for p in _PRODUCTS]


RULES = [
    *_after("batch_norm_inference({}, mean, var, [g], [h], eps=e)", _normalized),
    *_after("mul({}, c)", _times),
    *_after("div({}, c)", _over),
    *_after("add({}, c)", _plus),
    *_after("sub({}, c)", _minus),
    *(Rule(f"(y := {p.replace('x', 'mul(z, c)')})", _scaled_before) for p in _PRODUCTS),
]


def batchnorm(snapshot: Snapshot, keep: Keep | None = None) -> Snapshot:
    """The Snapshot with constant scales and shifts in the weights beside them."""
    return rewrite(snapshot, RULES, keep)
