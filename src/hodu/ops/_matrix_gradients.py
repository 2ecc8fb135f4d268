"""Gradients of decompositions of matrices, all on stacks [..., m, n].

Sources: Giles, An extended collection of matrix derivative results for forward and reverse mode
algorithmic differentiation (2008); Murray, Differentiation of the Cholesky decomposition (2016);
Townsend, Differentiating the singular value decomposition (2016); Seeger et al.,
Auto-differentiating linear algebra (2017); Walter and Lehmann, Algorithmic differentiation of
linear algebra functions with application in optimum experimental design (2012).

Vectors that are not unique (of equal values, or that complete a basis) have the gradient of what
does not depend on their choice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hodu.dims import Dim
from hodu.ops._precision import widen
from hodu.ops._table import F

if TYPE_CHECKING:
    from hodu._tensor import Tensor


def cholesky_gradient(ct: Tensor, out: Tensor, upper: bool) -> Tensor:
    """As in PyTorch symmetric, as if both triangles were read (Murray, equation 10)."""
    lower, ct = (widen(t.mT if upper else t) for t in (out, ct))
    inner = _mirrored(F.matmul(lower.mT, ct)) / 2
    half = F.solve_triangular(lower.mT, inner, upper=True)
    return F.solve_triangular(lower, half, upper=False, left=False)


def qr_gradient(
    ct_Q: Tensor | None, ct_R: Tensor | None, Q: Tensor, R: Tensor, A: Tensor, mode: str
) -> Tensor:
    """Walter and Lehmann; the columns of A beyond its rows are Q times those of R."""
    if mode == "r":
        Q, ct_Q = F.qr(widen(A))[0], None
    m, n = A.shape[-2:]
    k = n if m >= n else m
    q, r = widen(Q[..., :k]), widen(R[..., :k, :])
    ct_q = F.zeros_like(q) if ct_Q is None else _of_leading(widen(ct_Q), widen(Q), k)
    ct_r = F.zeros_like(r) if ct_R is None else widen(ct_R[..., :k, :])
    if m >= n:
        return _square_qr_gradient(ct_q, ct_r, q, r)
    ct_rest = ct_r[..., k:]
    ct_q = ct_q + F.matmul(q, F.matmul(r[..., k:], ct_rest.mT))
    square = _square_qr_gradient(ct_q, ct_r[..., :k], q, r[..., :k])
    return F.cat([square, F.matmul(q, ct_rest)], -1)


def _square_qr_gradient(ct_q: Tensor, ct_r: Tensor, q: Tensor, r: Tensor) -> Tensor:
    """For a square R."""
    inner = _mirrored(F.matmul(r, ct_r.mT) - F.matmul(ct_q.mT, q))
    return F.solve_triangular(r.mT, ct_q + F.matmul(q, inner), upper=False, left=False)


def svd_gradient(
    ct_U: Tensor | None,
    ct_S: Tensor | None,
    ct_Vh: Tensor | None,
    U: Tensor,
    S: Tensor,
    Vh: Tensor,
) -> Tensor:
    """Townsend, equations 22 to 24; infinite where singular vectors of equal values are used."""
    s, k = widen(S), S.shape[-1]
    left, right = widen(U), widen(Vh).mT
    u, v = left[..., :k], right[..., :k]
    column = F.unsqueeze(s, -1)
    inner = F.diag_embed(F.zeros_like(s) if ct_S is None else widen(ct_S))
    outer = []
    if ct_U is not None:
        ct_u = _of_leading(widen(ct_U), left, k)
        inner = inner + _rotation(u, ct_u, s * s) * column.mT
        if u.shape[-2] != k:
            outer.append(F.matmul(_beyond(u, ct_u / column.mT), v.mT))
    if ct_Vh is not None:
        ct_v = _of_leading(widen(ct_Vh).mT, right, k)
        inner = inner + column * _rotation(v, ct_v, s * s)
        if v.shape[-2] != k:
            outer.append(F.matmul(u, _beyond(v, ct_v / column.mT).mT))
    return sum(outer, F.matmul(F.matmul(u, inner), v.mT))


def eigh_gradient(
    ct_eigenvalues: Tensor | None,
    ct_eigenvectors: Tensor | None,
    eigenvalues: Tensor,
    eigenvectors: Tensor,
) -> Tensor:
    """Giles, section 3.1; as in PyTorch symmetric, as if both triangles were read."""
    values, v = widen(eigenvalues), widen(eigenvectors)
    ct_values = F.zeros_like(values) if ct_eigenvalues is None else widen(ct_eigenvalues)
    inner = F.diag_embed(ct_values)
    if ct_eigenvectors is not None:
        inner = inner + _rotation(v, widen(ct_eigenvectors), values) / 2
    return F.matmul(F.matmul(v, inner), v.mT)


def lu_gradient(
    ct_L: Tensor | None, ct_U: Tensor | None, P: Tensor, L: Tensor, U: Tensor
) -> Tensor:
    """Walter and Lehmann; rows beyond the columns of A, or columns beyond its rows, are solved."""
    m, n, k = L.shape[-2], U.shape[-1], L.shape[-1]
    lower, upper = widen(L), widen(U)
    ct_l = F.zeros_like(lower) if ct_L is None else widen(ct_L)
    ct_u = F.zeros_like(upper) if ct_U is None else widen(ct_U)
    l1, u1 = lower[..., :k, :], upper[..., :k]
    below = F.matmul(l1.mT, ct_l[..., :k, :])
    above = F.matmul(ct_u[..., :k], u1.mT)
    if n > k:
        below = below - F.matmul(ct_u[..., k:], upper[..., k:].mT)
    if m > k:
        above = above - F.matmul(lower[..., k:, :].mT, ct_l[..., k:, :])
    inner = F.tril(below, -1) + F.triu(above)
    result = F.solve_triangular(u1.mT, inner, upper=False, left=False)
    if n > k:
        result = F.cat([result, ct_u[..., k:]], -1)
    result = F.solve_triangular(l1.mT, result, upper=True, unitriangular=True)
    if m > k:
        rest = F.solve_triangular(u1.mT, ct_l[..., k:, :], upper=False, left=False)
        result = F.cat([result, rest], -2)
    return F.matmul(widen(P), result)


def lu_factor_gradient(ct_LU: Tensor, A: Tensor, pivot: bool) -> Tensor:
    """That of `lu`, done once more: the exchanges of rows are no permutation to multiply by."""
    p, lower, upper = F.lu(widen(A), pivot=pivot)
    k = lower.shape[-1]
    ct = widen(ct_LU)
    return lu_gradient(F.tril(ct, -1)[..., :k], F.triu(ct)[..., :k, :], p, lower, upper)


def _mirrored(x: Tensor) -> Tensor:
    """The symmetric matrix with the lower triangle of `x`."""
    return F.tril(x) + F.tril(x, -1).mT


def _rotation(basis: Tensor, ct: Tensor, values: Tensor) -> Tensor:
    """How the gradient `ct` turns the columns of `basis` into each other, as they may turn."""
    turn = F.matmul(basis.mT, ct)
    gaps = F.unsqueeze(values, -2) - F.unsqueeze(values, -1)
    return (turn - turn.mT) / (gaps + F.eye(values.shape[-1], dtype=values.dtype))


def _beyond(basis: Tensor, x: Tensor) -> Tensor:
    """The part of `x` outside of what the columns of `basis` span."""
    return x - F.matmul(basis, F.matmul(basis.mT, x))


def _of_leading(ct: Tensor, basis: Tensor, k: Dim) -> Tensor:
    """The gradient of the first `k` columns, of which the others are the complement.

    They turn as the first do, and not into each other: d rest = -lead (d lead)^T rest.
    """
    if basis.shape[-1] == k:
        return ct
    lead, rest = basis[..., :k], basis[..., k:]
    return ct[..., :k] - F.matmul(rest, F.matmul(ct[..., k:].mT, lead))
