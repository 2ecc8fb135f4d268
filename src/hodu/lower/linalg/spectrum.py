"""Singular values and eigenvalues of the matrices of an op's first input."""

from __future__ import annotations

from dataclasses import dataclass

from hodu.dtypes import f64, i64
from hodu.kernel.algebra import unary
from hodu.kernel.expr import INDEX, Expr, select
from hodu.lower.index import Index
from hodu.lower.linalg.jacobi import NOTHING, diagonalize, norms, orthogonalize
from hodu.lower.linalg.matrices import Rows, Work, element, fail_matrix, read_scaled
from hodu.lower.linalg.orthogonal import complete
from hodu.lower.stage import Stage

LEAST = NOTHING**0.5


@dataclass(frozen=True, slots=True)
class Sides:
    """The sizes of matrices m x n: the shorter, the longer, and whether there are more columns."""

    short: Expr
    long: Expr
    wide: Expr

    def turned(self, i: Expr, j: Expr) -> Index:
        """The position (j, i) in a tall matrix, (i, j) in a wide one."""
        return select(self.wide, i, j), select(self.wide, j, i)


def sides(m: Expr, n: Expr) -> Sides:
    """The sides of matrices of m rows and n columns."""
    return Sides(m.min(n), m.max(n), m < n)


@dataclass(frozen=True, slots=True)
class Spectrum:
    """What is known of one matrix, in no particular order, and divided by `scale`.

    Of singular values: `turns.T @ rows` is the matrix (a wide one) or its transpose; row i of
    `rows` has the length `values[i]` and is orthogonal to the others; `turns` is orthogonal.
    Of eigenvalues: row i of `turns` is the eigenvector of `values[i]`.
    """

    values: Rows
    rows: Rows
    turns: Rows
    scale: Expr

    def value(self, i: Expr) -> Expr:
        """A value of the matrix itself."""
        return self.values.get(0, i) * self.scale

    def largest(self, count: Expr) -> Expr:
        """The largest size of a value of the matrix, 0 of none."""
        k = self.values.k
        largest = k.local("largest", f64, init=0.0)
        with k.loop(count) as i:
            size = k.let(unary("abs", self.value(i)), "size")
            k.store(largest, 0, select(size > k.load(largest), size, k.load(largest)))
        return k.let(k.load(largest), "largest")


def singular(
    s: Stage, at: Index, work: Work, size: Sides, fault: str, *, vectors: bool = True
) -> Spectrum:
    """The singular values of a matrix; one that is not finite is an error, the op's `fault`."""
    rows = work.rows(size.short, size.long)
    turns = work.rows(size.short, size.short) if vectors else rows
    scale = read_scaled(
        s,
        rows,
        (size.short, size.long),
        lambda i, j: element(s, 0, (*at, *size.turned(i, j))),
        lambda bad: fail_matrix(s, bad, at, s.node.op, fault),
    )
    if vectors:
        turns.set_identity(size.short)
    orthogonalize(rows, turns if vectors else None, size.short, size.long)
    values = work.vector(size.short, name="values")
    norms(rows, values, size.short, size.long)
    return Spectrum(values, rows, turns, scale)


def eigen(
    s: Stage,
    at: Index,
    work: Work,
    n: Expr,
    fault: str,
    *,
    upper: bool = False,
    vectors: bool = True,
) -> Spectrum:
    """The eigenvalues of a symmetric matrix of which one triangle is read."""
    rows = work.rows(n, n)
    turns = work.rows(n, n) if vectors else rows

    def read(i: Expr, j: Expr) -> Expr:
        first, last = (i.min(j), i.max(j)) if upper else (i.max(j), i.min(j))
        return element(s, 0, (*at, first, last))

    scale = read_scaled(
        s, rows, (n, n), read, lambda bad: fail_matrix(s, bad, at, s.node.op, fault)
    )
    if vectors:
        turns.set_identity(n)
    diagonalize(rows, turns if vectors else None, n)
    values = work.vector(n, name="values")
    with s.k.loop(n) as i:
        values.set(0, i, rows.get(i, i))
    return Spectrum(values, rows, turns, scale)


def unit_rows(work: Work, found: Spectrum, order: Rows, size: Sides, count: Expr) -> Rows:
    """Orthonormal rows: those of singular values in `order`, then more up to `count`.

    Where a singular value is zero, any unit vector that is orthogonal to the others.
    """
    k = found.rows.k
    basis = work.rows(count, size.long, name="basis")
    known = k.local("known", i64, init=0)
    with k.loop(size.short) as i:
        length = found.values.get(0, i)
        with k.when(length > LEAST):
            row = position(order, i)
            with k.loop(size.long, name="c") as c:
                basis.set(row, c, found.rows.get(i, c) / length)
            k.store(known, 0, k.load(known) + 1)
    first = k.let(k.load(known).cast(INDEX), "known", (0, None))
    complete(basis, work.vector(size.long, name="left"), first, count, size.long)
    return basis


def position(order: Rows, i: Expr) -> Expr:
    """Where something stands in an order."""
    return order.k.let(order.get(0, i).cast(INDEX), "row", (0, None))
