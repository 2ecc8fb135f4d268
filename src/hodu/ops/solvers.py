"""Linear equations: solve, inverse, determinants, least squares.

Everything works on stacks [..., n, n]. Small floats are computed in f32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dims import dim_min, provably_different
from hodu.dtypes import FLOATS, i64
from hodu.errors import ShapeError
from hodu.ops._matrices import adjoint, attempt, back, finite, matrix_shape, square_shape, thin_svd
from hodu.ops._precision import wide, widen
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, Promote, alias, function, op
from hodu.shapes import Shape, TensorType, broadcast_shapes, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_A = [[4.0, 1.0, -1.0], [0.5, 3.0, 2.0], [1.0, -2.0, 5.0]]
_B = [[0.0, 2.0, 1.0], [3.0, 0.5, 0.0], [1.0, 0.0, -4.0]]
SQUARE = [
    T(values=_A),
    T(values=[_A, _B]),
    T(values=[[[[-2.0]]]]),
    T(values=np.zeros((0, 0))),
    T(values=np.zeros((2, 0, 0))),
    T(values=np.zeros((0, 2, 2))),
]
SINGULAR = T(values=[[1.0, 2.0], [2.0, 4.0]])


@op("det(Tensor A) -> Tensor")
class Det:
    """The determinant of each matrix; that of a 0x0 matrix is 1."""

    dtypes, where = FLOATS, ("linalg",)
    autocast = "f32"
    samples = [S(m) for m in [*SQUARE, SINGULAR]]

    def infer(x: TensorType) -> TensorType:
        return TensorType(square_shape("det", x)[0], x.dtype)

    def eager(x: Array) -> Array:
        return back(np.linalg.det(wide(x)), x)

    vjp = {"A": lambda ct, out, A: widen(ct)[..., None, None] * _cofactors(A, out)}


def _cofactors(A: Tensor, det: Tensor) -> Tensor:
    """det(A) times the transposed inverse; of a singular matrix by its singular values.

    Each way is given a harmless matrix where the other counts.
    """
    x, det = widen(A), widen(det)[..., None, None]
    singular, n = det == 0, x.shape[-1]
    one = F.eye(n, dtype=x.dtype)
    regular = det * F.inverse(F.where(singular, one, x)).mT
    distinct = F.diag_embed(F.arange(1, n + 1, dtype=x.dtype))
    u, s, vh = F.svd(F.where(singular, x, distinct))
    sign = (F.det(u.detach()) * F.det(vh.detach()))[..., None]
    others = sign * F.prod(F.where(one == 1, 1, s[..., None, :]), -1)
    return F.where(singular, F.matmul(u * others[..., None, :], vh), regular)


@op("slogdet(Tensor A) -> (Tensor sign, Tensor logabsdet)")
class Slogdet:
    """The sign and the logarithm of the absolute value of each determinant; 0 and -inf at 0."""

    dtypes, where = FLOATS, ("linalg",)
    autocast = "f32"
    samples = [S(m) for m in [*SQUARE, T(dtype="f32", values=SINGULAR.values)]]

    def infer(x: TensorType) -> tuple[TensorType, TensorType]:
        result = TensorType(square_shape("slogdet", x)[0], x.dtype)
        return result, result

    def eager(x: Array) -> tuple[Array, Array]:
        sign, logabsdet = np.linalg.slogdet(wide(x))
        return back(sign, x), back(logabsdet, x)

    vjp = {"A": lambda ct_logabsdet, sign, A: _log_gradient(ct_logabsdet, widen(A), sign == 0)}


def _log_gradient(ct: Tensor | None, x: Tensor, singular: Tensor) -> Tensor | None:
    """The transposed inverse; NaN for a singular matrix, which has none."""
    if ct is None:
        return None
    singular = singular[..., None, None]
    one = F.eye(x.shape[-1], dtype=x.dtype)
    inverse = F.inverse(F.where(singular, one, x)).mT
    return F.where(singular, float("nan"), widen(ct)[..., None, None] * inverse)


@function()
def logdet(input: Tensor) -> Tensor:
    """The logarithm of each determinant: -inf where it is 0, NaN where it is negative."""
    sign, logabsdet = F.slogdet(input)
    return F.where(sign < 0, float("nan"), logabsdet)


@op("inverse(Tensor input) -> Tensor")
class Inverse:
    """The inverse of each matrix; a singular one is an error."""

    dtypes, where = FLOATS, ("linalg:inv",)
    autocast = "f32"
    samples = [S(m) for m in SQUARE]

    def infer(x: TensorType) -> TensorType:
        square_shape("inv", x)
        return x

    def eager(x: Array) -> Array:
        return back(attempt("inv", "is singular", np.linalg.inv, x), x)

    vjp = {"input": lambda ct, out: -F.matmul(F.matmul(out.mT, ct), out.mT)}


alias("inverse", "inv")


@op("solve(Tensor A, Tensor B) -> Tensor")
class Solve:
    """The X with `A @ X = B`, where B holds the right-hand sides as columns, [..., n, k]."""

    promote, dtypes, public = Promote.COMMON, FLOATS, False
    autocast = "f32"
    domain = (-2.0, 2.0)
    samples = [
        S(SQUARE[0], (3, 2)),
        S(SQUARE[1], (3, 1)),
        S(SQUARE[0], (2, 3, 2)),
        S(SQUARE[1], (4, 1, 3, 2)),
        S(SQUARE[0], (3, 0)),
        S(SQUARE[4], (0, 3)),
        S(SQUARE[5], (2, 3)),
    ]

    def infer(a: TensorType, b: TensorType) -> TensorType:
        batch, n = square_shape("solve", a)
        if b.rank < 2 or provably_different(b.shape[-2], n):
            raise ShapeError(
                f"solve() of {format_shape(a.shape)} and {format_shape(b.shape)}: the right-hand "
                f"side needs {n} rows",
                hint="it is a matrix [..., n, k], or one vector [..., n] for each matrix",
            )
        return TensorType((*broadcast_shapes(batch, b.shape[:-2]), *b.shape[-2:]), b.dtype)

    def eager(a: Array, b: Array) -> Array:
        if b.ndim < 2:
            raise ValueError("the right-hand side is not a matrix")
        return back(attempt("solve", "is singular", np.linalg.solve, a, wide(b)), b)

    def vjp(ct: Tensor, out: Tensor, A: Tensor) -> tuple[Any, Tensor]:
        ct_b = F._solve(widen(A).mT, widen(ct))
        return lambda: -F.matmul(ct_b, widen(out).mT), ct_b


@function(methods=False, where=("linalg",))
def solve(A: Tensor, B: Tensor, *, left: bool = True) -> Tensor:
    """The X with `A @ X = B` (with `X @ A = B` if not `left`); a singular A is an error.

    B is one vector [n], a vector for each matrix [*batch, n], or matrices [..., n, k].
    """
    vector = B.ndim == 1 or (B.ndim == A.ndim - 1 and B.shape == A.shape[:-1])
    if vector:
        return F.squeeze(F._solve(A, F.unsqueeze(B, -1)), -1)
    return F._solve(A, B) if left else F._solve(A.mT, B.mT).mT


@op(
    "solve_triangular(Tensor A, Tensor B, *, bool upper, bool left=True, bool unitriangular=False)"
    " -> Tensor"
)
class SolveTriangular:
    """The X with `A @ X = B` (`X @ A = B` if not `left`), reading one triangle of A.

    With `unitriangular` the diagonal counts as ones. A zero on the diagonal is an error.
    """

    promote, dtypes = Promote.COMMON, FLOATS
    autocast = "f32"
    where, methods, domain = ("linalg",), False, (-2.0, 2.0)
    samples = [
        S(SQUARE[0], (3, 2), upper=True),
        S(SQUARE[0], (2, 3, 2), upper=False),
        S(SQUARE[0], (2, 3), upper=True, left=False),
        S(SQUARE[1], (3, 2), upper=True, unitriangular=True),
        S(SQUARE[4], (0, 3), upper=False, left=True),
    ]

    def infer(
        a: TensorType, b: TensorType, upper: bool, left: bool = True, unitriangular: bool = False
    ) -> TensorType:
        batch, n = square_shape("solve_triangular", a)
        if b.rank < 2 or provably_different(b.shape[-2 if left else -1], n):
            raise ShapeError(
                f"solve_triangular() of {format_shape(a.shape)} and {format_shape(b.shape)}: the "
                f"right-hand side needs {n} {'rows' if left else 'columns'}"
            )
        return TensorType((*broadcast_shapes(batch, b.shape[:-2]), *b.shape[-2:]), b.dtype)

    def eager(
        a: Array, b: Array, upper: bool, left: bool = True, unitriangular: bool = False
    ) -> Array:
        triangle = np.triu(wide(a)) if upper else np.tril(wide(a))
        if unitriangular:
            n = a.shape[-1]
            triangle = np.where(np.eye(n, dtype=bool), triangle.dtype.type(1), triangle)
        fault = "has a zero on its diagonal"
        sides = (triangle, wide(b)) if left else (adjoint(triangle), adjoint(wide(b)))
        x = attempt("solve_triangular", fault, np.linalg.solve, *sides)
        return back(x if left else adjoint(x), b)

    def vjp(
        ct: Tensor, out: Tensor, A: Tensor, upper: bool, left: bool, unitriangular: bool
    ) -> tuple[Any, Tensor]:
        a, x = widen(A), widen(out)
        ct_b = F.solve_triangular(
            a.mT, widen(ct), upper=not upper, left=left, unitriangular=unitriangular
        )

        def ct_a() -> Tensor:
            whole = F.matmul(ct_b, x.mT) if left else F.matmul(x.mT, ct_b)
            return -(F.triu if upper else F.tril)(whole, int(unitriangular) * (1 if upper else -1))

        return ct_a, ct_b


@function()
def cholesky_solve(B: Tensor, L: Tensor, upper: bool = False) -> Tensor:
    """The X with `A @ X = B`, given the Cholesky factor of A."""
    lower = L.mT if upper else L
    half = F.solve_triangular(lower, B, upper=False)
    return F.solve_triangular(lower.mT, half, upper=True)


@op(
    "lstsq(Tensor A, Tensor B, float? rcond=None)"
    " -> (Tensor solution, Tensor residuals, Tensor rank, Tensor singular_values)"
)
class Lstsq:
    """The X of least norm that minimises `A @ X - B`, for matrices [..., m, n] and [..., m, k].

    `residuals` are the squared column norms of `A @ X - B`, empty unless m > n. Singular values
    below `rcond` (the precision times max(m, n)) times the largest count as zero.
    """

    promote, dtypes = Promote.COMMON, FLOATS
    autocast = "f32"
    where, methods, domain = ("linalg",), False, (-2.0, 2.0)
    samples = [
        S(T(values=[[3.0, 1.0], [1.0, -2.0], [0.5, 4.0]]), (3, 2), rcond=None),
        S(T(values=[[1.0, 2.0, 0.5], [-3.0, 1.0, 2.0]]), (2, 1), rcond=None),
        S(SQUARE[1], (2, 3, 2), rcond=None),
        S(SINGULAR, (2, 1), rcond=0.01),
    ]

    def infer(a: TensorType, b: TensorType, rcond: float | None) -> tuple[TensorType, ...]:
        batch, m, n = matrix_shape("lstsq", a)
        if b.rank < 2 or provably_different(b.shape[-2], m):
            raise ShapeError(
                f"lstsq() of {format_shape(a.shape)} and {format_shape(b.shape)}: the right-hand "
                f"side needs {m} rows"
            )
        columns = b.shape[-1]
        batch = broadcast_shapes(batch, b.shape[:-2])
        tall = m > n
        shapes: list[Shape] = [(*batch, n, columns), (*batch, columns) if tall else (0,)]
        types = [TensorType(s, a.dtype) for s in shapes]
        ranks = TensorType(a.shape[:-2], i64)
        return (*types, ranks, TensorType((*a.shape[:-2], dim_min(m, n)), a.dtype))

    def eager(a: Array, b: Array, rcond: float | None) -> tuple[Array, ...]:
        if b.ndim < 2:
            raise ValueError("the right-hand side is not a matrix")
        m, n = a.shape[-2:]
        u, s, vh = attempt("lstsq", "holds NaN or infinity", finite(thin_svd), a, square=False)
        cutoff = np.finfo(s.dtype).eps * max(m, n) if rcond is None else rcond
        good = s > cutoff * s.max(-1, initial=0, keepdims=True)
        inverse = np.where(good, 1 / np.where(good, s, 1), 0).astype(s.dtype)
        x = adjoint(vh) @ (inverse[..., None] * (adjoint(u) @ wide(b)))
        gap = ((wide(a) @ x - wide(b)) ** 2).sum(-2) if m > n else np.zeros(0)
        return back(x, b), back(gap, b), good.sum(-1, dtype=np.int64), back(s, a)

    def vjp(
        ct_solution: Tensor | None,
        ct_residuals: Tensor | None,
        ct_singular_values: Tensor | None,
        solution: Tensor,
        A: Tensor,
        B: Tensor,
        rcond: float | None,
    ) -> tuple[Tensor, Tensor]:
        """By the differential of a projector of constant rank (Golub and Pereyra 1973)."""
        a, x = widen(A), widen(solution)
        left = widen(B) - F.matmul(a, x)
        ct_x = F.zeros_like(x) if ct_solution is None else widen(ct_solution)
        ct_a, ct_b = F.zeros_like(a), F.zeros_like(left)
        if ct_residuals is not None and A.shape[-2] > A.shape[-1]:
            ct_b = 2 * left * F.unsqueeze(widen(ct_residuals), -2)
            ct_a = -F.matmul(ct_b, x.mT)
            ct_x = ct_x - F.matmul(a.mT, ct_b)
        if ct_singular_values is not None:
            u, _, vh = F.svd(a, full_matrices=False)
            ct_a = ct_a + F.matmul(u * F.unsqueeze(widen(ct_singular_values), -2), vh)
        inverse = F.pinv(a, rtol=rcond)
        y = F.matmul(inverse.mT, ct_x)
        ct_a = ct_a - F.matmul(y, x.mT) + F.matmul(left, F.matmul(inverse, y).mT)
        beyond = ct_x - F.matmul(a.mT, y)
        return ct_a + F.matmul(F.matmul(inverse.mT, x), beyond.mT), ct_b + y
