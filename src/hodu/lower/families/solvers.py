"""Linear equations: inverses, solutions with one triangle or all of a matrix, least squares."""

from __future__ import annotations

from hodu.dtypes import i64
from hodu.kernel.expr import Expr, index
from hodu.lower.index import Index, broadcast_index, product
from hodu.lower.linalg.elimination import eliminate, solve_factored, substitute
from hodu.lower.linalg.matrices import (
    Rows,
    Work,
    cubed,
    each_matrix,
    element,
    fail_matrix,
    keep_stack,
    kept_rows,
    number_of,
    result,
)
from hodu.lower.rules import kernel
from hodu.lower.stage import Stage


@kernel("inverse")
def inverse(s: Stage) -> None:
    """The solutions for the columns of the identity."""
    *batch, n, _ = s.in_extents()

    def one(at: Index, work: Work) -> None:
        a, swaps = work.rows(n, n), work.vector(n, i64, "swaps")
        _factor(s, at, a, swaps, n, "inv")
        x = work.rows(n, n)
        x.set_identity(n)
        with s.k.loop(n, name="column") as column:
            solve_factored(a, swaps, x, column, n)
        with s.k.loops((n, n)) as (i, j):
            s.write((*at, i, j), result(s, x.get(j, i)))

    each_matrix(s, tuple(batch), cubed(n), one)


def _factor(s: Stage, at: Index, a: Rows, swaps: Rows, n: Expr, name: str) -> None:
    """Factor a square matrix of the first input; a singular one is an error."""
    with s.k.loops((n, n)) as (i, j):
        a.set(i, j, element(s, 0, (*at, i, j)))
    eliminate(a, swaps, n, n, lambda pivot: fail_matrix(s, pivot.eq(0.0), at, name, "is singular"))


@kernel("solve")
def solve(s: Stage) -> None:
    """Factor each matrix once, then solve for all right-hand sides that it has by broadcasting."""
    *batch, n, _ = s.in_extents()
    count = product(batch)
    factors, exchanges = keep_stack(s, count, n, n), keep_stack(s, count, index(1), n, i64)

    def factor(at: Index, work: Work) -> None:
        number = number_of(at, batch)
        a = kept_rows(s, factors, number, n, n)
        _factor(s, at, a, kept_rows(s, exchanges, number, index(1), n), n, "solve")

    each_matrix(s, tuple(batch), cubed(n), factor)
    s.split("solve")
    *batch, n, _ = s.in_extents()
    *outer, _, columns = s.out_extents()

    def one(at: Index, work: Work) -> None:
        own = broadcast_index(at, s.type(0).shape[:-2])
        number = number_of(own, batch)
        a = kept_rows(s, factors, number, n, n)
        swaps = kept_rows(s, exchanges, number, index(1), n)
        x = _right_hand_sides(s, at, work, n, columns)
        with s.k.loop(columns, name="column") as column:
            solve_factored(a, swaps, x, column, n)
        with s.k.loops((n, columns)) as (i, j):
            s.write((*at, i, j), result(s, x.get(j, i)))

    each_matrix(s, tuple(outer), cubed(n), one)


def _right_hand_sides(s: Stage, at: Index, work: Work, n: Expr, columns: Expr) -> Rows:
    """The columns of a matrix of the second input as rows."""
    own = broadcast_index(at, s.type(1).shape[:-2])
    x = work.rows(columns, n)
    with s.k.loops((n, columns)) as (i, j):
        x.set(j, i, element(s, 1, (*own, i, j)))
    return x


@kernel("solve_triangular")
def solve_triangular(s: Stage) -> None:
    """Substitution; `X @ A = B` is solved as `A.mT @ X.mT = B.mT`."""
    *_, n, _ = s.in_extents()
    *outer, rows, columns = s.out_extents()
    left = s.attrs["left"]
    sides = columns if left else rows

    def turned(i: Expr, j: Expr) -> Index:
        return (i, j) if left else (j, i)

    def one(at: Index, work: Work) -> None:
        a = _triangle(s, broadcast_index(at, s.type(0).shape[:-2]), work, n)
        own = broadcast_index(at, s.type(1).shape[:-2])
        x = work.rows(sides, n)
        with s.k.loops((n, sides)) as (i, j):
            x.set(j, i, element(s, 1, (*own, *turned(i, j))))
        with s.k.loop(sides, name="column") as column:
            lower = s.attrs["upper"] != left
            substitute(a, x, column, n, lower=lower, unit=s.attrs["unitriangular"])
        with s.k.loops((n, sides)) as (i, j):
            s.write((*at, *turned(i, j)), result(s, x.get(j, i)))

    each_matrix(s, tuple(outer), cubed(n), one)


def _triangle(s: Stage, own: Index, work: Work, n: Expr) -> Rows:
    """The matrix whose triangle counts, transposed where X stands on the left."""
    a = work.rows(n, n)
    with s.k.loops((n, n)) as (i, j):
        at = (i, j) if s.attrs["left"] else (j, i)
        a.set(i, j, element(s, 0, (*own, *at)))
    if not s.attrs["unitriangular"]:
        with s.k.loop(n) as i:
            zero = a.get(i, i).eq(0.0)
            fail_matrix(s, zero, own, "solve_triangular", "has a zero on its diagonal")
    return a
