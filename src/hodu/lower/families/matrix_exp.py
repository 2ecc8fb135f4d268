"""The exponential of matrices."""

from __future__ import annotations

from hodu.dtypes import f64, i64
from hodu.kernel.algebra import constant, unary
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import Expr
from hodu.lower.index import Index
from hodu.lower.linalg.elimination import eliminate, solve_factored
from hodu.lower.linalg.matrices import Rows, Work, cubed, each_matrix, element, result
from hodu.lower.rules import kernel
from hodu.lower.stage import Stage
from hodu.ops.matrix_functions import PADE, PADE_NORM


@kernel("matrix_exp")
def matrix_exp(s: Stage) -> None:
    """Scaling and squaring with the [13/13] Pade approximant.

    Higham, The Scaling and Squaring Method for the Matrix Exponential Revisited (2005): with
    u = a p(a^2) and v = q(a^2), exp(a) is about (v - u)^-1 (v + u).
    """
    *batch, n, _ = s.in_extents()

    def one(at: Index, work: Work) -> None:
        a = work.rows(n, n, name="a")
        with s.k.loops((n, n)) as (i, j):
            a.set(i, j, element(s, 0, (*at, i, j)))
        halvings = _halve(a, n)
        found, other = work.rows(n, n, name="found"), work.rows(n, n, name="other")
        _approximate(work, a, n, found)
        _square(found, other, n, halvings)
        with s.k.loops((n, n)) as (i, j):
            s.write((*at, i, j), result(s, found.get(i, j)))

    each_matrix(s, tuple(batch), 20 * cubed(n), one)


def _halve(a: Rows, n: Expr) -> Buf:
    """Halve a matrix until its largest column sum of magnitudes suits the approximant.

    Returns how often; never for one that is not finite.
    """
    k = a.k
    norm = k.local("norm", f64, init=0.0)
    with k.loop(n, name="j") as j:
        total = k.local("total", f64, init=0.0)
        with k.loop(n) as i:
            k.store(total, 0, k.load(total) + unary("abs", a.get(i, j)))
        with k.when(~(k.load(total) <= k.load(norm))):
            k.store(norm, 0, k.load(total))
    halvings, factor = k.local("halvings", i64, init=0), k.local("factor", f64, init=1.0)
    size = k.let(k.load(norm), "size")
    with k.when((size - size).eq(0.0)), k.loop_while(size * k.load(factor) > PADE_NORM):
        k.store(factor, 0, k.load(factor) * 0.5)
        k.store(halvings, 0, k.load(halvings) + 1)
    with k.loops((n, n)) as (i, j):
        a.set(i, j, a.get(i, j) * k.load(factor))
    return halvings


def _approximate(work: Work, a: Rows, n: Expr, found: Rows) -> None:
    a2, a4, a6 = (work.rows(n, n, name=f"power{p}_") for p in (2, 4, 6))
    for target, x, y in ((a2, a, a), (a4, a2, a2), (a6, a4, a2)):
        _multiply(target, x, y, n)
    powers = (a2, a4, a6)
    inner, odd, even = (work.rows(n, n, name=name) for name in ("inner", "odd", "even"))
    _combine(inner, None, powers, (PADE[9], PADE[11], PADE[13]), n)
    _multiply(even, a6, inner, n)
    _combine(even, PADE[1], powers, (PADE[3], PADE[5], PADE[7]), n, add=True)
    _multiply(odd, a, even, n)
    _combine(inner, None, powers, (PADE[8], PADE[10], PADE[12]), n)
    _multiply(even, a6, inner, n)
    _combine(even, PADE[0], powers, (PADE[2], PADE[4], PADE[6]), n, add=True)
    _divide(work, odd, even, inner, n)
    with found.k.loops((n, n)) as (i, j):
        found.set(j, i, inner.get(i, j))


def _divide(work: Work, odd: Rows, even: Rows, found: Rows, n: Expr) -> None:
    """The columns of (even - odd)^-1 (even + odd) as rows of `found`; overwrites `even`."""
    k = found.k
    swaps = work.vector(n, i64, "swaps")
    with k.loops((n, n)) as (i, j):
        u, v = odd.get(i, j), even.get(i, j)
        found.set(j, i, v + u)
        even.set(i, j, v - u)
    eliminate(even, swaps, n, n)
    with k.loop(n, name="column") as column:
        solve_factored(even, swaps, found, column, n)


def _multiply(target: Rows, x: Rows, y: Rows, n: Expr) -> None:
    """`target = x @ y` as sums of rows of y."""
    with target.k.loop(n) as i:
        target.fill(i, n, 0.0)
        with target.k.loop(n, name="d") as d:
            target.add_scaled(i, y, d, x.get(i, d), n)


def _combine(
    target: Rows,
    one: float | None,
    powers: tuple[Rows, ...],
    factors: tuple[float, ...],
    n: Expr,
    *,
    add: bool = False,
) -> None:
    """A sum of multiples of matrices, and `one` times the identity, in or added to `target`."""
    k = target.k
    with k.loop(n) as i:
        if not add:
            target.fill(i, n, 0.0)
        for power, factor in zip(powers, factors, strict=True):
            target.add_scaled(i, power, i, constant(factor, f64), n)
        if one is not None:
            target.set(i, i, target.get(i, i) + one)


def _square(found: Rows, other: Rows, n: Expr, times: Buf) -> None:
    k = found.k
    with k.loop_while(k.load(times) > 0):
        k.store(times, 0, k.load(times) - 1)
        _multiply(other, found, found, n)
        with k.loops((n, n)) as (i, j):
            found.set(i, j, other.get(i, j))
