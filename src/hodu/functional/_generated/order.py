"""Functions of the ops in hodu.ops.order.

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

_FLIP = REGISTRY["flip"]


def _flip(input: Tensor, dims: builtins.int | Sequence[builtins.int]) -> Tensor:
    """The elements in reverse order along `dims`."""
    return apply(_FLIP, (input,), {"dims": as_ints(dims, "dims")})


_PERMUTE = REGISTRY["permute"]


def _permute(input: Tensor, dims: builtins.int | Sequence[builtins.int]) -> Tensor:
    """The dimensions in another order; a view."""
    return apply(_PERMUTE, (input,), {"dims": as_ints(dims, "dims")})


_ROLL = REGISTRY["roll"]


def _roll(
    input: Tensor, shifts: Dim | Sequence[Dim] | Tensor, dims: builtins.int | Sequence[builtins.int]
) -> Tensor:
    """The elements moved along `dims` by `shifts` places; those that leave enter at the front."""
    return apply(
        _ROLL, (input,), {"shifts": as_dims(shifts, "shifts"), "dims": as_ints(dims, "dims")}
    )
