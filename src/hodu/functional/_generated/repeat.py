"""Functions of the ops in hodu.ops.repeat.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_dim, as_dims, as_int
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor
    from hodu.dims import Dim

_EXPAND = REGISTRY["expand"]


def _expand(input: Tensor, size: Dim | Sequence[Dim] | Tensor) -> Tensor:
    """Dimensions of size 1 repeated to `size`, new ones put in front; -1 keeps a size; a view."""
    return apply(_EXPAND, (input,), {"size": as_dims(size, "size")})


_REPEAT = REGISTRY["repeat"]


def _repeat(input: Tensor, repeats: Dim | Sequence[Dim] | Tensor) -> Tensor:
    """The tensor laid side by side with itself, `repeats` times along each dimension."""
    return apply(_REPEAT, (input,), {"repeats": as_dims(repeats, "repeats")})


_REPEAT_INTERLEAVE = REGISTRY["repeat_interleave"]


def _repeat_interleave(
    input: Tensor, repeats: Tensor, dim: builtins.int, output_size: Dim | None = None
) -> Tensor:
    """Each slice along `dim` as many times in a row as `repeats` says; one entry is for all."""
    return apply(
        _REPEAT_INTERLEAVE,
        (
            input,
            repeats,
        ),
        {
            "dim": as_int(dim, "dim"),
            "output_size": None if output_size is None else as_dim(output_size, "output_size"),
        },
    )
