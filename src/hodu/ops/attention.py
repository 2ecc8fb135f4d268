"""Scaled dot product attention."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dims import provably_different
from hodu.dtypes import BOOL, FLOATS, bool_
from hodu.errors import ShapeError, ValueRangeError
from hodu.ops._matrices import adjoint, check_term
from hodu.ops._precision import narrow, wide, widen
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, Promote, function, op
from hodu.shapes import Shape, TensorType, broadcast_shapes, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_MASK = [[True, False, True, True], [False, False, False, False], [True, True, False, True]]
_BIAS = [[0.0, -1.0, 0.5, 2.0], [1.0, -math.inf, 0.0, 0.0], [-math.inf] * 4]


@op(
    "scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask=None,"
    " bool is_causal=False, *, float? scale=None, bool enable_gqa=False) -> Tensor"
)
class ScaledDotProductAttention:
    """Values averaged with the weights `softmax(query @ key.mT * scale + mask)`.

    Shapes are [..., L, E], [..., S, E] and [..., S, V]; `scale` is 1/sqrt(E). A bool mask says
    where to attend, any other is added. A query that may attend to nothing gives zeros. With
    `enable_gqa`, each head (dim -3) of key and value serves a group of query heads.
    """

    promote, promoted = Promote.COMMON, ("query", "key", "value")
    dtypes = dict.fromkeys(promoted, FLOATS) | {"attn_mask": FLOATS | BOOL}
    autocast = "low"
    public, domain = False, (-2.0, 2.0)
    samples = [
        S((2, 2, 3, 4), (2, 2, 5, 4), (2, 2, 5, 6), None),
        S((3, 4), (3, 4), (3, 4), None, is_causal=True),
        S((2, 3, 4), (2, 5, 4), (2, 5, 4), None, is_causal=True, scale=0.25),
        S((2, 3, 4), (2, 4, 4), (2, 4, 2), T(dtype="bool", values=_MASK)),
        S((2, 3, 4), (1, 4, 4), (1, 4, 2), T(dtype="f32", values=_BIAS)),
        S((1, 3, 4), (1, 4, 4), (1, 4, 2), T(dtype="bool", values=_MASK), is_causal=True),
        S((1, 4, 3, 4), (1, 2, 3, 4), (1, 2, 3, 4), None, enable_gqa=True),
        S((1, 3, 4), (1, 0, 4), (1, 0, 2), None),
        S((0, 3, 4), (0, 3, 4), (0, 3, 2), None, is_causal=True),
    ]

    def infer(
        query: TensorType,
        key: TensorType,
        value: TensorType,
        mask: TensorType | None,
        is_causal: bool = False,
        scale: float | None = None,
        enable_gqa: bool = False,
    ) -> TensorType:
        _check_operands(query, key, value)
        kv = [_grouped(query, t) if enable_gqa else t.shape[:-2] for t in (key, value)]
        batch = broadcast_shapes(query.shape[:-2], *kv)
        scores = (*batch, query.shape[-2], key.shape[-2])
        if mask is not None:
            check_term("attention", "attn_mask", mask.shape, scores)
        return TensorType((*batch, query.shape[-2], value.shape[-1]), query.dtype)

    def eager(
        query: Array,
        key: Array,
        value: Array,
        mask: Array | None,
        is_causal: bool = False,
        scale: float | None = None,
        enable_gqa: bool = False,
    ) -> Array:
        q, k, v = wide(query), wide(key), wide(value)
        if enable_gqa:
            k, v = (np.repeat(t, q.shape[-3] // t.shape[-3], axis=-3) for t in (k, v))
        factor = _scale(query.shape, scale)
        scores = np.asarray(np.matmul(q * q.dtype.type(factor), adjoint(k)))
        if is_causal:
            scores = np.where(np.tri(*scores.shape[-2:], dtype=np.bool_), scores, -np.inf)
        if mask is not None:
            check_term("attention", "attn_mask", mask.shape, scores.shape)
            is_bool = mask.dtype == bool
            scores = (
                np.where(mask, scores, -np.inf) if is_bool else scores + mask.astype(scores.dtype)
            )
        top = scores.max(-1, keepdims=True, initial=-np.inf)
        weights = np.exp(scores - np.where(top == -np.inf, 0, top))
        total = weights.sum(-1, keepdims=True)
        weights /= np.where(total == 0, 1, total)
        return np.matmul(weights.astype(v.dtype, copy=False), v).astype(query.dtype, copy=False)

    def compose(
        query: Tensor,
        key: Tensor,
        value: Tensor,
        mask: Tensor | None,
        is_causal: bool = False,
        scale: float | None = None,
        enable_gqa: bool = False,
    ) -> Tensor:
        weights, v = _attention_weights(query, key, value, mask, is_causal, scale, enable_gqa)
        return narrow(F.matmul(weights, v), query.dtype)

    def vjp(
        ct: Tensor,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        attn_mask: Tensor | None,
        is_causal: bool,
        scale: float | None,
        enable_gqa: bool,
        needs: Sequence[bool],
    ) -> tuple[Any, ...]:
        attrs = (is_causal, scale, enable_gqa)
        weights, v = _attention_weights(query, key, value, attn_mask, *attrs)
        ct, factor = widen(ct), _scale(query.shape, scale)

        def by_value() -> Tensor:
            return _ungrouped(F.matmul(weights.mT, ct), value, enable_gqa)

        if not any((needs[0], needs[1], needs[3])):
            return None, None, by_value, None
        product = weights * F.matmul(ct, v.mT)
        scores = product - weights * F.sum(product, -1, keepdim=True)

        def by_query() -> Tensor:
            return F.matmul(scores, _repeated(widen(key), query, enable_gqa)) * factor

        def by_key() -> Tensor:
            return _ungrouped(F.matmul(scores.mT, widen(query) * factor), key, enable_gqa)

        return by_query, by_key, by_value, scores


def _check_operands(query: TensorType, key: TensorType, value: TensorType) -> None:
    fits = min(t.rank for t in (query, key, value)) >= 2 and not (
        provably_different(query.shape[-1], key.shape[-1])
        or provably_different(key.shape[-2], value.shape[-2])
    )
    if not fits:
        raise ShapeError(
            f"attention of query {format_shape(query.shape)}, key {format_shape(key.shape)} and "
            f"value {format_shape(value.shape)}",
            hint="they are [..., L, E], [..., S, E] and [..., S, V]",
        )


def _grouped(query: TensorType, other: TensorType) -> Shape:
    """The batch shape of key or value after each head is repeated for its group of queries."""
    heads = query.shape[-3:-2], other.shape[-3:-2]
    known = all(h and isinstance(h[0], int) for h in heads)
    if not all(heads) or (known and (other.shape[-3] == 0 or query.shape[-3] % other.shape[-3])):
        raise ShapeError(
            f"enable_gqa: the heads of a query {format_shape(query.shape)} are no multiple of "
            f"those of a key or value {format_shape(other.shape)}"
        )
    return (*other.shape[:-3], query.shape[-3])


def _scale(shape: Any, scale: float | None) -> float:
    if scale is not None:
        return scale
    features = int(shape[-1])
    return 1.0 / math.sqrt(features) if features else 1.0


def _repeated(x: Tensor, query: Tensor, enable_gqa: bool) -> Tensor:
    """Keys or values with each head repeated for its group of queries."""
    if not enable_gqa:
        return x
    return F.repeat_interleave(x, query.shape[-3] // x.shape[-3], dim=-3)


def _ungrouped(ct: Tensor, of: Tensor, enable_gqa: bool) -> Tensor:
    """The gradient of `_repeated`: the sum over the queries that share a head."""
    if not enable_gqa:
        return ct
    heads = of.shape[-3]
    shape = (*ct.shape[:-3], heads, ct.shape[-3] // heads, *ct.shape[-2:])
    return F.sum(F._reshape(ct, shape), -3)


def _attention_weights(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None,
    is_causal: bool,
    scale: float | None,
    enable_gqa: bool,
) -> tuple[Tensor, Tensor]:
    """The softmax of the masked scores, and the values that they average."""
    q, k, v = widen(query), widen(key), widen(value)
    k, v = (_repeated(t, q, enable_gqa) for t in (k, v))
    scores = F.matmul(q * _scale(query.shape, scale), k.mT)
    if is_causal:
        allowed = F.tril(F.ones((query.shape[-2], key.shape[-2]), dtype=bool_))
        scores = F.where(allowed, scores, -math.inf)
    if mask is not None:
        is_bool = mask.dtype is bool_
        scores = (
            F.where(mask, scores, -math.inf) if is_bool else scores + narrow(mask, scores.dtype)
        )
    weights = F.softmax(scores, -1)
    if mask is not None:
        weights = F.where(F.all(scores == -math.inf, -1, keepdim=True), 0.0, weights)
    return weights, v


@function(methods=False, where=("nn.functional",))
def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    *,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """Values averaged with the weights `softmax(query @ key.mT * scale + mask)`.

    A bool mask says where to attend, any other is added; `dropout_p` drops weights.
    """
    if not 0.0 <= dropout_p <= 1.0:
        raise ValueRangeError(f"dropout_p={dropout_p}", hint="it is a probability, 0 to 1")
    if not dropout_p:
        return F._scaled_dot_product_attention(
            query, key, value, attn_mask, is_causal, scale=scale, enable_gqa=enable_gqa
        )
    weights, v = _attention_weights(query, key, value, attn_mask, is_causal, scale, enable_gqa)
    return narrow(F.matmul(F.dropout(weights, dropout_p, training=True), v), query.dtype)
