"""Functions of the ops in hodu.ops.cumulative.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, NamedTuple

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_int
from hodu.dtypes import as_dtype
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor
    from hodu.dtypes import DTypeLike


class CummaxResult(NamedTuple):
    """Results of `cummax`."""

    values: Tensor
    indices: Tensor


_CUMMAX = REGISTRY["cummax"]


def cummax(input: Tensor, dim: builtins.int) -> CummaxResult:
    """The running maximum along `dim` and the index of its last occurrence; NaN stays."""
    return CummaxResult(*apply(_CUMMAX, (input,), {"dim": as_int(dim, "dim")}))


class CumminResult(NamedTuple):
    """Results of `cummin`."""

    values: Tensor
    indices: Tensor


_CUMMIN = REGISTRY["cummin"]


def cummin(input: Tensor, dim: builtins.int) -> CumminResult:
    """The running minimum along `dim` and the index of its last occurrence; NaN stays."""
    return CumminResult(*apply(_CUMMIN, (input,), {"dim": as_int(dim, "dim")}))


_CUMPROD = REGISTRY["cumprod"]


def cumprod(input: Tensor, dim: builtins.int, *, dtype: DTypeLike | None = None) -> Tensor:
    """The running product along `dim`; integers and bools give i64."""
    return apply(
        _CUMPROD,
        (input,),
        {"dim": as_int(dim, "dim"), "dtype": None if dtype is None else as_dtype(dtype)},
    )


_CUMSUM = REGISTRY["cumsum"]


def cumsum(input: Tensor, dim: builtins.int, *, dtype: DTypeLike | None = None) -> Tensor:
    """The running sum along `dim`; integers and bools are summed as i64."""
    return apply(
        _CUMSUM,
        (input,),
        {"dim": as_int(dim, "dim"), "dtype": None if dtype is None else as_dtype(dtype)},
    )


_DIFF = REGISTRY["diff"]


def diff(
    input: Tensor,
    n: builtins.int = 1,
    dim: builtins.int = -1,
    prepend: Tensor | None = None,
    append: Tensor | None = None,
) -> Tensor:
    """The `n`-th difference of neighbours along `dim`; of bools, whether they differ."""
    return apply(
        _DIFF,
        (
            input,
            prepend,
            append,
        ),
        {"n": as_int(n, "n"), "dim": as_int(dim, "dim")},
    )


_LOGCUMSUMEXP = REGISTRY["logcumsumexp"]


def logcumsumexp(input: Tensor, dim: builtins.int) -> Tensor:
    """`log(cumsum(exp(input)))` along `dim`, without overflow."""
    return apply(_LOGCUMSUMEXP, (input,), {"dim": as_int(dim, "dim")})
