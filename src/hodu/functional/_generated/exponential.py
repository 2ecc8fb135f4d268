"""Functions of the ops in hodu.ops.exponential.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_EXP = REGISTRY["exp"]


def exp(input: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
    """e to the power of the input."""
    return apply(_EXP, (input,), {})


_EXP2 = REGISTRY["exp2"]


def exp2(input: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
    """2 to the power of the input."""
    return apply(_EXP2, (input,), {})


_EXPM1 = REGISTRY["expm1"]


def expm1(input: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
    """e to the power of the input, minus one; accurate near 0."""
    return apply(_EXPM1, (input,), {})


_LOG = REGISTRY["log"]


def log(input: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
    """The natural logarithm."""
    return apply(_LOG, (input,), {})


_LOG10 = REGISTRY["log10"]


def log10(input: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
    """The logarithm to base 10."""
    return apply(_LOG10, (input,), {})


_LOG1P = REGISTRY["log1p"]


def log1p(input: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
    """The natural logarithm of 1 + input; accurate near 0."""
    return apply(_LOG1P, (input,), {})


_LOG2 = REGISTRY["log2"]


def log2(input: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
    """The logarithm to base 2."""
    return apply(_LOG2, (input,), {})


_LOGADDEXP = REGISTRY["logaddexp"]


def logaddexp(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    other: Tensor | builtins.bool | builtins.int | builtins.float,
) -> Tensor:
    """The logarithm of exp(input) + exp(other), without overflow."""
    return apply(
        _LOGADDEXP,
        (
            input,
            other,
        ),
        {},
    )
