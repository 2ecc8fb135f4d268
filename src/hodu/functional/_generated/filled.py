"""Functions of the ops in hodu.ops.filled.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_dims, as_scalar
from hodu.dtypes import as_dtype
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor
    from hodu.dims import Dim
    from hodu.dtypes import DTypeLike

_FULL = REGISTRY["full"]


def _full(
    size: Dim | Sequence[Dim] | Tensor,
    fill_value: builtins.bool | builtins.int | builtins.float,
    dtype: DTypeLike,
) -> Tensor:
    """`size` times the same value."""
    return apply(
        _FULL,
        (),
        {
            "size": as_dims(size, "size"),
            "fill_value": as_scalar(fill_value, "fill_value"),
            "dtype": as_dtype(dtype),
        },
    )
