"""LU factors, and determinants, which are products of their diagonals."""

from __future__ import annotations

from hodu.dtypes import f64, i32, i64
from hodu.kernel import math
from hodu.kernel.algebra import constant, unary
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import INDEX, Expr, select
from hodu.lower.index import Index
from hodu.lower.linalg.elimination import eliminate
from hodu.lower.linalg.matrices import Rows, Work, cubed, each_matrix, element, result
from hodu.lower.rules import kernel
from hodu.lower.stage import Stage

ZERO, ONE = constant(0.0, f64), constant(1.0, f64)


@kernel("lu")
def lu(s: Stage) -> None:
    """A permutation matrix and both factors."""
    *batch, m, n = s.in_extents()
    inner = m.min(n)

    def one(at: Index, work: Work) -> None:
        a, swaps = _factor(s, at, work, m, n, s.attrs["pivot"])
        with s.k.loops((m, inner)) as (i, j):
            factor = _either(s, j < i, a, i, j, select(i.eq(j), ONE, ZERO))
            s.write((*at, i, j), result(s, factor, 1), 1)
        with s.k.loops((inner, n)) as (i, j):
            s.write((*at, i, j), result(s, _either(s, i <= j, a, i, j, ZERO), 2), 2)
        order = _order(work, swaps, m, inner)
        with s.k.loops((m, m)) as (i, j):
            stands = order.get(0, j).eq(i.cast(i64))
            s.write((*at, i, j), result(s, select(stands, ONE, ZERO)))

    each_matrix(s, tuple(batch), cubed(m, n), one)


@kernel("lu_factor")
def lu_factor(s: Stage) -> None:
    """Both factors in one matrix, and the row exchanges."""
    *batch, m, n = s.in_extents()

    def one(at: Index, work: Work) -> None:
        a, swaps = _factor(s, at, work, m, n, s.attrs["pivot"])
        with s.k.loops((m, n)) as (i, j):
            s.write((*at, i, j), result(s, a.get(i, j)))
        with s.k.loop(m.min(n)) as i:
            row = i.cast(i64) if swaps is None else swaps.get(0, i)
            s.write((*at, i), (row + 1).cast(i32), 1)

    each_matrix(s, tuple(batch), cubed(m, n), one)


def _factor(
    s: Stage, at: Index, work: Work, m: Expr, n: Expr, pivot: bool
) -> tuple[Rows, Rows | None]:
    a = work.rows(m, n)
    swaps = work.vector(m.min(n), i64, "swaps") if pivot else None
    with s.k.loops((m, n)) as (i, j):
        a.set(i, j, element(s, 0, (*at, i, j)))
    eliminate(a, swaps, m, n)
    return a, swaps


def _either(s: Stage, condition: Expr, a: Rows, i: Expr, j: Expr, otherwise: Expr) -> Expr:
    """An element where `condition` holds, which says that it is there, else a number."""
    found = s.k.local("found", f64, init=otherwise)
    with s.k.when(condition):
        s.k.store(found, 0, a.get(i, j))
    return s.k.load(found)


def _order(work: Work, swaps: Rows | None, m: Expr, inner: Expr) -> Rows:
    """The rows in the order in which the exchanges bring them."""
    order = work.vector(m, i64, "order")
    with order.k.loop(m) as i:
        order.set(0, i, i.cast(i64))
    if swaps is not None:
        with order.k.loop(inner, name="p") as p:
            other = swaps.get(0, p).cast(INDEX)
            a, b = order.get(0, p), order.get(0, other)
            order.set(0, p, b)
            order.set(0, other, a)
    return order


@kernel("det")
def det(s: Stage) -> None:
    """The product of the pivots, negative after an odd number of exchanges."""
    *batch, n, _ = s.in_extents()

    def one(at: Index, work: Work) -> None:
        a, sign = _triangle(s, at, work, n)
        with s.k.loop(n) as i:
            s.k.store(sign, 0, s.k.load(sign) * a.get(i, i))
        s.write(at, result(s, s.k.load(sign)))

    each_matrix(s, tuple(batch), cubed(n), one)


@kernel("slogdet")
def slogdet(s: Stage) -> None:
    """The sign of the product of the pivots, and the sum of the logarithms of their sizes."""
    *batch, n, _ = s.in_extents()

    def one(at: Index, work: Work) -> None:
        a, sign = _triangle(s, at, work, n)
        total = s.k.local("total", f64, init=0.0)
        with s.k.loop(n) as i:
            x = a.get(i, i)
            turn = select(x.eq(0.0), 0.0, select(x < 0.0, constant(-1.0, f64), ONE))
            s.k.store(sign, 0, s.k.load(sign) * turn)
            s.k.store(total, 0, s.k.load(total) + math.log(s.k, s.k.let(unary("abs", x), "size")))
        s.write(at, result(s, s.k.load(sign)))
        s.write(at, result(s, s.k.load(total)), 1)

    each_matrix(s, tuple(batch), cubed(n), one)


def _triangle(s: Stage, at: Index, work: Work, n: Expr) -> tuple[Rows, Buf]:
    """The factors of a square matrix, and -1 or 1 for the number of exchanges."""
    a, swaps = _factor(s, at, work, n, n, True)
    assert swaps is not None
    sign = s.k.local("sign", f64, init=1.0)
    with s.k.loop(n) as i:
        turn = select(swaps.get(0, i).eq(i.cast(i64)), ONE, constant(-1.0, f64))
        s.k.store(sign, 0, s.k.load(sign) * turn)
    return a, sign
