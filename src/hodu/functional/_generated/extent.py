"""Functions of the ops in hodu.ops.extent.

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

_DIMS = REGISTRY["dims"]


def _dims(
    dims: Dim | Sequence[Dim] | Tensor, shape: builtins.int | Sequence[builtins.int]
) -> Tensor:
    """The given sizes as an i64 tensor of this shape; symbolic ones are known at run time."""
    return apply(_DIMS, (), {"dims": as_dims(dims, "dims"), "shape": as_ints(shape, "shape")})
