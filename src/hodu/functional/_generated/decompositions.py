"""Functions of the ops in hodu.ops.decompositions.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, NamedTuple

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_str
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_CHOLESKY = REGISTRY["cholesky"]


def cholesky(input: Tensor, upper: builtins.bool = False) -> Tensor:
    """The lower triangular L with `L @ L.mT = input` of a positive definite matrix, or L.mT.

    Only one triangle is read. A matrix that is not positive definite is an error.
    """
    return apply(_CHOLESKY, (input,), {"upper": upper})


class EighResult(NamedTuple):
    """Results of `eigh`."""

    eigenvalues: Tensor
    eigenvectors: Tensor


_EIGH = REGISTRY["eigh"]


def eigh(A: Tensor, UPLO: builtins.str = "L") -> EighResult:
    """Ascending eigenvalues and orthonormal eigenvectors (the columns) of a symmetric matrix.

    Only the lower triangle is read, or the upper one with `UPLO="U"`.
    """
    return EighResult(*apply(_EIGH, (A,), {"UPLO": as_str(UPLO, "UPLO")}))


class QrResult(NamedTuple):
    """Results of `qr`."""

    Q: Tensor
    R: Tensor


_QR = REGISTRY["qr"]


def qr(A: Tensor, mode: builtins.str = "reduced") -> QrResult:
    """An orthogonal Q and an upper triangular R with `Q @ R = A`.

    `mode` is "reduced", "complete" (Q is square) or "r" (only R; Q is empty).
    """
    return QrResult(*apply(_QR, (A,), {"mode": as_str(mode, "mode")}))


class SvdResult(NamedTuple):
    """Results of `svd`."""

    U: Tensor
    S: Tensor
    Vh: Tensor


_SVD = REGISTRY["svd"]


def svd(A: Tensor, full_matrices: builtins.bool = True) -> SvdResult:
    """Singular values S in descending order and orthogonal U, Vh: `A = U @ diag(S) @ Vh`.

    U and Vh are square unless `full_matrices` is False.
    """
    return SvdResult(*apply(_SVD, (A,), {"full_matrices": full_matrices}))
