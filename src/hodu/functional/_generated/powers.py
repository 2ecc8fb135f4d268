"""Functions of the ops in hodu.ops.powers.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_POW = REGISTRY["pow"]


def pow(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    exponent: Tensor | builtins.bool | builtins.int | builtins.float,
) -> Tensor:
    """`input` to the power of `exponent`; negative integer powers of integers are errors."""
    return apply(
        _POW,
        (
            input,
            exponent,
        ),
        {},
    )


_RECIPROCAL = REGISTRY["reciprocal"]


def reciprocal(input: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
    """One over the input; integers are taken as f32."""
    return apply(_RECIPROCAL, (input,), {})


_RSQRT = REGISTRY["rsqrt"]


def rsqrt(input: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
    """One over the square root."""
    return apply(_RSQRT, (input,), {})


_SQRT = REGISTRY["sqrt"]


def sqrt(input: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
    """The square root; NaN below zero."""
    return apply(_SQRT, (input,), {})


_SQUARE = REGISTRY["square"]


def square(input: Tensor) -> Tensor:
    """The square."""
    return apply(_SQUARE, (input,), {})
