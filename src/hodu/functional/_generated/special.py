"""Functions of the ops in hodu.ops.special.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_float
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_ERF = REGISTRY["erf"]


def erf(input: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
    """The error function."""
    return apply(_ERF, (input,), {})


_ERFC = REGISTRY["erfc"]


def erfc(input: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
    """The complementary error function, 1 - erf(input), accurate where that is small."""
    return apply(_ERFC, (input,), {})


_ERFINV = REGISTRY["erfinv"]


def erfinv(input: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
    """The inverse of the error function: infinite at -1 and 1, NaN beyond."""
    return apply(_ERFINV, (input,), {})


_LOGIT = REGISTRY["logit"]


def logit(
    input: Tensor | builtins.bool | builtins.int | builtins.float, eps: builtins.float | None = None
) -> Tensor:
    """The inverse of sigmoid, log(x / (1 - x)), with x first clamped to [eps, 1 - eps]."""
    return apply(_LOGIT, (input,), {"eps": None if eps is None else as_float(eps, "eps")})


_SIGMOID = REGISTRY["sigmoid"]


def sigmoid(input: Tensor | builtins.bool | builtins.int | builtins.float) -> Tensor:
    """The logistic function, 1 / (1 + exp(-input))."""
    return apply(_SIGMOID, (input,), {})
