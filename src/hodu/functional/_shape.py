"""Functions of the ops in hodu.ops.shape.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_ints
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_PERMUTE = REGISTRY["permute"]


def _permute(input: Tensor, dims: builtins.int | Sequence[builtins.int]) -> Tensor:
    """The dimensions in another order; a view."""
    return apply(_PERMUTE, (input,), {"dims": as_ints(dims, "dims")})
