"""Functions of the ops in hodu.ops.strided.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_dims, as_int, as_ints
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor
    from hodu.dims import Dim

_AS_STRIDED = REGISTRY["as_strided"]


def _as_strided(
    input: Tensor,
    size: Dim | Sequence[Dim] | Tensor,
    stride: builtins.int | Sequence[builtins.int],
    storage_offset: builtins.int = 0,
) -> Tensor:
    """Element (i, j, ...) is element `storage_offset + i*stride[0] + j*stride[1] + ...` of the
    input in row-major order; a view.
    """
    return apply(
        _AS_STRIDED,
        (input,),
        {
            "size": as_dims(size, "size"),
            "stride": as_ints(stride, "stride"),
            "storage_offset": as_int(storage_offset, "storage_offset"),
        },
    )


_UNFOLD = REGISTRY["unfold"]


def unfold(
    input: Tensor, dimension: builtins.int, size: builtins.int, step: builtins.int
) -> Tensor:
    """Windows of `size` elements along `dimension`, `step` apart, as a new last one; a view."""
    return apply(
        _UNFOLD,
        (input,),
        {
            "dimension": as_int(dimension, "dimension"),
            "size": as_int(size, "size"),
            "step": as_int(step, "step"),
        },
    )
