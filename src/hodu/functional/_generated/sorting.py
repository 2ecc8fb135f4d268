"""Functions of the ops in hodu.ops.sorting.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, NamedTuple

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_dim, as_int
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor
    from hodu.dims import Dim

_ARGSORT = REGISTRY["argsort"]


def argsort(
    input: Tensor,
    dim: builtins.int = -1,
    descending: builtins.bool = False,
    *,
    stable: builtins.bool = False,
) -> Tensor:
    """The indices that put the elements in order along `dim`; always stable."""
    return apply(
        _ARGSORT, (input,), {"dim": as_int(dim, "dim"), "descending": descending, "stable": stable}
    )


class KthvalueResult(NamedTuple):
    """Results of `kthvalue`."""

    values: Tensor
    indices: Tensor


_KTHVALUE = REGISTRY["kthvalue"]


def kthvalue(
    input: Tensor, k: builtins.int, dim: builtins.int = -1, keepdim: builtins.bool = False
) -> KthvalueResult:
    """The `k`-th smallest elements along `dim` (counted from 1), and where they are."""
    return KthvalueResult(
        *apply(
            _KTHVALUE,
            (input,),
            {"k": as_int(k, "k"), "dim": as_int(dim, "dim"), "keepdim": keepdim},
        )
    )


class SortResult(NamedTuple):
    """Results of `sort`."""

    values: Tensor
    indices: Tensor


_SORT = REGISTRY["sort"]


def sort(
    input: Tensor,
    dim: builtins.int = -1,
    descending: builtins.bool = False,
    *,
    stable: builtins.bool = False,
) -> SortResult:
    """The elements in order along `dim`, and where they were; always stable."""
    return SortResult(
        *apply(
            _SORT, (input,), {"dim": as_int(dim, "dim"), "descending": descending, "stable": stable}
        )
    )


class TopkResult(NamedTuple):
    """Results of `topk`."""

    values: Tensor
    indices: Tensor


_TOPK = REGISTRY["topk"]


def topk(
    input: Tensor,
    k: Dim,
    dim: builtins.int = -1,
    largest: builtins.bool = True,
    sorted: builtins.bool = True,
) -> TopkResult:
    """The `k` largest (or smallest) elements along `dim`, in order, and where they are.

    Of equal elements the first are taken; the result is in order also when `sorted` is False.
    """
    return TopkResult(
        *apply(
            _TOPK,
            (input,),
            {"k": as_dim(k, "k"), "dim": as_int(dim, "dim"), "largest": largest, "sorted": sorted},
        )
    )
