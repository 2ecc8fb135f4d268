"""Functions of the ops in hodu.ops.max_min.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_int, as_ints
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_AMAX = REGISTRY["amax"]


def amax(
    input: Tensor,
    dim: builtins.int | Sequence[builtins.int] | None = None,
    keepdim: builtins.bool = False,
) -> Tensor:
    """The largest element over `dim` (all dimensions by default); NaN if there is one."""
    return apply(
        _AMAX, (input,), {"dim": None if dim is None else as_ints(dim, "dim"), "keepdim": keepdim}
    )


_AMIN = REGISTRY["amin"]


def amin(
    input: Tensor,
    dim: builtins.int | Sequence[builtins.int] | None = None,
    keepdim: builtins.bool = False,
) -> Tensor:
    """The smallest element over `dim` (all dimensions by default); NaN if there is one."""
    return apply(
        _AMIN, (input,), {"dim": None if dim is None else as_ints(dim, "dim"), "keepdim": keepdim}
    )


class AminmaxResult(NamedTuple):
    """Results of `aminmax`."""

    min: Tensor
    max: Tensor


_AMINMAX = REGISTRY["aminmax"]


def aminmax(
    input: Tensor, *, dim: builtins.int | None = None, keepdim: builtins.bool = False
) -> AminmaxResult:
    """The smallest and the largest element along `dim`, or of all."""
    return AminmaxResult(
        *apply(
            _AMINMAX,
            (input,),
            {"dim": None if dim is None else as_int(dim, "dim"), "keepdim": keepdim},
        )
    )


_ARGMAX = REGISTRY["argmax"]


def argmax(
    input: Tensor, dim: builtins.int | None = None, keepdim: builtins.bool = False
) -> Tensor:
    """The index of the first largest element along `dim`, or in the flattened tensor."""
    return apply(
        _ARGMAX, (input,), {"dim": None if dim is None else as_int(dim, "dim"), "keepdim": keepdim}
    )


_ARGMIN = REGISTRY["argmin"]


def argmin(
    input: Tensor, dim: builtins.int | None = None, keepdim: builtins.bool = False
) -> Tensor:
    """The index of the first smallest element along `dim`, or in the flattened tensor."""
    return apply(
        _ARGMIN, (input,), {"dim": None if dim is None else as_int(dim, "dim"), "keepdim": keepdim}
    )


class MaxResult(NamedTuple):
    """Results of `_max`."""

    values: Tensor
    indices: Tensor


_MAX = REGISTRY["max"]


def _max(input: Tensor, dim: builtins.int, keepdim: builtins.bool = False) -> MaxResult:
    """The largest elements along `dim` and the indices of their first occurrences."""
    return MaxResult(*apply(_MAX, (input,), {"dim": as_int(dim, "dim"), "keepdim": keepdim}))


class MinResult(NamedTuple):
    """Results of `_min`."""

    values: Tensor
    indices: Tensor


_MIN = REGISTRY["min"]


def _min(input: Tensor, dim: builtins.int, keepdim: builtins.bool = False) -> MinResult:
    """The smallest elements along `dim` and the indices of their first occurrences."""
    return MinResult(*apply(_MIN, (input,), {"dim": as_int(dim, "dim"), "keepdim": keepdim}))
