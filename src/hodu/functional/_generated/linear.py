"""Functions of the ops in hodu.ops.linear.

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

_ADDMM = REGISTRY["addmm"]


def addmm(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    mat1: Tensor | builtins.bool | builtins.int | builtins.float,
    mat2: Tensor | builtins.bool | builtins.int | builtins.float,
    *,
    beta: builtins.bool | builtins.int | builtins.float = 1,
    alpha: builtins.bool | builtins.int | builtins.float = 1,
) -> Tensor:
    """The sum `beta * input + alpha * (mat1 @ mat2)` of matrices."""
    return apply(
        _ADDMM,
        (
            input,
            mat1,
            mat2,
        ),
        {"beta": as_scalar(beta, "beta"), "alpha": as_scalar(alpha, "alpha")},
    )


_BADDBMM = REGISTRY["baddbmm"]


def baddbmm(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    batch1: Tensor | builtins.bool | builtins.int | builtins.float,
    batch2: Tensor | builtins.bool | builtins.int | builtins.float,
    *,
    beta: builtins.bool | builtins.int | builtins.float = 1,
    alpha: builtins.bool | builtins.int | builtins.float = 1,
) -> Tensor:
    """The sum `beta * input + alpha * (batch1 @ batch2)` of batches of matrices."""
    return apply(
        _BADDBMM,
        (
            input,
            batch1,
            batch2,
        ),
        {"beta": as_scalar(beta, "beta"), "alpha": as_scalar(alpha, "alpha")},
    )


_BILINEAR = REGISTRY["bilinear"]


def bilinear(
    input1: Tensor | builtins.bool | builtins.int | builtins.float,
    input2: Tensor | builtins.bool | builtins.int | builtins.float,
    weight: Tensor | builtins.bool | builtins.int | builtins.float,
    bias: Tensor | builtins.bool | builtins.int | builtins.float | None = None,
) -> Tensor:
    """The forms `input1 @ weight[k] @ input2 + bias[k]` over the last dimensions."""
    return apply(
        _BILINEAR,
        (
            input1,
            input2,
            weight,
            bias,
        ),
        {},
    )


_LINEAR = REGISTRY["linear"]


def linear(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    weight: Tensor | builtins.bool | builtins.int | builtins.float,
    bias: Tensor | builtins.bool | builtins.int | builtins.float | None = None,
) -> Tensor:
    """The affine map `input @ weight.T + bias` over the last dimension; weight is [out, in]."""
    return apply(
        _LINEAR,
        (
            input,
            weight,
            bias,
        ),
        {},
    )
