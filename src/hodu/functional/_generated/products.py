"""Functions of the ops in hodu.ops.products.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_int
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_CROSS = REGISTRY["cross"]


def _cross(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    other: Tensor | builtins.bool | builtins.int | builtins.float,
    *,
    dim: builtins.int = -1,
) -> Tensor:
    """The cross product of the 3-vectors along `dim`; the other dimensions broadcast."""
    return apply(
        _CROSS,
        (
            input,
            other,
        ),
        {"dim": as_int(dim, "dim")},
    )


_KRON = REGISTRY["kron"]


def kron(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    other: Tensor | builtins.bool | builtins.int | builtins.float,
) -> Tensor:
    """The Kronecker product: every element of `input` times the whole of `other`, as blocks."""
    return apply(
        _KRON,
        (
            input,
            other,
        ),
        {},
    )
