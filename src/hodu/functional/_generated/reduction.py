"""Functions of the ops in hodu.ops.reduction.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_ints
from hodu.dtypes import as_dtype
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor
    from hodu.dtypes import DTypeLike

_ALL = REGISTRY["all"]


def all(
    input: Tensor,
    dim: builtins.int | Sequence[builtins.int] | None = None,
    keepdim: builtins.bool = False,
) -> Tensor:
    """Whether all elements over `dim` are not zero (NaN is not zero)."""
    return apply(
        _ALL, (input,), {"dim": None if dim is None else as_ints(dim, "dim"), "keepdim": keepdim}
    )


_ANY = REGISTRY["any"]


def any(
    input: Tensor,
    dim: builtins.int | Sequence[builtins.int] | None = None,
    keepdim: builtins.bool = False,
) -> Tensor:
    """Whether some element over `dim` is not zero (NaN is not zero)."""
    return apply(
        _ANY, (input,), {"dim": None if dim is None else as_ints(dim, "dim"), "keepdim": keepdim}
    )


_COUNT_NONZERO = REGISTRY["count_nonzero"]


def count_nonzero(
    input: Tensor, dim: builtins.int | Sequence[builtins.int] | None = None
) -> Tensor:
    """How many elements over `dim` are not zero, as i64."""
    return apply(_COUNT_NONZERO, (input,), {"dim": None if dim is None else as_ints(dim, "dim")})


_MEAN = REGISTRY["mean"]


def mean(
    input: Tensor,
    dim: builtins.int | Sequence[builtins.int] | None = None,
    keepdim: builtins.bool = False,
    *,
    dtype: DTypeLike | None = None,
) -> Tensor:
    """The mean over `dim`, of floats (or in the float `dtype`); NaN over no elements."""
    return apply(
        _MEAN,
        (input,),
        {
            "dim": None if dim is None else as_ints(dim, "dim"),
            "keepdim": keepdim,
            "dtype": None if dtype is None else as_dtype(dtype),
        },
    )


_NANMEAN = REGISTRY["nanmean"]


def nanmean(
    input: Tensor,
    dim: builtins.int | Sequence[builtins.int] | None = None,
    keepdim: builtins.bool = False,
    *,
    dtype: DTypeLike | None = None,
) -> Tensor:
    """The mean over `dim` of the elements that are not NaN; NaN where there are none."""
    return apply(
        _NANMEAN,
        (input,),
        {
            "dim": None if dim is None else as_ints(dim, "dim"),
            "keepdim": keepdim,
            "dtype": None if dtype is None else as_dtype(dtype),
        },
    )


_NANSUM = REGISTRY["nansum"]


def nansum(
    input: Tensor,
    dim: builtins.int | Sequence[builtins.int] | None = None,
    keepdim: builtins.bool = False,
    *,
    dtype: DTypeLike | None = None,
) -> Tensor:
    """The sum over `dim` in which NaN counts as zero."""
    return apply(
        _NANSUM,
        (input,),
        {
            "dim": None if dim is None else as_ints(dim, "dim"),
            "keepdim": keepdim,
            "dtype": None if dtype is None else as_dtype(dtype),
        },
    )


_PROD = REGISTRY["prod"]


def prod(
    input: Tensor,
    dim: builtins.int | Sequence[builtins.int] | None = None,
    keepdim: builtins.bool = False,
    *,
    dtype: DTypeLike | None = None,
) -> Tensor:
    """The product over `dim` (all dimensions by default); integers and bools give i64.

    With `dtype` the input is cast to it first, and so is the result.
    """
    return apply(
        _PROD,
        (input,),
        {
            "dim": None if dim is None else as_ints(dim, "dim"),
            "keepdim": keepdim,
            "dtype": None if dtype is None else as_dtype(dtype),
        },
    )


_SUM = REGISTRY["sum"]


def sum(
    input: Tensor,
    dim: builtins.int | Sequence[builtins.int] | None = None,
    keepdim: builtins.bool = False,
    *,
    dtype: DTypeLike | None = None,
) -> Tensor:
    """The sum over `dim` (all dimensions by default); integers and bools are summed as i64.

    With `dtype` the input is cast to it first, and so is the result.
    """
    return apply(
        _SUM,
        (input,),
        {
            "dim": None if dim is None else as_ints(dim, "dim"),
            "keepdim": keepdim,
            "dtype": None if dtype is None else as_dtype(dtype),
        },
    )
