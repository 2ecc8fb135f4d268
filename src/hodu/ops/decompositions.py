"""Decompositions of matrices: Cholesky, QR, singular values, eigenvalues.

Everything works on stacks [..., m, n]. Small floats are computed in f32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dims import Dim, dim_min
from hodu.dtypes import FLOATS
from hodu.errors import ValueRangeError
from hodu.ops._matrices import adjoint, attempt, back, finite, matrix_shape, square_shape
from hodu.ops._matrix_gradients import (
    cholesky_gradient,
    eigh_gradient,
    qr_gradient,
    svd_gradient,
)
from hodu.ops._precision import wide
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, function, op
from hodu.shapes import TensorType

if TYPE_CHECKING:
    from hodu._tensor import Tensor

# NumPy's stubs take only literal modes.
_QR: Any = np.linalg.qr
_EIGH: Any = np.linalg.eigh

_POSITIVE = [[4.0, 2.0, 0.5], [2.0, 5.0, 1.0], [0.5, 1.0, 3.0]]
_SECOND = [[2.0, -1.0, 0.0], [-1.0, 3.0, 1.0], [0.0, 1.0, 6.0]]
SYMMETRIC = [
    T(values=_POSITIVE),
    T(values=[_POSITIVE, _SECOND]),
    T(values=[[2.25]]),
    T(values=np.zeros((0, 0))),
    T(values=np.zeros((0, 2, 2))),
]
_TALL = [[3.0, 1.0], [1.0, -2.0], [0.5, 4.0]]
_WIDE = [[1.0, 2.0, 0.5], [-3.0, 1.0, 2.0]]
GENERAL = [
    T(values=_TALL),
    T(values=_WIDE),
    T(values=[_POSITIVE, _SECOND]),
    T(values=[[[-2.0]]]),
    T(values=np.zeros((0, 2, 3))),
    T(values=np.zeros((2, 3, 0))),
    T(values=np.zeros((0, 3))),
]


@op("cholesky(Tensor input, bool upper=False) -> Tensor")
class Cholesky:
    """The lower triangular L with `L @ L.mT = input` of a positive definite matrix, or L.mT.

    Only one triangle is read. A matrix that is not positive definite is an error.
    """

    dtypes, where = FLOATS, ("linalg",)
    autocast = "f32"
    samples = [S(m, upper=u) for m in SYMMETRIC for u in (False, True)]

    def infer(x: TensorType, upper: bool) -> TensorType:
        square_shape("cholesky", x)
        return x

    def eager(x: Array, upper: bool) -> Array:
        fault = "is not positive definite"
        source = adjoint(x) if upper else x
        lower = attempt("cholesky", fault, np.linalg.cholesky, source)
        return back(adjoint(lower) if upper else lower, x)

    vjp = {"input": cholesky_gradient}


@op('qr(Tensor A, str mode="reduced") -> (Tensor Q, Tensor R)')
class Qr:
    """An orthogonal Q and an upper triangular R with `Q @ R = A`.

    `mode` is "reduced", "complete" (Q is square) or "r" (only R; Q is empty).
    """

    dtypes, where = FLOATS, ("linalg",)
    autocast = "f32"
    samples = [S(m, mode=k) for m in GENERAL for k in ("reduced", "complete", "r")]

    def infer(x: TensorType, mode: str) -> tuple[TensorType, TensorType]:
        batch, m, n = matrix_shape("qr", x)
        _check_mode(mode)
        inner: Dim = m if mode == "complete" else dim_min(m, n)
        q = (0,) if mode == "r" else (*batch, m, inner)
        return TensorType(q, x.dtype), TensorType((*batch, inner, n), x.dtype)

    def eager(x: Array, mode: str) -> tuple[Array, Array]:
        _check_mode(mode)
        if mode == "r":
            return np.zeros(0, x.dtype), back(_QR(wide(x), "r"), x)
        q, r = _QR(wide(x), mode)
        return back(q, x), back(r, x)

    vjp = {"A": qr_gradient}


def _check_mode(mode: str) -> None:
    if mode not in ("reduced", "complete", "r"):
        raise ValueRangeError(f"qr(): mode={mode!r}", hint="it is 'reduced', 'complete' or 'r'")


@op("svd(Tensor A, bool full_matrices=True) -> (Tensor U, Tensor S, Tensor Vh)")
class Svd:
    """Singular values S in descending order and orthogonal U, Vh: `A = U @ diag(S) @ Vh`.

    U and Vh are square unless `full_matrices` is False.
    """

    dtypes, where = FLOATS, ("linalg",)
    autocast = "f32"
    samples = [S(m, full_matrices=k) for m in GENERAL for k in (True, False)]

    def infer(x: TensorType, full_matrices: bool) -> tuple[TensorType, ...]:
        batch, m, n = matrix_shape("svd", x)
        k = dim_min(m, n)
        u, v = (m, n) if full_matrices else (k, k)
        shapes = (*batch, m, u), (*batch, k), (*batch, v, n)
        return tuple(TensorType(s, x.dtype) for s in shapes)

    def eager(x: Array, full_matrices: bool) -> tuple[Array, ...]:
        fault = "has no singular values that converge: it holds NaN or infinity"
        call = finite(lambda a: np.linalg.svd(a, full_matrices))
        u, s, vh = attempt("svd", fault, call, x, square=False)
        return back(u, x), back(s, x), back(vh, x)

    vjp = {"A": svd_gradient}


@function(methods=False, where=("linalg",))
def svdvals(A: Tensor) -> Tensor:
    """The singular values in descending order."""
    return F.svd(A, full_matrices=False)[1]


@op('eigh(Tensor A, str UPLO="L") -> (Tensor eigenvalues, Tensor eigenvectors)')
class Eigh:
    """Ascending eigenvalues and orthonormal eigenvectors (the columns) of a symmetric matrix.

    Only the lower triangle is read, or the upper one with `UPLO="U"`.
    """

    dtypes, where, methods = FLOATS, ("linalg",), False
    autocast = "f32"
    samples = [S(m, UPLO=k) for m in SYMMETRIC for k in "LU"]
    samples += [S(T(values=[[1.0, 9.0], [2.0, 3.0]]), UPLO=k) for k in "LU"]

    def infer(x: TensorType, UPLO: str) -> tuple[TensorType, TensorType]:
        batch, n = square_shape("eigh", x)
        if UPLO.upper() not in ("L", "U"):
            raise ValueRangeError(f"eigh(): UPLO={UPLO!r}", hint="it is 'L' or 'U'")
        return TensorType((*batch, n), x.dtype), x

    def eager(x: Array, UPLO: str) -> tuple[Array, Array]:
        fault = "has no eigenvalues that converge: it holds NaN or infinity"
        call = finite(lambda a: _EIGH(a, UPLO), np.tril if UPLO.upper() == "L" else np.triu)
        values, vectors = attempt("eigh", fault, call, x)
        return back(values, x), back(vectors, x)

    vjp = {"A": eigh_gradient}


@function(methods=False, where=("linalg",))
def eigvalsh(A: Tensor, UPLO: str = "L") -> Tensor:
    """The ascending eigenvalues of a symmetric matrix, of which one triangle is read."""
    return F.eigh(A, UPLO)[0]
