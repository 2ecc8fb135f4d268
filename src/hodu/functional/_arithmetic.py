"""Functions of the ops in hodu.ops.arithmetic.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_ADD = REGISTRY["add"]


def _add(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    other: Tensor | builtins.bool | builtins.int | builtins.float,
) -> Tensor:
    """The sum; on bools, logical or."""
    return apply(
        _ADD,
        (
            input,
            other,
        ),
        {},
    )


_DIV = REGISTRY["div"]


def _div(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    other: Tensor | builtins.bool | builtins.int | builtins.float,
) -> Tensor:
    """The true quotient; integers and bools are divided as f32."""
    return apply(
        _DIV,
        (
            input,
            other,
        ),
        {},
    )


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


_MUL = REGISTRY["mul"]


def mul(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    other: Tensor | builtins.bool | builtins.int | builtins.float,
) -> Tensor:
    """The product; on bools, logical and."""
    return apply(
        _MUL,
        (
            input,
            other,
        ),
        {},
    )


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


_SUB = REGISTRY["sub"]


def _sub(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    other: Tensor | builtins.bool | builtins.int | builtins.float,
) -> Tensor:
    """The difference."""
    return apply(
        _SUB,
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
