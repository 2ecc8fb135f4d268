"""Functions of the ops in hodu.ops.diagonal.

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

_DIAG_EMBED = REGISTRY["diag_embed"]


def diag_embed(
    input: Tensor, offset: builtins.int = 0, dim1: builtins.int = -2, dim2: builtins.int = -1
) -> Tensor:
    """Matrices in the dimensions `dim1` and `dim2` with the last dimension on a diagonal."""
    return apply(
        _DIAG_EMBED,
        (input,),
        {
            "offset": as_int(offset, "offset"),
            "dim1": as_int(dim1, "dim1"),
            "dim2": as_int(dim2, "dim2"),
        },
    )


_DIAGONAL = REGISTRY["diagonal"]


def diagonal(
    input: Tensor, offset: builtins.int = 0, dim1: builtins.int = 0, dim2: builtins.int = 1
) -> Tensor:
    """The diagonal of the plane of `dim1` and `dim2`, as the last dimension; a view.

    Diagonals above the main one have a positive offset.
    """
    return apply(
        _DIAGONAL,
        (input,),
        {
            "offset": as_int(offset, "offset"),
            "dim1": as_int(dim1, "dim1"),
            "dim2": as_int(dim2, "dim2"),
        },
    )


_TRACE = REGISTRY["trace"]


def trace(input: Tensor) -> Tensor:
    """The sum of the diagonal of a matrix; i64 for integers and bools."""
    return apply(_TRACE, (input,), {})
