"""Singular values and symmetric eigenvalues by Jacobi rotations, in scratch memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hodu.dtypes import bool_, f64, i64
from hodu.kernel.algebra import constant, unary
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.expr import Expr, select
from hodu.lower.linalg.matrices import Rows

SWEEPS = 60  # far more than ever needed: convergence is quadratic
EPSILON = 2.0**-52
ONE = constant(1, i64)
NOTHING = 1e-200  # the square of a length, next to 1, that is no direction any more


def orthogonalize(a: Rows, turns: Rows | None, count: Expr, length: Expr) -> None:
    """Rotate the rows of a matrix until they are orthogonal, and those of `turns` alike.

    One-sided Jacobi (Hestenes 1958; Demmel and Veselic, Jacobi's method is more accurate than QR,
    1992): the lengths of the rows are then the singular values. The largest element is about 1.
    """
    k = a.k
    tolerance = k.let(unary("sqrt", length.cast(f64)) * (4 * EPSILON), "tolerance")
    sweep = _Sweeps(k)
    with sweep.loop(), k.loop(count, name="p") as p, k.loop(count, p + 1, name="q") as q:
        alpha, beta = a.dot(p, a, p, length), a.dot(q, a, q, length)
        gamma = a.dot(p, a, q, length)
        least = tolerance * unary("sqrt", alpha) * unary("sqrt", beta)
        there = (alpha > NOTHING) & (beta > NOTHING)
        with k.when(there & (unary("abs", gamma) > least)):
            sweep.rotated()
            cosine, sine, _ = _rotation(k, alpha, beta, gamma)
            a.rotate(p, q, cosine, sine, length)
            if turns is not None:
                turns.rotate(p, q, cosine, sine, count)


def diagonalize(a: Rows, turns: Rows | None, size: Expr) -> None:
    """Rotate rows and columns of a symmetric matrix until it is diagonal; `turns` has the rows.

    Cyclic Jacobi (Golub and Van Loan, Matrix Computations, 8.5.3): the diagonal of `a` is then the
    eigenvalues, and the rows of `turns`, the identity before, the eigenvectors.
    """
    k = a.k
    total = k.local("total", f64, init=0.0)
    with k.loop(size) as i:
        k.store(total, 0, k.load(total) + a.dot(i, a, i, size))
    least = k.let(unary("sqrt", k.load(total)) * (EPSILON / 4), "least")
    sweep = _Sweeps(k)
    with sweep.loop(), k.loop(size, name="p") as p, k.loop(size, p + 1, name="q") as q:
        is_large = unary("abs", a.get(p, q)) > least
        with k.when(is_large):
            sweep.rotated()
            _annihilate(a, p, q, size, turns)


def _annihilate(a: Rows, p: Expr, q: Expr, size: Expr, turns: Rows | None) -> None:
    """Make element (p, q) zero: the rows are turned, and the columns are the same by symmetry."""
    k = a.k
    alpha, beta, gamma = a.get(p, p), a.get(q, q), a.get(p, q)
    cosine, sine, tangent = _rotation(k, alpha, beta, gamma)
    a.rotate(p, q, cosine, sine, size)
    with k.loop(size, name="c") as c:
        a.set(c, p, a.get(p, c))
        a.set(c, q, a.get(q, c))
    a.set(p, p, alpha - tangent * gamma)
    a.set(q, q, beta + tangent * gamma)
    a.set(p, q, 0.0)
    a.set(q, p, 0.0)
    if turns is not None:
        turns.rotate(p, q, cosine, sine, size)


def _rotation(k: KernelBuilder, alpha: Expr, beta: Expr, gamma: Expr) -> tuple[Expr, Expr, Expr]:
    """Cosine, sine and tangent of the smaller angle that diagonalizes [[alpha, gamma], [., beta]].

    Golub and Van Loan, 8.5.1.
    """
    zeta = k.let((beta - alpha) / (gamma * 2.0), "zeta")
    size = unary("abs", zeta) + unary("sqrt", zeta * zeta + 1.0)
    tangent = k.let(select(zeta < 0.0, -1.0 / size, 1.0 / size), "tangent")
    cosine = k.let(1.0 / unary("sqrt", tangent * tangent + 1.0), "cosine")
    return cosine, k.let(cosine * tangent, "sine"), tangent


def norms(a: Rows, values: Rows, count: Expr, length: Expr) -> None:
    """The lengths of rows."""
    with a.k.loop(count) as i:
        values.set(0, i, unary("sqrt", a.dot(i, a, i, length)))


def ranks(values: Rows, order: Rows, count: Expr, *, descending: bool) -> None:
    """Where each of some numbers stands when they are sorted; equal ones keep their order."""
    k = values.k
    with k.loop(count) as i:
        own = values.get(0, i)
        before = k.local("before", i64, init=0)
        with k.loop(count, name="j") as j:
            other = values.get(0, j)
            first = (other > own) if descending else (other < own)
            comes = first | (other.eq(own) & (j < i))
            k.store(before, 0, k.load(before) + select(comes, ONE, 0))
        order.set(0, i, k.load(before))


class _Sweeps:
    """Turns of a loop that ends after one in which nothing was rotated."""

    def __init__(self, k: KernelBuilder) -> None:
        self._k = k
        self._moved = k.local("moved", bool_, init=True)
        self._count = k.local("sweeps", i64, init=0)

    @contextmanager
    def loop(self) -> Iterator[None]:
        """The loop."""
        k = self._k
        with k.loop_while(k.load(self._moved) & (k.load(self._count) < SWEEPS)):
            k.store(self._moved, 0, False)
            k.store(self._count, 0, k.load(self._count) + 1)
            yield

    def rotated(self) -> None:
        """Something was rotated: there has to be another turn."""
        self._k.store(self._moved, 0, True)
