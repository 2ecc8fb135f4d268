"""Functions of the ops in hodu.ops.attention.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_float
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_SCALED_DOT_PRODUCT_ATTENTION = REGISTRY["scaled_dot_product_attention"]


def _scaled_dot_product_attention(
    query: Tensor | builtins.bool | builtins.int | builtins.float,
    key: Tensor | builtins.bool | builtins.int | builtins.float,
    value: Tensor | builtins.bool | builtins.int | builtins.float,
    attn_mask: Tensor | None = None,
    is_causal: builtins.bool = False,
    *,
    scale: builtins.float | None = None,
    enable_gqa: builtins.bool = False,
) -> Tensor:
    """Values averaged with the weights `softmax(query @ key.mT * scale + mask)`.

    Shapes are [..., L, E], [..., S, E] and [..., S, V]; `scale` is 1/sqrt(E). A bool mask says
    where to attend, any other is added. A query that may attend to nothing gives zeros. With
    `enable_gqa`, each head (dim -3) of key and value serves a group of query heads.
    """
    return apply(
        _SCALED_DOT_PRODUCT_ATTENTION,
        (
            query,
            key,
            value,
            attn_mask,
        ),
        {
            "is_causal": is_causal,
            "scale": None if scale is None else as_float(scale, "scale"),
            "enable_gqa": enable_gqa,
        },
    )
