"""Orthogonal matrices in scratch memory: Householder reflections, completion of a basis."""

from __future__ import annotations

from hodu.dtypes import i64
from hodu.kernel.algebra import unary
from hodu.kernel.expr import INDEX, Expr, select
from hodu.lower.linalg.matrices import Rows


def triangularize(a: Rows, factors: Rows, columns: Expr, length: Expr) -> None:
    """Overwrite a matrix, given by its columns as rows, with R and the reflections that make it.

    Householder QR (Golub and Van Loan, Matrix Computations, 5.2.1) with the signs of LAPACK's
    larfg: H = I - factor v v^T, v[p] = 1 not stored. A column that is zero below the diagonal has
    factor 0.
    """
    k = a.k
    with k.loop(columns.min(length), name="p") as p:
        _reflection(a, factors, p, length)
        with k.loop(columns, p + 1, name="q") as q:
            reflect(a, factors, p, a, q, length)


def _reflection(a: Rows, factors: Rows, p: Expr, length: Expr) -> None:
    k = a.k
    first = a.get(p, p)
    below = k.let(a.dot(p, a, p, length, p + 1), "below")
    size = k.let(unary("sqrt", first * first + below), "size")
    beta = k.let(select(first < 0.0, size, -size), "beta")
    none = below.eq(0.0)
    factors.set(0, p, select(none, 0.0, (beta - first) / beta))
    with k.when(~none):
        with k.loop(length, p + 1, name="c") as c:
            a.set(p, c, a.get(p, c) / (first - beta))
        a.set(p, p, beta)


def reflect(a: Rows, factors: Rows, p: Expr, x: Rows, q: Expr, length: Expr) -> None:
    """Apply reflection p, which stands in row p of `a`, to row q of `x`."""
    k = a.k
    inner = x.get(q, p) + a.dot(p, x, q, length, p + 1)
    step = k.let(-(factors.get(0, p) * inner), "step")
    x.set(q, p, x.get(q, p) + step)
    x.add_scaled(q, a, p, step, length, p + 1)


def accumulate(a: Rows, factors: Rows, q: Rows, count: Expr, columns: Expr, length: Expr) -> None:
    """The first `count` columns of the product of all reflections, as rows of `q`.

    Backward accumulation (Golub and Van Loan, 5.1.6).
    """
    k = a.k
    with k.loop(count) as i:
        q.fill(i, length, 0.0)
        q.set(i, i, 1.0)
    inner = columns.min(length)
    with k.loop(inner, name="t") as t:
        p = k.let(inner - 1 - t, "p", (0, None))
        with k.loop(count, p, name="q") as row:
            reflect(a, factors, p, q, row, length)


def complete(basis: Rows, left: Rows, known: Expr, count: Expr, length: Expr) -> None:
    """Fill rows known to count with unit vectors orthogonal to those before and to each other.

    Gram-Schmidt, twice (Golub and Van Loan, 5.2.8), of the unit vector that is farthest from the
    span; `left` is memory for a vector.
    """
    k = basis.k
    with k.loop(length, name="c") as c:
        left.set(0, c, 1.0)
    with k.loop(known) as i:
        _subtract(basis, left, i, length)
    with k.loop(count, known) as i:
        basis.fill(i, length, 0.0)
        basis.set(i, _farthest(left, length), 1.0)
        with k.loop(2, name="turn"), k.loop(i, name="j") as j:
            basis.add_scaled(i, basis, j, -basis.dot(i, basis, j, length), length)
        size = k.let(unary("sqrt", basis.dot(i, basis, i, length)), "size")
        with k.loop(length, name="c") as c:
            basis.set(i, c, basis.get(i, c) / size)
        _subtract(basis, left, i, length)


def _subtract(basis: Rows, left: Rows, i: Expr, length: Expr) -> None:
    """Take what row i has of every unit vector from the squared distances to the span."""
    with basis.k.loop(length, name="c") as c:
        x = basis.get(i, c)
        left.set(0, c, left.get(0, c) - x * x)


def _farthest(left: Rows, length: Expr) -> Expr:
    k = left.k
    best = k.local("best", i64, init=0)
    with k.loop(length, 1, name="c") as c:
        known = left.get(0, k.load(best).cast(INDEX))
        with k.when(left.get(0, c) > known):
            k.store(best, 0, c.cast(i64))
    return k.let(k.load(best).cast(INDEX), "best", (0, None))
