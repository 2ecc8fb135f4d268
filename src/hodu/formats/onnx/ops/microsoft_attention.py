"""Attention layers of com.microsoft, in the form of encoders: masks are added, caches grow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import hodu.functional as f
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.ops.microsoft_activation import DOMAIN
from hodu.formats.onnx.registry import onnx_op
from hodu.limits import finfo

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_FILTER = -10000.0


def split_heads(x: Tensor, heads: int) -> Tensor:
    """[B, S, N * H] as [B, N, S, H]."""
    return x.reshape(x.shape[0], x.shape[1], heads, -1).transpose(1, 2)


def merged_heads(x: Tensor) -> Tensor:
    """[B, N, S, H] as [B, S, N * H]."""
    return x.transpose(1, 2).reshape(x.shape[0], x.shape[2], x.shape[1] * x.shape[3])


@onnx_op("Attention", domain=DOMAIN)
def attention(
    node: OnnxNode,
    x: Tensor,
    weights: Tensor,
    bias: Tensor | None = None,
    mask: Tensor | None = None,
    past: Tensor | None = None,
    score_bias: Tensor | None = None,
    past_length: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """Attention of the input to itself, queries, keys and values by one product.

    Also yields the keys and values after those of `past`, [2, B, N, S, H].
    """
    refuse_shared_caches(node)
    joined = f.matmul(x, weights)
    return attend_to_itself(node, joined if bias is None else joined + bias, mask, past, score_bias)


def refuse_shared_caches(node: OnnxNode) -> None:
    """Raise UnsupportedError for what only ONNX Runtime's GPU kernels do."""
    for name in ("do_rotary", "past_present_share_buffer"):
        if node.flag(name):
            raise node.unsupported(f"{name}=1", "export without it, or as GroupQueryAttention")


def attend_to_itself(
    node: OnnxNode, joined: Tensor, mask: Tensor | None, past: Tensor | None,
    score_bias: Tensor | None = None,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """Attention from queries, keys and values beside one another; also what comes after `past`."""
    heads = node.integer("num_heads")
    sizes = node.integers("qkv_hidden_sizes") or [int(joined.shape[-1]) // 3] * 3
    query, key, value = (split_heads(p, heads) for p in f.split(joined, sizes, -1))
    if past is not None:
        key, value = f.cat([past[0], key], 2), f.cat([past[1], value], 2)
    added = _masks(node, mask, query, key, score_bias)
    y = _attended(node, query, key, value, added)
    present = f.stack([key, value]) if node.wants(1) else None
    return merged_heads(y), present  # type: ignore[return-value]


@onnx_op("MultiHeadAttention", domain=DOMAIN)
def multi_head_attention(
    node: OnnxNode,
    query: Tensor,
    key: Tensor | None = None,
    value: Tensor | None = None,
    bias: Tensor | None = None,
    mask: Tensor | None = None,
    score_bias: Tensor | None = None,
    past_key: Tensor | None = None,
    past_value: Tensor | None = None,
    past_length: Tensor | None = None,
    beams: Tensor | None = None,
) -> tuple[Tensor | None, ...]:
    """Attention of queries to keys and values, also packed as [B, S, N, 3 or 2, H].

    Keys and values of four dimensions have been split into heads, and take no bias. Also yields
    keys and values with those of the past, and the scores before the mask.
    """
    if past_length is not None or beams is not None:
        raise node.unsupported("caches shared by past and present", "export it without sharing")
    heads = node.integer("num_heads")
    q, k, v = _three(node, query, key, value)
    if bias is not None:
        q, k, v = _biased(q, k, v, bias)
    q = split_heads(q, heads)
    k, v = (x if x.ndim == 4 else split_heads(x, heads) for x in (k, v))
    if past_key is not None and past_value is not None:
        k, v = f.cat([past_key, k], 2), f.cat([past_value, v], 2)
    y = _attended(node, q, k, v, _masks(node, mask, q, k, score_bias))
    scores = f.matmul(q, k.mT) * _scale(node, q) if node.wants(3) else None
    return merged_heads(y), k, v, scores


def _three(
    node: OnnxNode, query: Tensor, key: Tensor | None, value: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    """Queries, keys and values [B, S, N * H], taken apart where they are packed."""
    if query.ndim == 5:
        parts = [_flat(query[:, :, :, i]) for i in range(3)]
        return parts[0], parts[1], parts[2]
    if key is not None and key.ndim == 5:
        return query, _flat(key[:, :, :, 0]), _flat(key[:, :, :, 1])
    if key is None or value is None:
        raise node.unsupported("keys or values that are not given beside queries [B, S, N * H]")
    return query, key, value


def _flat(x: Tensor) -> Tensor:
    """[B, S, N, H] as [B, S, N * H]."""
    return x.reshape(x.shape[0], x.shape[1], x.shape[2] * x.shape[3])


def _biased(q: Tensor, k: Tensor, v: Tensor, bias: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    width = q.shape[-1]
    q = q + bias[:width]
    if k.ndim == 4:
        return q, k, v
    return q, k + bias[width : 2 * width], v + bias[2 * width :]


def _scale(node: OnnxNode, query: Tensor) -> float:
    """The given scale, of which 0 means none, or one over the root of the size of a head."""
    return node.real("scale", 0.0) or float(int(query.shape[-1]) ** -0.5)


def _attended(node: OnnxNode, q: Tensor, k: Tensor, v: Tensor, added: Tensor | None) -> Tensor:
    scale = node.real("scale", 0.0) or None
    return f.scaled_dot_product_attention(q, k, v, added, scale=scale)


def _masks(
    node: OnnxNode, mask: Tensor | None, query: Tensor, key: Tensor, score_bias: Tensor | None
) -> Tensor | None:
    """All that is added to the scores, to broadcast with [B, N, S, T]."""
    terms: list[Any] = [] if mask is None else [_of_mask(node, mask, query, key)]
    if node.flag("unidirectional"):
        length, total = query.shape[2], key.shape[2]
        rows = f.arange(total - length, total).unsqueeze(1)
        terms.append(_filtered(f.arange(total) > rows, finfo(query.dtype).min, query))
    if score_bias is not None:
        terms.append(score_bias)
    if not terms:
        return None
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def _filtered(hidden: Tensor, value: float, like: Tensor) -> Tensor:
    return f.where(hidden, f.full((), value, dtype=like.dtype), f.zeros((), dtype=like.dtype))


def _of_mask(node: OnnxNode, mask: Tensor, query: Tensor, key: Tensor) -> Tensor:
    """A mask of ones and zeros [B, T] or [B, S, T], or the ends of rows [B], then starts [2 B]."""
    value = node.real("mask_filter_value", _FILTER)
    if mask.ndim == 1:
        batch, places = query.shape[0], f.arange(key.shape[2])
        hidden = places >= mask[:batch].reshape(-1, 1)
        if mask.shape[0] == 2 * batch:
            hidden = f.logical_or(hidden, places < mask[batch:].reshape(-1, 1))
        elif mask.shape[0] != batch:
            raise node.unsupported(f"a mask of shape {mask.shape}", "give one of [B, S, T]")
        return _filtered(hidden[:, None, None], value, query)
    if mask.ndim == 2:
        return _filtered((mask <= 0)[:, None, None], value, query)
    if mask.ndim == 3:
        return _filtered((mask <= 0)[:, None], value, query)
    raise node.unsupported(f"a mask of {mask.ndim} dimensions", "give one of [B, S, T]")
