"""Functions of the ops in hodu.ops.one_hot.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_dim
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor
    from hodu.dims import Dim

_ONE_HOT = REGISTRY["one_hot"]


def _one_hot(input: Tensor, num_classes: Dim) -> Tensor:
    """A new last dimension of i64 that is 1 at the index in `input` and 0 elsewhere."""
    return apply(_ONE_HOT, (input,), {"num_classes": as_dim(num_classes, "num_classes")})
