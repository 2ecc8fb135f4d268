"""Functions of the ops in hodu.ops.arithmetic.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_scalar
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


_ADDCDIV = REGISTRY["addcdiv"]


def addcdiv(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    tensor1: Tensor | builtins.bool | builtins.int | builtins.float,
    tensor2: Tensor | builtins.bool | builtins.int | builtins.float,
    *,
    value: builtins.bool | builtins.int | builtins.float = 1,
) -> Tensor:
    """The sum `input + value * tensor1 / tensor2`; for floats."""
    return apply(
        _ADDCDIV,
        (
            input,
            tensor1,
            tensor2,
        ),
        {"value": as_scalar(value, "value")},
    )


_ADDCMUL = REGISTRY["addcmul"]


def addcmul(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    tensor1: Tensor | builtins.bool | builtins.int | builtins.float,
    tensor2: Tensor | builtins.bool | builtins.int | builtins.float,
    *,
    value: builtins.bool | builtins.int | builtins.float = 1,
) -> Tensor:
    """The sum `input + value * tensor1 * tensor2`."""
    return apply(
        _ADDCMUL,
        (
            input,
            tensor1,
            tensor2,
        ),
        {"value": as_scalar(value, "value")},
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
