"""Functions of the ops in hodu.ops.join.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_int
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_CAT = REGISTRY["cat"]


def cat(tensors: Sequence[Tensor], dim: builtins.int = 0) -> Tensor:
    """The tensors one after another along `dim`, in their common dtype.

    As in PyTorch, 1-d tensors without elements are left out.
    """
    return apply(_CAT, (tensors,), {"dim": as_int(dim, "dim")})


_STACK = REGISTRY["stack"]


def stack(tensors: Sequence[Tensor], dim: builtins.int = 0) -> Tensor:
    """The tensors, all of one shape, side by side along a new dimension."""
    return apply(_STACK, (tensors,), {"dim": as_int(dim, "dim")})
