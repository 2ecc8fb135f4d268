"""Gaussian elimination and substitution on matrices in scratch memory."""

from __future__ import annotations

from collections.abc import Callable

from hodu.dtypes import i64
from hodu.kernel.algebra import unary
from hodu.kernel.expr import INDEX, Expr, index, select
from hodu.lower.linalg.matrices import Rows


def eliminate(
    a: Rows,
    swaps: Rows | None,
    rows: Expr,
    columns: Expr,
    check: Callable[[Expr], None] | None = None,
) -> None:
    """Overwrite a matrix with its factors L (without its unit diagonal) and U.

    Outer products with partial pivoting (Golub and Van Loan, Matrix Computations, 3.2.6 and
    3.4.4): step i exchanges row i with row `swaps[i]`; None for no exchanges. A column of zeros is
    left as it is. `check` sees every pivot.
    """
    k = a.k
    with k.loop(rows.min(columns), name="p") as p:
        if swaps is not None:
            best = _largest(a, p, rows)
            swaps.set(0, p, best.cast(i64))
            with k.when(best.ne(p)):
                a.swap(p, best, columns)
        pivot = a.get(p, p)
        if check is not None:
            check(pivot)
        with k.loop(rows, p + 1, name="r") as r:
            below = a.get(r, p)
            factor = k.let(select(below.eq(0.0), below, below / pivot), "factor")
            a.set(r, p, factor)
            a.add_scaled(r, a, p, -factor, columns, p + 1)


def _largest(a: Rows, p: Expr, rows: Expr) -> Expr:
    """The row of the first largest element of column p at or below the diagonal; NaN is largest."""
    k = a.k
    best = k.local("best", i64, init=p.cast(i64))
    size = k.local("size", a.buf.dtype, init=unary("abs", a.get(p, p)))
    with k.loop(rows, p + 1, name="r") as r:
        x = k.let(unary("abs", a.get(r, p)), "x")
        known = k.let(k.load(size), "known")
        with k.when((x > known) | (x.ne(x) & known.eq(known))):
            k.store(size, 0, x)
            k.store(best, 0, r.cast(i64))
    return k.let(k.load(best).cast(INDEX), "best", (0, None))


def exchange(x: Rows, swaps: Rows, i: Expr, count: Expr) -> None:
    """Apply the exchanges of `eliminate` to the elements of row i."""
    with x.k.loop(count, name="p") as p:
        other = swaps.get(0, p).cast(INDEX)
        a, b = x.get(i, p), x.get(i, other)
        x.set(i, p, b)
        x.set(i, other, a)


def substitute(
    a: Rows,
    x: Rows,
    i: Expr,
    size: Expr,
    *,
    lower: bool,
    unit: bool,
) -> None:
    """Solve for row i of `x` in place with the lower or upper triangle of `a`.

    Row oriented substitution (Golub and Van Loan, 3.1.1 and 3.1.2): the right-hand sides and the
    solutions are rows of `x`. With `unit` the diagonal counts as ones.
    """
    k = x.k
    with k.loop(size, name="t") as t:
        r = t if lower else k.let(size - 1 - t, "r", (0, None))
        lo, hi = (index(0), r) if lower else (r + 1, size)
        rest = k.let(x.get(i, r) - x.dot(i, a, r, hi, lo), "rest")
        x.set(i, r, rest if unit else rest / a.get(r, r))


def solve_factored(a: Rows, swaps: Rows, x: Rows, i: Expr, size: Expr) -> None:
    """Solve for row i of `x` in place, given what `eliminate` made of a square matrix."""
    exchange(x, swaps, i, size)
    substitute(a, x, i, size, lower=True, unit=True)
    substitute(a, x, i, size, lower=False, unit=False)
