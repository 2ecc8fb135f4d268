"""What follows from singular values: pseudo-inverses, least squares, ranks."""

from __future__ import annotations

from hodu.dtypes import DType, f64, i64
from hodu.kernel.algebra import constant, unary
from hodu.kernel.expr import Expr, select
from hodu.lower.index import Index, broadcast_index, product
from hodu.lower.linalg.jacobi import ranks
from hodu.lower.linalg.matrices import (
    Rows,
    Work,
    capacity,
    cubed,
    each_matrix,
    element,
    keep_stack,
    kept_rows,
    number_of,
    result,
)
from hodu.lower.linalg.spectrum import LEAST, Sides, Spectrum, eigen, position, sides, singular
from hodu.lower.program import Place
from hodu.lower.rules import kernel
from hodu.lower.stage import Stage
from hodu.ops._precision import epsilon

FAULT = "holds NaN or infinity"


def _tolerance(s: Stage, largest: Expr, m: Expr, n: Expr) -> Expr:
    """The size up to which values count as zero, by the op's attributes."""
    atol, rtol = s.attrs.get("atol"), s.attrs.get("rtol", s.attrs.get("rcond"))
    atol = atol if s.attrs.get("tol") is None else s.attrs["tol"]
    if rtol is not None:
        factor: Expr = constant(rtol, f64)
    else:
        factor = constant(0.0, f64) if atol else _precision(s.type().dtype, m, n)
    relative = largest * factor
    return s.k.let(select(relative > (atol or 0.0), relative, atol or 0.0), "tolerance")


def _precision(dtype: DType, m: Expr, n: Expr) -> Expr:
    return m.max(n).cast(f64) * epsilon(dtype)


def _spectrum(s: Stage, at: Index, work: Work, size: Sides, vectors: bool) -> Spectrum:
    """Eigenvalues where the op says that the matrix is symmetric, else singular values."""
    if s.attrs["hermitian"]:
        return eigen(s, at, work, size.short, FAULT, vectors=vectors)
    return singular(s, at, work, size, FAULT, vectors=vectors)


@kernel("matrix_rank")
def matrix_rank(s: Stage) -> None:
    """How many values exceed the tolerance."""
    *batch, m, n = s.in_extents()
    size = sides(m, n)

    def one(at: Index, work: Work) -> None:
        found = _spectrum(s, at, work, size, vectors=False)
        least = _tolerance(s, found.largest(size.short), m, n)
        s.write(at, _count_above(found, size.short, least))

    each_matrix(s, tuple(batch), cubed(m, n), one)


def _count_above(found: Spectrum, count: Expr, least: Expr) -> Expr:
    k = found.rows.k
    total = k.local("rank", i64, init=0)
    with k.loop(count) as i, k.when(unary("abs", found.value(i)) > least):
        k.store(total, 0, k.load(total) + 1)
    return k.let(k.load(total), "rank")


@kernel("pinv")
def pinv(s: Stage) -> None:
    """The sum of the outer products of singular vectors divided by their values."""
    *batch, m, n = s.in_extents()
    size = sides(m, n)

    def one(at: Index, work: Work) -> None:
        found = _spectrum(s, at, work, size, vectors=True)
        least = _tolerance(s, found.largest(size.short), m, n)
        inverse = work.rows(size.short, size.long, name="inverse")
        _invert(found, inverse, size, least, symmetric=s.attrs["hermitian"])
        with s.k.loops((size.short, size.long)) as (i, j):
            s.write((*at, *size.turned(j, i)), result(s, inverse.get(i, j)))

    each_matrix(s, tuple(batch), cubed(m, n), one)


def _invert(
    found: Spectrum, inverse: Rows, size: Sides, least: Expr, *, symmetric: bool = False
) -> None:
    """The pseudo-inverse of the tall one of a matrix and its transpose."""
    k = inverse.k
    with k.loop(size.short) as i:
        inverse.fill(i, size.long, 0.0)
    with k.loop(size.short, name="r") as r:
        value = found.values.get(0, r)
        there = unary("abs", value) > LEAST
        with k.when(there & (unary("abs", found.value(r)) > least)):
            rows = found.turns if symmetric else found.rows
            divisor = k.let(value if symmetric else value * value, "divisor")
            with k.loop(size.short) as i:
                factor = k.let(found.turns.get(r, i) / divisor / found.scale, "factor")
                inverse.add_scaled(i, rows, r, factor, size.long)


@kernel("lstsq")
def lstsq(s: Stage) -> None:
    """The pseudo-inverse of each matrix, then its product with all right-hand sides."""
    *batch, m, n = s.in_extents()
    size = sides(m, n)
    place = keep_stack(s, product(batch), n, m)

    def invert(at: Index, work: Work) -> None:
        found = singular(s, at, work, size, FAULT)
        least = _tolerance(s, found.largest(size.short), m, n)
        inverse = work.rows(size.short, size.long, name="inverse")
        _invert(found, inverse, size, least)
        kept = kept_rows(s, place, number_of(at, batch), n, m)
        with s.k.loops((size.short, size.long)) as (i, j):
            row, column = size.turned(j, i)
            kept.set(row, column, inverse.get(i, j))
        s.write(at, _count_above(found, size.short, least), 2)
        _write_sorted(s, at, work, found, size.short)

    each_matrix(s, tuple(batch), cubed(m, n), invert)
    s.split("lstsq")
    _multiply(s, place)


def _write_sorted(s: Stage, at: Index, work: Work, found: Spectrum, count: Expr) -> None:
    order = work.vector(count, i64, "order")
    ranks(found.values, order, count, descending=True)
    with s.k.loop(count) as i:
        s.write((*at, position(order, i)), result(s, found.value(i), 3), 3)


def _multiply(s: Stage, place: Place) -> None:
    """Solutions and, of tall matrices, residuals from the pseudo-inverses at `place`."""
    *batch, m, n = s.in_extents()
    *outer, _, columns = s.out_extents()
    rows, unknowns = s.type().shape[-2:]

    def one(at: Index, work: Work) -> None:
        own = broadcast_index(at, s.type(0).shape[:-2])
        other = broadcast_index(at, s.type(1).shape[:-2])
        inverse = kept_rows(s, place, number_of(own, batch), n, m)
        x, b = work.vector(n, name="x"), work.vector(m, name="b")
        with s.k.loop(columns, name="column") as column:
            with s.k.loop(m) as i:
                b.set(0, i, element(s, 1, (*other, i, column)))
            with s.k.loop(n) as i:
                x.set(0, i, inverse.dot(i, b, 0, m))
                s.write((*at, i, column), result(s, x.get(0, i)))
            if rows > unknowns:
                s.write((*at, column), result(s, _gap(s, own, x, b, m, n), 1), 1)

    each_matrix(s, tuple(outer), capacity(m) * capacity(n) * capacity(columns), one)


def _gap(s: Stage, own: Index, x: Rows, b: Rows, m: Expr, n: Expr) -> Expr:
    """The squared length of `A @ x - b`."""
    k = s.k
    total = k.local("total", f64, init=0.0)
    with k.loop(m) as i:
        gap = k.local("gap", f64, init=-b.get(0, i))
        with k.loop(n) as j:
            k.store(gap, 0, k.load(gap) + element(s, 0, (*own, i, j)) * x.get(0, j))
        k.store(total, 0, k.load(total) + k.load(gap) * k.load(gap))
    return k.load(total)
