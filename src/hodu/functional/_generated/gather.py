"""Functions of the ops in hodu.ops.gather.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_int
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_EMBEDDING = REGISTRY["embedding"]


def _embedding(input: Tensor, weight: Tensor, padding_idx: builtins.int | None = None) -> Tensor:
    """The rows of `weight` that the integers of the input name.

    `padding_idx` names a row that gets no gradient. Indices outside the weight are errors.
    """
    return apply(
        _EMBEDDING,
        (
            input,
            weight,
        ),
        {"padding_idx": None if padding_idx is None else as_int(padding_idx, "padding_idx")},
    )


_GATHER = REGISTRY["gather"]


def gather(
    input: Tensor, dim: builtins.int, index: Tensor, *, wrap: builtins.bool = False
) -> Tensor:
    """`out[i][j] = input[index[i][j]][j]` for dim=0, and so on.

    The index has the rank of the input, and is no longer than it in the other dimensions.
    Negative indices count from the end if `wrap` is on, and else are errors.
    """
    return apply(
        _GATHER,
        (
            input,
            index,
        ),
        {"dim": as_int(dim, "dim"), "wrap": wrap},
    )


_GATHER_ND = REGISTRY["gather_nd"]


def gather_nd(input: Tensor, indices: Tensor, batch_dims: builtins.int = 0) -> Tensor:
    """The parts of the input whose leading coordinates are the rows of `indices` (ONNX GatherND).

    The first `batch_dims` dimensions are common to both.
    """
    return apply(
        _GATHER_ND,
        (
            input,
            indices,
        ),
        {"batch_dims": as_int(batch_dims, "batch_dims")},
    )


_INDEX_SELECT = REGISTRY["index_select"]


def index_select(input: Tensor, dim: builtins.int, index: Tensor) -> Tensor:
    """The parts of the input along `dim` that a 1-D index names, none of them negative."""
    return apply(
        _INDEX_SELECT,
        (
            input,
            index,
        ),
        {"dim": as_int(dim, "dim")},
    )


_TAKE = REGISTRY["take"]


def take(input: Tensor, index: Tensor) -> Tensor:
    """The elements of the flattened input that the index names, in the shape of the index."""
    return apply(
        _TAKE,
        (
            input,
            index,
        ),
        {},
    )


_TAKE_ALONG_DIM = REGISTRY["take_along_dim"]


def take_along_dim(input: Tensor, indices: Tensor, dim: builtins.int | None = None) -> Tensor:
    """`gather` whose other dimensions broadcast; without `dim`, of the flattened tensors."""
    return apply(
        _TAKE_ALONG_DIM,
        (
            input,
            indices,
        ),
        {"dim": None if dim is None else as_int(dim, "dim")},
    )
