"""Functions of the ops in hodu.ops.select.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_LERP = REGISTRY["lerp"]


def lerp(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    end: Tensor | builtins.bool | builtins.int | builtins.float,
    weight: Tensor | builtins.bool | builtins.int | builtins.float,
) -> Tensor:
    """The point between `input` (weight 0) and `end` (weight 1), both hit exactly."""
    return apply(
        _LERP,
        (
            input,
            end,
            weight,
        ),
        {},
    )


_WHERE = REGISTRY["where"]


def _where(
    condition: Tensor,
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    other: Tensor | builtins.bool | builtins.int | builtins.float,
) -> Tensor:
    """`input` where the condition holds, `other` elsewhere."""
    return apply(
        _WHERE,
        (
            condition,
            input,
            other,
        ),
        {},
    )
