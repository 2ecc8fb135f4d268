"""Functions of the ops in hodu.ops.bitwise.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_BITWISE_AND = REGISTRY["bitwise_and"]


def bitwise_and(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    other: Tensor | builtins.bool | builtins.int | builtins.float,
) -> Tensor:
    """The bits set in both."""
    return apply(
        _BITWISE_AND,
        (
            input,
            other,
        ),
        {},
    )


_BITWISE_LEFT_SHIFT = REGISTRY["bitwise_left_shift"]


def bitwise_left_shift(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    other: Tensor | builtins.bool | builtins.int | builtins.float,
) -> Tensor:
    """The bits shifted left by other places; 0 when those are negative or beyond the width."""
    return apply(
        _BITWISE_LEFT_SHIFT,
        (
            input,
            other,
        ),
        {},
    )


_BITWISE_NOT = REGISTRY["bitwise_not"]


def bitwise_not(input: Tensor) -> Tensor:
    """All bits inverted; on bools, logical not."""
    return apply(_BITWISE_NOT, (input,), {})


_BITWISE_OR = REGISTRY["bitwise_or"]


def bitwise_or(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    other: Tensor | builtins.bool | builtins.int | builtins.float,
) -> Tensor:
    """The bits set in either."""
    return apply(
        _BITWISE_OR,
        (
            input,
            other,
        ),
        {},
    )


_BITWISE_RIGHT_SHIFT = REGISTRY["bitwise_right_shift"]


def bitwise_right_shift(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    other: Tensor | builtins.bool | builtins.int | builtins.float,
) -> Tensor:
    """The bits shifted right, filled with the sign.

    Of a shift by negative places, or beyond the width, only the sign remains.
    """
    return apply(
        _BITWISE_RIGHT_SHIFT,
        (
            input,
            other,
        ),
        {},
    )


_BITWISE_XOR = REGISTRY["bitwise_xor"]


def bitwise_xor(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    other: Tensor | builtins.bool | builtins.int | builtins.float,
) -> Tensor:
    """The bits set in one of the two."""
    return apply(
        _BITWISE_XOR,
        (
            input,
            other,
        ),
        {},
    )
