"""Functions of the ops in hodu.ops.scatter.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_int, as_str
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_SCATTER = REGISTRY["scatter"]


def _scatter(
    input: Tensor,
    dim: builtins.int,
    index: Tensor,
    src: Tensor,
    *,
    reduce: builtins.str = "set",
    include_self: builtins.bool = True,
    wrap: builtins.bool = False,
) -> Tensor:
    """A copy of the input with `out[index[i][j]][j] = src[i][j]` for dim=0, and so on.

    `reduce` names how values that meet are joined (sum, prod, mean, amax, amin); with "set" the
    last one wins. A 0-d `src` is written everywhere; `wrap` allows negative indices.
    """
    return apply(
        _SCATTER,
        (
            input,
            index,
            src,
        ),
        {
            "dim": as_int(dim, "dim"),
            "reduce": as_str(reduce, "reduce"),
            "include_self": include_self,
            "wrap": wrap,
        },
    )


_SCATTER_ADD = REGISTRY["scatter_add"]


def scatter_add(input: Tensor, dim: builtins.int, index: Tensor, src: Tensor) -> Tensor:
    """A copy of the input with `out[index[i][j]][j] += src[i][j]` for dim=0, and so on."""
    return apply(
        _SCATTER_ADD,
        (
            input,
            index,
            src,
        ),
        {"dim": as_int(dim, "dim")},
    )


_SCATTER_ND = REGISTRY["scatter_nd"]


def scatter_nd(
    input: Tensor, indices: Tensor, updates: Tensor, reduction: builtins.str = "none"
) -> Tensor:
    """A copy of the input with the updates written at the coordinates (ONNX ScatterND).

    The last dimension of `indices` holds the leading coordinates of each update.
    """
    return apply(
        _SCATTER_ND,
        (
            input,
            indices,
            updates,
        ),
        {"reduction": as_str(reduction, "reduction")},
    )


_SCATTER_REDUCE = REGISTRY["scatter_reduce"]


def scatter_reduce(
    input: Tensor,
    dim: builtins.int,
    index: Tensor,
    src: Tensor,
    reduce: builtins.str,
    *,
    include_self: builtins.bool = True,
) -> Tensor:
    """`scatter` that joins meeting values by "sum", "prod", "mean", "amax" or "amin".

    Without `include_self` the input's own values count only where nothing is written.
    """
    return apply(
        _SCATTER_REDUCE,
        (
            input,
            index,
            src,
        ),
        {
            "dim": as_int(dim, "dim"),
            "reduce": as_str(reduce, "reduce"),
            "include_self": include_self,
        },
    )
