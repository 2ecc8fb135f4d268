"""What decoders use of com.microsoft: rotary embeddings, and attention to a cache of keys."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import hodu.functional as f
from hodu.dims import Dim, dim_max
from hodu.dispatch.attrs import as_dims
from hodu.dispatch.base import wrap_dims
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.ops.microsoft_activation import DOMAIN
from hodu.formats.onnx.ops.microsoft_attention import merged_heads, split_heads
from hodu.formats.onnx.ops.microsoft_caches import Cache
from hodu.formats.onnx.registry import onnx_op

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@onnx_op("RotaryEmbedding", domain=DOMAIN)
def rotary_embedding(
    node: OnnxNode, x: Tensor, positions: Tensor, cos: Tensor, sin: Tensor
) -> Tensor:
    """Pairs of features turned by angles that grow with the position.

    x is [B, S, N * H] or [B, N, S, H]; positions are one offset or [B, S]. With
    `is_packed_batching` sequences lie one after the other in a row, each with its own positions.
    """
    is_flat = x.ndim == 3
    heads = node.integer("num_heads", 0)
    if is_flat:
        x = split_heads(x, heads or int(x.shape[2]) // (int(cos.shape[1]) * 2))
    if positions.ndim == 1:
        positions = positions.reshape(1, 1) + f.arange(x.shape[2]).unsqueeze(0)
    y = rotated(x, positions, cos, sin, node.flag("interleaved"))
    return merged_heads(y) if is_flat else y


def rotated(x: Tensor, positions: Tensor, cos: Tensor, sin: Tensor, interleaved: bool) -> Tensor:
    """[B, N, S, H] with its first 2 * cos.shape[1] features turned by the angles at `positions`."""
    half = int(cos.shape[1])
    c, s = (f.embedding(positions, table).unsqueeze(1) for table in (cos, sin))
    turned, rest = x[..., : 2 * half], x[..., 2 * half :]
    if interleaved:
        real, imaginary = turned[..., 0::2], turned[..., 1::2]
    else:
        real, imaginary = turned[..., :half], turned[..., half:]
    pair = [real * c - imaginary * s, real * s + imaginary * c]
    y = f.stack(pair, -1).reshape(turned.shape) if interleaved else f.cat(pair, -1)
    return y if int(x.shape[-1]) == 2 * half else f.cat([y, rest], -1)


@onnx_op("GroupQueryAttention", domain=DOMAIN)
def group_query_attention(
    node: OnnxNode,
    query: Tensor,
    key: Tensor | None,
    value: Tensor | None,
    past_key: Tensor | None,
    past_value: Tensor | None,
    last_places: Tensor,
    total_length: Tensor,
    cos: Tensor | None = None,
    sin: Tensor | None = None,
    positions: Tensor | None = None,
    score_bias: Tensor | None = None,
    sinks: Tensor | None = None,
    k_scale: Tensor | None = None,
    v_scale: Tensor | None = None,
    q_norm: Tensor | None = None,
    k_norm: Tensor | None = None,
    query_lengths: Tensor | None = None,
) -> tuple[Tensor | None, ...]:
    """Causal attention of which a group of heads shares keys and values, to a cache and new ones.

    Row b of the batch ends at the place `last_places[b]`; `total_length` is the longest length.
    The new caches have max(length of the old ones, total_length) places, of codes if the old ones
    have codes.
    """
    if query_lengths is not None:
        raise node.unsupported("query_seqlens", "give each sequence a row of the batch")
    if node.flag("sliding_window_cache"):
        raise node.unsupported("sliding_window_cache=1", "export the model with whole caches")
    q, k, v = _heads(node, query, key, value)
    if q_norm is not None and k_norm is not None:
        q, k = (_normed(node, x, w, which) for x, w, which in ((q, q_norm, "q"), (k, k_norm, "k")))
    length = q.shape[2]
    before = f.clamp(last_places.reshape(-1, 1).to("i64") + wrap_dims(1 - length), min=0)
    if node.flag("do_rotary"):
        if cos is None or sin is None:
            raise node.unsupported("do_rotary=1 without cos_cache and sin_cache")
        at = before + f.arange(length) if positions is None else positions
        turn = node.flag("rotary_interleaved")
        q, k = rotated(q, at, cos, sin, turn), rotated(k, at, cos, sin, turn)
    (total,) = as_dims(total_length, "total_sequence_length")
    groups = node.integer("kv_num_heads")
    keys, values = (
        Cache.of(node, which, scale, groups) for which, scale in (("k", k_scale), ("v", v_scale))
    )
    k = _cached(past_key, keys.coded(k), before, total)
    v = _cached(past_value, values.coded(v), before, total)
    seen = _seen(node, before, length, last_places, total)
    real = keys.numbers(k[:, :, :total], q), values.numbers(v[:, :, :total], q)
    y, shown = _attended(node, q, *real, seen, score_bias, sinks)
    return merged_heads(y), k, v, shown


def _heads(
    node: OnnxNode, query: Tensor, key: Tensor | None, value: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    heads, groups = node.integer("num_heads"), node.integer("kv_num_heads")
    if key is None or value is None:
        size = int(query.shape[2]) // (heads + 2 * groups)
        query, key, value = f.split(query, [heads * size, groups * size, groups * size], 2)
    return split_heads(query, heads), split_heads(key, groups), split_heads(value, groups)


def _normed(node: OnnxNode, x: Tensor, weight: Tensor, which: str) -> Tensor:
    epsilon = node.real(f"{which}_norm_epsilon", node.real("qk_norm_epsilon", 1e-6))
    return f.rms_norm(x, x.shape[-1:], weight, epsilon)


def _cached(past: Tensor | None, new: Tensor, before: Tensor, total: Dim) -> Tensor:
    """The places of the past before `before[b]`, then the new ones; what comes after is unused."""
    if past is None:
        return new
    room, length = past.shape[2], new.shape[2]
    places = f.arange(dim_max(room, total)).unsqueeze(0)
    place_of_new = f.minimum(places - before + wrap_dims(room), wrap_dims(room + length - 1))
    source = f.where(places < before, places, place_of_new)
    joined = f.cat([past, new], 2)
    return f.take_along_dim(joined, source[:, None, :, None], 2)


def _seen(node: OnnxNode, before: Tensor, length: Dim, last: Tensor, total: Dim) -> Tensor:
    """Which places each query attends to, [B, 1, S, T]."""
    places = f.arange(total).reshape(1, 1, -1)
    at = (before + f.arange(length)).unsqueeze(-1)
    window = node.integer("local_window_size", -1)
    if not node.flag("causal", True):
        seen = f.broadcast_to(places <= last.reshape(-1, 1, 1), (at.shape[0], length, total))
    else:
        seen = places <= at
        if window >= 0:
            seen = f.logical_and(seen, places > at - window)
    return seen.unsqueeze(1)


def _attended(
    node: OnnxNode,
    q: Tensor,
    k: Tensor,
    v: Tensor,
    seen: Tensor,
    score_bias: Tensor | None,
    sinks: Tensor | None,
) -> tuple[Tensor, Tensor | None]:
    """The result, and scores (0 where hidden) or weights, if `qk_output` is 1 or 2."""
    scale = node.real("scale", 0.0) or float(int(q.shape[3]) ** -0.5)
    cap, shown = node.real("softcap", 0.0), node.integer("qk_output", 0)
    smooth = node.integer("smooth_softmax", -1) == 1
    if not (cap or shown or smooth or sinks is not None):
        mask = seen if score_bias is None else f.where(seen, score_bias, -math.inf)
        return f.scaled_dot_product_attention(q, k, v, mask, scale=scale, enable_gqa=True), None
    each = int(q.shape[1]) // int(k.shape[1])
    k, v = f.repeat_interleave(k, each, dim=1), f.repeat_interleave(v, each, dim=1)
    scores = f.matmul(q * scale, k.mT)
    scores = f.tanh(scores / cap) * cap if cap else scores
    scores = scores if score_bias is None else scores + score_bias
    hidden = f.where(seen, scores, -math.inf)
    sink = sinks if sinks is not None else f.zeros(q.shape[1], dtype=q.dtype) if smooth else None
    weights = _softmax(hidden, sink)
    given = f.where(seen, scores, 0) if shown == 1 else weights if shown == 2 else None
    return f.matmul(weights, v), given


def _softmax(scores: Tensor, sinks: Tensor | None) -> Tensor:
    """Along the keys; a sink is one more score of each head, whose weight is left out."""
    if sinks is None:
        return f.softmax(scores, -1)
    column = f.broadcast_to(sinks.reshape(1, -1, 1, 1), (*scores.shape[:3], 1))
    return f.softmax(f.cat([scores, column], -1), -1)[..., :-1]
