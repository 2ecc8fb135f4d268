"""Functions of the ops in hodu.ops.extrema.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_CLAMP = REGISTRY["clamp"]


def clamp(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    min: Tensor | builtins.bool | builtins.int | builtins.float | None = None,
    max: Tensor | builtins.bool | builtins.int | builtins.float | None = None,
) -> Tensor:
    """The input brought into [min, max], which are numbers or tensors; NaN stays.

    Where min > max the result is max.
    """
    return apply(
        _CLAMP,
        (
            input,
            min,
            max,
        ),
        {},
    )


_FMAX = REGISTRY["fmax"]


def fmax(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    other: Tensor | builtins.bool | builtins.int | builtins.float,
) -> Tensor:
    """The larger of two elements; the other one where one is NaN."""
    return apply(
        _FMAX,
        (
            input,
            other,
        ),
        {},
    )


_FMIN = REGISTRY["fmin"]


def fmin(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    other: Tensor | builtins.bool | builtins.int | builtins.float,
) -> Tensor:
    """The smaller of two elements; the other one where one is NaN."""
    return apply(
        _FMIN,
        (
            input,
            other,
        ),
        {},
    )


_MAXIMUM = REGISTRY["maximum"]


def maximum(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    other: Tensor | builtins.bool | builtins.int | builtins.float,
) -> Tensor:
    """The larger of two elements; NaN if either is."""
    return apply(
        _MAXIMUM,
        (
            input,
            other,
        ),
        {},
    )


_MINIMUM = REGISTRY["minimum"]


def minimum(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    other: Tensor | builtins.bool | builtins.int | builtins.float,
) -> Tensor:
    """The smaller of two elements; NaN if either is."""
    return apply(
        _MINIMUM,
        (
            input,
            other,
        ),
        {},
    )
