"""Decompositions of matrices: Cholesky, QR, singular values, eigenvalues."""

from __future__ import annotations

from hodu.dtypes import f64, i64
from hodu.kernel.algebra import unary
from hodu.kernel.expr import Expr
from hodu.lower.index import Index
from hodu.lower.linalg.jacobi import ranks
from hodu.lower.linalg.matrices import (
    Rows,
    Work,
    cubed,
    each_matrix,
    element,
    fail_matrix,
    read_scaled,
    result,
)
from hodu.lower.linalg.orthogonal import accumulate, triangularize
from hodu.lower.linalg.spectrum import eigen, position, sides, singular, unit_rows
from hodu.lower.rules import kernel
from hodu.lower.stage import Stage


@kernel("cholesky")
def cholesky(s: Stage) -> None:
    """By rows (Golub and Van Loan, Matrix Computations, 4.2.5)."""
    *batch, n, _ = s.in_extents()
    upper = s.attrs["upper"]

    def turned(i: Expr, j: Expr) -> Index:
        return (j, i) if upper else (i, j)

    def one(at: Index, work: Work) -> None:
        lower = work.rows(n, n)
        with s.k.loop(n) as i:
            with s.k.loop(i, name="j") as j:
                x = element(s, 0, (*at, *turned(i, j))) - lower.dot(i, lower, j, j)
                lower.set(i, j, x / lower.get(j, j))
            rest = s.k.let(element(s, 0, (*at, i, i)) - lower.dot(i, lower, i, i), "rest")
            fail_matrix(s, rest <= 0.0, at, "cholesky", "is not positive definite")
            lower.set(i, i, unary("sqrt", rest))
            with s.k.loop(n, i + 1, name="j") as j:
                lower.set(i, j, 0.0)
        with s.k.loops((n, n)) as (i, j):
            s.write((*at, i, j), result(s, lower.get(*turned(i, j))))

    each_matrix(s, tuple(batch), cubed(n), one)


@kernel("qr")
def qr(s: Stage) -> None:
    """Householder QR of the matrix divided by a power of two."""
    *batch, m, n = s.in_extents()
    mode = s.attrs["mode"]
    inner = m if mode == "complete" else m.min(n)

    def one(at: Index, work: Work) -> None:
        a, factors = work.rows(n, m), work.vector(m.min(n), name="factors")
        scale = read_scaled(s, a, (n, m), lambda j, i: element(s, 0, (*at, i, j)), None)
        triangularize(a, factors, n, m)
        with s.k.loops((inner, n)) as (i, j):
            s.write((*at, i, j), result(s, _upper(s, a, i, j) * scale, 1), 1)
        if mode != "r":
            q = work.rows(inner, m)
            accumulate(a, factors, q, inner, n, m)
            with s.k.loops((m, inner)) as (i, j):
                s.write((*at, i, j), result(s, q.get(j, i)))

    each_matrix(s, tuple(batch), cubed(m, n), one)


def _upper(s: Stage, a: Rows, i: Expr, j: Expr) -> Expr:
    """An element of R, of which column j is row j of `a`."""
    found = s.k.local("found", f64, init=0.0)
    with s.k.when(i <= j):
        s.k.store(found, 0, a.get(j, i))
    return s.k.load(found)


@kernel("svd")
def svd(s: Stage) -> None:
    """One-sided Jacobi of the matrix or its transpose, whichever has fewer columns."""
    *batch, m, n = s.in_extents()
    size = sides(m, n)
    count = size.long if s.attrs["full_matrices"] else size.short
    fault = "has no singular values that converge: it holds NaN or infinity"

    def one(at: Index, work: Work) -> None:
        found = singular(s, at, work, size, fault)
        order = work.vector(size.short, i64, "order")
        ranks(found.values, order, size.short, descending=True)
        basis = unit_rows(work, found, order, size, count)
        with s.k.loop(size.short) as i:
            row = position(order, i)
            s.write((*at, row), result(s, found.value(i), 1), 1)
            with s.k.loop(size.short, name="c") as c:
                _write_vector(s, at, (row, c), found.turns.get(i, c), size.wide)
        with s.k.loops((count, size.long)) as (i, c):
            _write_vector(s, at, (i, c), basis.get(i, c), ~size.wide)

    each_matrix(s, tuple(batch), cubed(m, n), one)


def _write_vector(s: Stage, at: Index, place: Index, value: Expr, left: Expr) -> None:
    """Store an element of a singular vector: in U where it is a left one, else in Vh."""
    number, c = place
    with s.k.when(left):
        s.write((*at, c, number), result(s, value))
    with s.k.when(~left):
        s.write((*at, number, c), result(s, value, 2), 2)


@kernel("eigh")
def eigh(s: Stage) -> None:
    """Cyclic Jacobi."""
    *batch, n, _ = s.in_extents()
    fault = "has no eigenvalues that converge: it holds NaN or infinity"

    def one(at: Index, work: Work) -> None:
        found = eigen(s, at, work, n, fault, upper=s.attrs["UPLO"].upper() == "U")
        order = work.vector(n, i64, "order")
        ranks(found.values, order, n, descending=False)
        with s.k.loop(n) as i:
            column = position(order, i)
            s.write((*at, column), result(s, found.value(i)))
            with s.k.loop(n, name="c") as c:
                s.write((*at, c, column), result(s, found.turns.get(i, c), 1), 1)

    each_matrix(s, tuple(batch), cubed(n), one)
