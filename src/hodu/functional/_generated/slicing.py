"""Functions of the ops in hodu.ops.slicing.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_dims, as_ints
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor
    from hodu.dims import Dim

_SLICE = REGISTRY["slice"]


def _slice(
    input: Tensor,
    start: Dim | Sequence[Dim] | Tensor,
    size: Dim | Sequence[Dim] | Tensor,
    step: builtins.int | Sequence[builtins.int],
) -> Tensor:
    """Element i of each axis is element start + i * step of the input's; a view."""
    return apply(
        _SLICE,
        (input,),
        {
            "start": as_dims(start, "start"),
            "size": as_dims(size, "size"),
            "step": as_ints(step, "step"),
        },
    )


_SLICE_PUT = REGISTRY["slice_put"]


def _slice_put(
    input: Tensor,
    source: Tensor,
    start: Dim | Sequence[Dim] | Tensor,
    size: Dim | Sequence[Dim] | Tensor,
    step: builtins.int | Sequence[builtins.int],
) -> Tensor:
    """A copy of the input in which `source`, broadcast to `size`, stands in the slice's place."""
    return apply(
        _SLICE_PUT,
        (
            input,
            source,
        ),
        {
            "start": as_dims(start, "start"),
            "size": as_dims(size, "size"),
            "step": as_ints(step, "step"),
        },
    )
