"""Attention of several heads, with the projections before and after it.

Source: A. Vaswani et al., "Attention Is All You Need" (2017).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hodu.dims import Dim
from hodu.dtypes import DType, bool_
from hodu.errors import ArgumentError, DTypeError, ShapeError, ValueRangeError
from hodu.ops._table import F, function
from hodu.shapes import format_shape
from hodu.source import location

if TYPE_CHECKING:
    from hodu._tensor import Tensor

NN = ("nn.functional",)


@function(methods=False, where=NN)
def multi_head_attention_forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Tensor | None,
    in_proj_bias: Tensor | None,
    bias_k: Tensor | None,
    bias_v: Tensor | None,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Tensor,
    out_proj_bias: Tensor | None,
    training: bool = True,
    key_padding_mask: Tensor | None = None,
    need_weights: bool = True,
    attn_mask: Tensor | None = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: Tensor | None = None,
    k_proj_weight: Tensor | None = None,
    v_proj_weight: Tensor | None = None,
    static_k: Tensor | None = None,
    static_v: Tensor | None = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """Attention by `num_heads` heads of query [l, (n,) e], key [s, (n,) k] and value [s, (n,) v].

    Gives [l, (n,) e] and the weights [(n,) l, s], by head if they are not averaged, or None.
    Masks [l, s] or [n * heads, l, s] and [(n,) s] are True where not to attend, or are added.
    """
    is_single = _is_single(query, key, value)
    if is_single:
        query, key, value = (F.unsqueeze(t, 1) for t in (query, key, value))
        key_padding_mask = None if key_padding_mask is None else F.unsqueeze(key_padding_mask, 0)
    _check_sizes(query, key, value, embed_dim_to_check, num_heads)
    weights = (q_proj_weight, k_proj_weight, v_proj_weight) if use_separate_proj_weight else None
    q, k, v = _projected((query, key, value), in_proj_weight, in_proj_bias, weights)
    k, v = _appended(k, bias_k), _appended(v, bias_v)
    q, k, v = (_by_head(t, num_heads) for t in (q, k, v))
    k, v = _static(static_k, k, num_heads), _static(static_v, v, num_heads)
    if add_zero_attn:
        k, v = (F.pad(t, (0, 0, 0, 1)) for t in (k, v))
    _check_causal(is_causal, attn_mask)
    is_longer = add_zero_attn or bias_k is not None
    only_causal = is_causal and key_padding_mask is None and not need_weights and not is_longer
    if only_causal:
        attn_mask = None
    mask = _merged(attn_mask, key_padding_mask, q.dtype, num_heads, k.shape[2])
    drop = dropout_p if training else 0.0
    result, shares = _attend(q, k, v, mask, drop, only_causal, need_weights)
    joined = F.flatten(F.permute(result, (2, 0, 1, 3)), 2)
    output = F.linear(joined, out_proj_weight, out_proj_bias)
    if shares is not None and average_attn_weights:
        shares = F.mean(shares, 1)
    if is_single:
        output, shares = F.squeeze(output, 1), None if shares is None else F.squeeze(shares, 0)
    return output, shares


def _check_causal(is_causal: bool, mask: Tensor | None) -> None:
    if is_causal and mask is None:
        raise ArgumentError(
            "is_causal=True needs the attn_mask too",
            where=location(),
            hint="nn.Transformer.generate_square_subsequent_mask(l) makes it",
        )


def _is_single(query: Tensor, key: Tensor, value: Tensor) -> bool:
    """Whether the operands have no batch."""
    if query.ndim not in (2, 3) or not query.ndim == key.ndim == value.ndim:
        raise ShapeError(
            f"attention of query {format_shape(query.shape)}, key {format_shape(key.shape)} and "
            f"value {format_shape(value.shape)}",
            where=location(),
            hint="they are [l, n, e], or [l, e] without a batch",
        )
    return query.ndim == 2


def _check_sizes(query: Tensor, key: Tensor, value: Tensor, embed_dim: int, heads: int) -> None:
    if query.shape[2] != embed_dim:
        raise ShapeError(
            f"a query {format_shape(query.shape)} for an embedding of {embed_dim}", where=location()
        )
    if heads < 1 or embed_dim % heads:
        raise ValueRangeError(f"num_heads={heads} does not divide the embedding of {embed_dim}")
    if tuple(key.shape[:2]) != tuple(value.shape[:2]) or key.shape[1] != query.shape[1]:
        raise ShapeError(
            f"a key {format_shape(key.shape)} and a value {format_shape(value.shape)} for a query "
            f"{format_shape(query.shape)}",
            where=location(),
            hint="key and value have one length, all three one batch size",
        )


def _projected(
    operands: tuple[Tensor, Tensor, Tensor],
    weight: Tensor | None,
    bias: Tensor | None,
    weights: tuple[Tensor | None, ...] | None,
) -> list[Tensor]:
    """Query, key and value after their projections; one product where they are one tensor."""
    query, key, value = operands
    if weights is None:
        assert weight is not None
        if query is key and key is value:
            return list(F.chunk(F.linear(query, weight, bias), 3, -1))
        weights = F.chunk(weight, 3, 0)
    biases = (None,) * 3 if bias is None else F.chunk(bias, 3, 0)
    return [F.linear(t, w, b) for t, w, b in zip(operands, weights, biases, strict=True)]


def _appended(x: Tensor, row: Tensor | None) -> Tensor:
    if row is None:
        return x
    return F.cat([x, F.expand(row, (1, x.shape[1], x.shape[2]))], 0)


def _by_head(x: Tensor, heads: int) -> Tensor:
    """[l, n, heads * d] as [n, heads, l, d]."""
    return F.permute(F.unflatten(x, 2, (heads, -1)), (1, 2, 0, 3))


def _static(given: Tensor | None, projected: Tensor, heads: int) -> Tensor:
    """What stands for the projected operand: [n * heads, s, d] if given."""
    return projected if given is None else F.unflatten(given, 0, (-1, heads))


def _merged(
    mask: Tensor | None, padding: Tensor | None, dtype: DType, heads: int, length: Dim
) -> Tensor | None:
    """Both masks as one that is added to scores [n, heads, l, s]; further keys are not masked."""
    if mask is not None:
        mask = _additive("attn_mask", mask, dtype)
        if mask.ndim == 3:
            mask = F.unflatten(mask, 0, (-1, heads))
        elif mask.ndim != 2:
            raise ShapeError(
                f"an attn_mask {format_shape(mask.shape)}",
                where=location(),
                hint="it is [l, s] or [n * num_heads, l, s]",
            )
        mask = F.pad(mask, (0, length - mask.shape[-1]))
    if padding is None:
        return mask
    padding = _additive("key_padding_mask", padding, dtype)
    padding = F.pad(padding, (0, length - padding.shape[-1]))[:, None, None, :]
    return padding if mask is None else mask + padding


def _additive(name: str, mask: Tensor, dtype: DType) -> Tensor:
    if mask.dtype is bool_:
        return F.masked_fill(F.zeros(tuple(mask.shape), dtype=dtype), mask, -math.inf)
    if not mask.dtype.is_float:
        raise DTypeError(f"{name} of {mask.dtype}", where=location(), hint="use bools or floats")
    return mask.to(dtype)


def _attend(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    mask: Tensor | None,
    drop: float,
    is_causal: bool,
    need_weights: bool,
) -> tuple[Tensor, Tensor | None]:
    if not need_weights:
        return F.scaled_dot_product_attention(q, k, v, mask, drop, is_causal), None
    scores = F.matmul(q * math.sqrt(1 / int(q.shape[-1])), F.transpose(k, -2, -1))
    shares = F.softmax(scores if mask is None else scores + mask, -1)
    shares = F.dropout(shares, drop) if drop else shares
    return F.matmul(shares, v), shares
