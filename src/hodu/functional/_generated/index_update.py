"""Functions of the ops in hodu.ops.index_update.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_int, as_scalar
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_INDEX_ADD = REGISTRY["index_add"]


def index_add(
    input: Tensor,
    dim: builtins.int,
    index: Tensor,
    source: Tensor,
    *,
    alpha: builtins.bool | builtins.int | builtins.float = 1,
) -> Tensor:
    """A copy of the input with `alpha * source` added to its parts along `dim` by index."""
    return apply(
        _INDEX_ADD,
        (
            input,
            index,
            source,
        ),
        {"dim": as_int(dim, "dim"), "alpha": as_scalar(alpha, "alpha")},
    )


_INDEX_COPY = REGISTRY["index_copy"]


def index_copy(input: Tensor, dim: builtins.int, index: Tensor, source: Tensor) -> Tensor:
    """A copy of the input with its parts along `dim` by index taken from `source`."""
    return apply(
        _INDEX_COPY,
        (
            input,
            index,
            source,
        ),
        {"dim": as_int(dim, "dim")},
    )


_INDEX_FILL = REGISTRY["index_fill"]


def _index_fill(input: Tensor, dim: builtins.int, index: Tensor, value: Tensor) -> Tensor:
    """A copy of the input with its parts along `dim` by index set to one value."""
    return apply(
        _INDEX_FILL,
        (
            input,
            index,
            value,
        ),
        {"dim": as_int(dim, "dim")},
    )


_PUT = REGISTRY["put"]


def put(input: Tensor, index: Tensor, source: Tensor, accumulate: builtins.bool = False) -> Tensor:
    """A copy of the input with `source` written, or added, at flat positions."""
    return apply(
        _PUT,
        (
            input,
            index,
            source,
        ),
        {"accumulate": accumulate},
    )
