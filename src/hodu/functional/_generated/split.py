"""Functions of the ops in hodu.ops.split.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_dims, as_int
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor
    from hodu.dims import Dim

_SPLIT = REGISTRY["split"]


def _split(
    input: Tensor, sizes: Dim | Sequence[Dim] | Tensor, dim: builtins.int = 0
) -> list[Tensor]:
    """Consecutive pieces of the given sizes along `dim`; views."""
    return apply(_SPLIT, (input,), {"sizes": as_dims(sizes, "sizes"), "dim": as_int(dim, "dim")})
