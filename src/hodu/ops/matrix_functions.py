"""Functions of a matrix: powers, exponential, rank, pseudo-inverse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from hodu.dims import Dim, dim_max
from hodu.dtypes import FLOATS, FROM_NUMPY, NUMERIC, DType, i64
from hodu.errors import DTypeError
from hodu.ops._matrices import adjoint, attempt, back, finite, matrix_shape, square_shape, thin_svd
from hodu.ops._precision import epsilon, narrow, wide, widen
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, function, op
from hodu.ops.decompositions import GENERAL
from hodu.ops.solvers import SINGULAR
from hodu.shapes import Shape, TensorType

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@op("matrix_power(Tensor input, int n) -> Tensor")
class MatrixPower:
    """Each matrix multiplied by itself n times; the inverse's power if n is negative."""

    dtypes, where, domain = NUMERIC, ("linalg",), (-1.5, 1.5)
    autocast = "f32"
    samples = [S((3, 3), n=k) for k in (0, 1, 2, 5)] + [S((2, 3, 3), n=3), S((0, 0), n=2)]

    def infer(x: TensorType, n: int) -> TensorType:
        square_shape("matrix_power", x)
        if n < 0 and not x.dtype.is_float:
            raise DTypeError(
                f"matrix_power() of {x.dtype} with n={n}: integer matrices have no inverse",
                hint="cast with .to('f32')",
            )
        return x

    def eager(x: Array, n: int) -> Array:
        if n >= 0:
            return back(np.linalg.matrix_power(wide(x), n), x)
        if x.dtype.kind in "iu":
            raise TypeError("integer matrices have no inverse")
        inverse = attempt("matrix_power", "is singular", np.linalg.inv, x)
        return back(np.linalg.matrix_power(inverse, -n), x)

    def compose(x: Tensor, n: int) -> Tensor:
        base = widen(x) if n >= 0 else F.inverse(widen(x))
        return narrow(_power(base, abs(n)), x.dtype)


def _power(base: Tensor, n: int) -> Tensor:
    """By repeated squaring."""
    if n == 0:
        return F.expand(F.eye(base.shape[-1], dtype=base.dtype), base.shape)
    result = None
    while n:
        if n % 2:
            result = base if result is None else F.matmul(result, base)
        n //= 2
        base = F.matmul(base, base) if n else base
    assert result is not None
    return result


# Coefficients of the [13/13] Pade approximant of exp, and the norm up to which it is exact in
# f64: Higham, The Scaling and Squaring Method for the Matrix Exponential Revisited (2005).
PADE = (
    64764752532480000.0, 32382376266240000.0, 7771770303897600.0, 1187353796428800.0,
    129060195264000.0, 10559470521600.0, 670442572800.0, 33522128640.0, 1323241920.0,
    40840800.0, 960960.0, 16380.0, 182.0, 1.0,
)  # fmt: skip
PADE_NORM = 5.371920351148152


@op("matrix_exp(Tensor input) -> Tensor")
class MatrixExp:
    """The exponential of each square matrix."""

    dtypes, where, domain = FLOATS, ("linalg",), (-1.0, 1.0)
    autocast = "f32"
    samples = [S((3, 3)), S((2, 2, 2)), S((0, 0)), S((0, 2, 2)), S(T((1, 1), low=2, high=2))]
    samples += [S(T(values=[[0.0, 4.0], [-4.0, 0.0]]))]

    def infer(x: TensorType) -> TensorType:
        square_shape("matrix_exp", x)
        return x

    def eager(x: Array) -> Array:
        if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
            raise ValueError("the matrices are not square")
        return back(_exponential(x.astype(np.float64)), x)

    vjp = {"input": lambda ct, input: _exponential_gradient(widen(ct), widen(input).mT)}


def _exponential(a: Array) -> Array:
    norm = np.abs(a).sum(-2).max(initial=0)
    halvings = max(0, int(np.ceil(np.log2(norm / PADE_NORM)))) if 0 < norm < np.inf else 0
    a = a / 2.0**halvings
    one = np.eye(a.shape[-1])
    a2 = a @ a
    a4 = a2 @ a2
    a6 = a4 @ a2
    c = PADE
    odd = a6 @ (c[13] * a6 + c[11] * a4 + c[9] * a2) + c[7] * a6 + c[5] * a4 + c[3] * a2
    even = a6 @ (c[12] * a6 + c[10] * a4 + c[8] * a2) + c[6] * a6 + c[4] * a4 + c[2] * a2
    odd, even = a @ (odd + c[1] * one), even + c[0] * one
    result = np.linalg.solve(even - odd, even + odd)
    for _ in range(halvings):
        result = result @ result
    return result


def _exponential_gradient(ct: Tensor, x: Tensor) -> Tensor:
    """The derivative at `x` along `ct`: a block of the exponential of [[x, ct], [0, x]].

    Mathias, A chain rule for matrix functions and applications (1996).
    """
    n = x.shape[-1]
    rows = F.cat([x, ct], -1), F.cat([F.zeros_like(x), x], -1)
    return F.matrix_exp(F.cat(rows, -2))[..., :n, n:]


def _relative_cutoff(
    shape: Sequence[Dim], dtype: DType, atol: float | None, rtol: float | None
) -> float:
    """The factor of the largest singular value below which others count as zero."""
    if rtol is not None:
        return rtol
    return 0.0 if atol else epsilon(dtype) * int(dim_max(*shape[-2:]))


def _cutoff(s: Array, x: Array, atol: float | None, rtol: float | None) -> Array:
    factor = _relative_cutoff(x.shape, FROM_NUMPY[x.dtype], atol, rtol)
    return np.maximum(s.max(-1, initial=0, keepdims=True) * factor, atol or 0.0)


def _shape_for(name: str, x: TensorType, hermitian: bool) -> tuple[Shape, Dim, Dim]:
    if hermitian:
        square_shape(name, x)
    return matrix_shape(name, x)


def _singular_values(x: Array, hermitian: bool) -> Array:
    if hermitian:
        return np.abs(np.linalg.eigvalsh(x))
    return np.linalg.svd(x, compute_uv=False)


@op(
    "matrix_rank(Tensor A, float? tol=None, bool hermitian=False, *, float? atol=None,"
    " float? rtol=None) -> Tensor"
)
class MatrixRank:
    """How many singular values exceed max(atol, rtol times the largest), as i64.

    `rtol` is the precision times max(m, n) unless `atol` (also called `tol`) is given;
    `hermitian` says that the matrix is symmetric.
    """

    nondiff = "a count"
    dtypes, where, methods = FLOATS, ("linalg",), False
    autocast = "f32"
    samples = [S(m) for m in [*GENERAL, SINGULAR]]
    samples += [S(GENERAL[2], hermitian=True), S(SINGULAR, tol=6.0), S(SINGULAR, rtol=0.5)]

    def infer(
        x: TensorType,
        tol: float | None = None,
        hermitian: bool = False,
        atol: float | None = None,
        rtol: float | None = None,
    ) -> TensorType:
        batch, _, _ = _shape_for("matrix_rank", x, hermitian)
        return TensorType(batch, i64)

    def eager(
        x: Array,
        tol: float | None = None,
        hermitian: bool = False,
        atol: float | None = None,
        rtol: float | None = None,
    ) -> Array:
        fault = "holds NaN or infinity"
        call = finite(
            lambda a: _singular_values(a, hermitian), np.tril if hermitian else np.asarray
        )
        s = attempt("matrix_rank", fault, call, x, square=hermitian)
        cutoff = _cutoff(s, x, atol if tol is None else tol, rtol)
        return np.asarray((s > cutoff).sum(-1, dtype=np.int64))


@op("pinv(Tensor A, *, float? atol=None, float? rtol=None, bool hermitian=False) -> Tensor")
class Pinv:
    """The Moore-Penrose pseudo-inverse.

    Singular values of at most max(atol, rtol times the largest) count as zero; `rtol` is the
    precision times max(m, n) unless `atol` is given. `hermitian` says that A is symmetric.
    """

    dtypes, where, methods = FLOATS, ("linalg",), False
    autocast = "f32"
    samples = [S(m, atol=None, rtol=None, hermitian=False) for m in GENERAL]
    samples += [S(GENERAL[2], atol=None, rtol=None, hermitian=True)]
    samples += [S(SINGULAR, atol=0.01, rtol=None, hermitian=False)]

    def infer(x: TensorType, atol: float | None, rtol: float | None, hermitian: bool) -> TensorType:
        batch, m, n = _shape_for("pinv", x, hermitian)
        return TensorType((*batch, n, m), x.dtype)

    def eager(x: Array, atol: float | None, rtol: float | None, hermitian: bool) -> Array:
        fault = "holds NaN or infinity"
        if hermitian:
            values, u = attempt("pinv", fault, finite(np.linalg.eigh, np.tril), x)
            vh = adjoint(u)
        else:
            u, values, vh = attempt("pinv", fault, finite(thin_svd), x, square=False)
        good = np.abs(values) > _cutoff(np.abs(values), x, atol, rtol)
        inverse = np.where(good, 1 / np.where(good, values, 1), 0).astype(values.dtype)
        return back((adjoint(vh) * inverse[..., None, :]) @ adjoint(u), x)

    def compose(x: Tensor, atol: float | None, rtol: float | None, hermitian: bool) -> Tensor:
        if 0 in x.shape[-2:]:
            return F.zeros(x.mT.shape, dtype=x.dtype)
        if hermitian:
            values, u = F.eigh(widen(x))
            vh = u.mT
        else:
            u, values, vh = F.svd(widen(x), full_matrices=False)
        size = F.abs(values)
        factor = _relative_cutoff(x.shape, x.dtype, atol, rtol)
        cutoff = F.maximum(F.amax(size, -1, keepdim=True) * factor, atol or 0.0)
        inverse = F.where(size > cutoff, 1 / F.where(size > cutoff, values, 1), 0)
        return narrow(F.matmul(vh.mT * F.unsqueeze(inverse, -2), u.mT), x.dtype)

    vjp = {"A": lambda ct, out, A, hermitian: _pinv_gradient(ct, out, A, hermitian)}


def _pinv_gradient(ct: Tensor, out: Tensor, A: Tensor, hermitian: bool) -> Tensor:
    """Golub and Pereyra, The differentiation of pseudo-inverses (1973), for a constant rank."""
    p, a, ct = widen(out), widen(A), widen(ct)
    y = F.matmul(p.mT, ct)
    unseen = y.mT - F.matmul(a, F.matmul(p, y.mT)) - y
    beyond = ct - F.matmul(a.mT, y)
    result = F.matmul(unseen, p.mT) + F.matmul(p.mT, F.matmul(p, beyond.mT))
    # As in eigh() the matrix moves as a symmetric one.
    return (result + result.mT) / 2 if hermitian else result


@function()
def pinverse(input: Tensor, rcond: float = 1e-15) -> Tensor:
    """The pseudo-inverse, in which singular values up to `rcond` times the largest are zero."""
    return F.pinv(input, rtol=rcond)
