"""Functions of the ops in hodu.ops.lu.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, NamedTuple

from hodu.dispatch.apply import apply
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor


class LuResult(NamedTuple):
    """Results of `lu`."""

    P: Tensor
    L: Tensor
    U: Tensor


_LU = REGISTRY["lu"]


def lu(A: Tensor, *, pivot: builtins.bool = True) -> LuResult:
    """A permutation P, a unit lower triangular L and an upper triangular U: `A = P @ L @ U`.

    Rows are exchanged for the largest pivot; without `pivot`, P is the identity.
    """
    return LuResult(*apply(_LU, (A,), {"pivot": pivot}))


class LuFactorResult(NamedTuple):
    """Results of `lu_factor`."""

    LU: Tensor
    pivots: Tensor


_LU_FACTOR = REGISTRY["lu_factor"]


def lu_factor(A: Tensor, *, pivot: builtins.bool = True) -> LuFactorResult:
    """L (without its unit diagonal) and U in one matrix, and the row exchanges as in LAPACK.

    Row i was exchanged with row `pivots[i] - 1`, one after the other.
    """
    return LuFactorResult(*apply(_LU_FACTOR, (A,), {"pivot": pivot}))
