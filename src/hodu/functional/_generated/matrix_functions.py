"""Functions of the ops in hodu.ops.matrix_functions.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_float, as_int
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_MATRIX_EXP = REGISTRY["matrix_exp"]


def matrix_exp(input: Tensor) -> Tensor:
    """The exponential of each square matrix."""
    return apply(_MATRIX_EXP, (input,), {})


_MATRIX_POWER = REGISTRY["matrix_power"]


def matrix_power(input: Tensor, n: builtins.int) -> Tensor:
    """Each matrix multiplied by itself n times; the inverse's power if n is negative."""
    return apply(_MATRIX_POWER, (input,), {"n": as_int(n, "n")})


_MATRIX_RANK = REGISTRY["matrix_rank"]


def matrix_rank(
    A: Tensor,
    tol: builtins.float | None = None,
    hermitian: builtins.bool = False,
    *,
    atol: builtins.float | None = None,
    rtol: builtins.float | None = None,
) -> Tensor:
    """How many singular values exceed max(atol, rtol times the largest), as i64.

    `rtol` is the precision times max(m, n) unless `atol` (also called `tol`) is given;
    `hermitian` says that the matrix is symmetric.
    """
    return apply(
        _MATRIX_RANK,
        (A,),
        {
            "tol": None if tol is None else as_float(tol, "tol"),
            "hermitian": hermitian,
            "atol": None if atol is None else as_float(atol, "atol"),
            "rtol": None if rtol is None else as_float(rtol, "rtol"),
        },
    )


_PINV = REGISTRY["pinv"]


def pinv(
    A: Tensor,
    *,
    atol: builtins.float | None = None,
    rtol: builtins.float | None = None,
    hermitian: builtins.bool = False,
) -> Tensor:
    """The Moore-Penrose pseudo-inverse.

    Singular values of at most max(atol, rtol times the largest) count as zero; `rtol` is the
    precision times max(m, n) unless `atol` is given. `hermitian` says that A is symmetric.
    """
    return apply(
        _PINV,
        (A,),
        {
            "atol": None if atol is None else as_float(atol, "atol"),
            "rtol": None if rtol is None else as_float(rtol, "rtol"),
            "hermitian": hermitian,
        },
    )
