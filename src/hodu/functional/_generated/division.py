"""Functions of the ops in hodu.ops.division.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_FLOOR_DIVIDE = REGISTRY["floor_divide"]


def floor_divide(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    other: Tensor | builtins.bool | builtins.int | builtins.float,
) -> Tensor:
    """The quotient rounded towards minus infinity; a zero integer divisor is an error."""
    return apply(
        _FLOOR_DIVIDE,
        (
            input,
            other,
        ),
        {},
    )


_FMOD = REGISTRY["fmod"]


def fmod(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    other: Tensor | builtins.bool | builtins.int | builtins.float,
) -> Tensor:
    """The remainder with the sign of the dividend; a zero integer divisor is an error."""
    return apply(
        _FMOD,
        (
            input,
            other,
        ),
        {},
    )


_REMAINDER = REGISTRY["remainder"]


def remainder(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    other: Tensor | builtins.bool | builtins.int | builtins.float,
) -> Tensor:
    """The remainder with the sign of the divisor; a zero integer divisor is an error."""
    return apply(
        _REMAINDER,
        (
            input,
            other,
        ),
        {},
    )


_TRUNC_DIVIDE = REGISTRY["trunc_divide"]


def _trunc_divide(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    other: Tensor | builtins.bool | builtins.int | builtins.float,
) -> Tensor:
    """The quotient rounded towards zero; a zero integer divisor is an error."""
    return apply(
        _TRUNC_DIVIDE,
        (
            input,
            other,
        ),
        {},
    )
