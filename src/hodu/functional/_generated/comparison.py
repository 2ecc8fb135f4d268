"""Functions of the ops in hodu.ops.comparison.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_EQ = REGISTRY["eq"]


def eq(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    other: Tensor | builtins.bool | builtins.int | builtins.float,
) -> Tensor:
    """Whether the elements are equal."""
    return apply(
        _EQ,
        (
            input,
            other,
        ),
        {},
    )


_GE = REGISTRY["ge"]


def ge(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    other: Tensor | builtins.bool | builtins.int | builtins.float,
) -> Tensor:
    """Whether input >= other."""
    return apply(
        _GE,
        (
            input,
            other,
        ),
        {},
    )


_GT = REGISTRY["gt"]


def gt(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    other: Tensor | builtins.bool | builtins.int | builtins.float,
) -> Tensor:
    """Whether input > other."""
    return apply(
        _GT,
        (
            input,
            other,
        ),
        {},
    )


_LE = REGISTRY["le"]


def le(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    other: Tensor | builtins.bool | builtins.int | builtins.float,
) -> Tensor:
    """Whether input <= other."""
    return apply(
        _LE,
        (
            input,
            other,
        ),
        {},
    )


_LT = REGISTRY["lt"]


def lt(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    other: Tensor | builtins.bool | builtins.int | builtins.float,
) -> Tensor:
    """Whether input < other."""
    return apply(
        _LT,
        (
            input,
            other,
        ),
        {},
    )


_NE = REGISTRY["ne"]


def ne(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    other: Tensor | builtins.bool | builtins.int | builtins.float,
) -> Tensor:
    """Whether the elements differ."""
    return apply(
        _NE,
        (
            input,
            other,
        ),
        {},
    )
