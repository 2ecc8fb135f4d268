"""Functions of the ops in hodu.ops.logical.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_LOGICAL_AND = REGISTRY["logical_and"]


def logical_and(input: Tensor, other: Tensor) -> Tensor:
    """Whether both are true."""
    return apply(
        _LOGICAL_AND,
        (
            input,
            other,
        ),
        {},
    )


_LOGICAL_NOT = REGISTRY["logical_not"]


def logical_not(input: Tensor) -> Tensor:
    """Whether the element is false."""
    return apply(_LOGICAL_NOT, (input,), {})


_LOGICAL_OR = REGISTRY["logical_or"]


def logical_or(input: Tensor, other: Tensor) -> Tensor:
    """Whether either is true."""
    return apply(
        _LOGICAL_OR,
        (
            input,
            other,
        ),
        {},
    )


_LOGICAL_XOR = REGISTRY["logical_xor"]


def logical_xor(input: Tensor, other: Tensor) -> Tensor:
    """Whether just one is true."""
    return apply(
        _LOGICAL_XOR,
        (
            input,
            other,
        ),
        {},
    )
