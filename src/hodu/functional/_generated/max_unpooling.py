"""Functions of the ops in hodu.ops.max_unpooling.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_dims
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor
    from hodu.dims import Dim

_MAX_UNPOOL = REGISTRY["max_unpool"]


def _max_unpool(
    input: Tensor, indices: Tensor, output_size: Dim | Sequence[Dim] | Tensor
) -> Tensor:
    """Zeros of size [..., *output_size] with the values at their flat positions in those axes.

    Of several values for one position the last counts.
    """
    return apply(
        _MAX_UNPOOL,
        (
            input,
            indices,
        ),
        {"output_size": as_dims(output_size, "output_size")},
    )
