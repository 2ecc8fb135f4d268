"""Running sums, products and extremes along an axis, each row one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hodu.dtypes import i64
from hodu.kernel.expr import INDEX, Expr, select
from hodu.kernel.narrow import computed
from hodu.lower.families.exponential import log_of_sum
from hodu.lower.index import Index
from hodu.lower.indexing.scattering import fold
from hodu.lower.reducing.accumulated import accumulated
from hodu.lower.rules import kernel
from hodu.lower.stage import Stage
from hodu.ops._rules import axis_of

Walk = Callable[[Expr], Index]


@contextmanager
def _each_row(s: Stage) -> Iterator[tuple[Expr, Walk]]:
    """A loop over the rows along the axis of the op: the length, and the position of element i."""
    rank = s.type(0).rank
    axis = axis_of(s.attrs["dim"], rank)
    extents = s.in_extents(0) or s.extents((1,))
    with s.k.loops((*extents[:axis], *extents[axis + 1 :]), kind="parallel") as row:
        yield extents[axis], lambda i: (*row[:axis], i, *row[axis:]) if rank else ()


@kernel("cumsum", inlines=True, epilogue=True)
def cumsum(s: Stage) -> None:
    """The running sum."""
    _accumulate(s, "sum", 0)


@kernel("cumprod", inlines=True, epilogue=True)
def cumprod(s: Stage) -> None:
    """The running product."""
    _accumulate(s, "prod", 1)


def _accumulate(s: Stage, how: str, neutral: int) -> None:
    dtype, element = accumulated(s)
    with _each_row(s) as (length, at):
        total = s.k.local("total", dtype, init=neutral)
        with s.k.loop(length) as i:
            s.k.store(total, 0, fold(how, s.k.load(total), element(at(i))))
            s.write(at(i), s.k.load(total))


@kernel("logcumsumexp", inlines=True, epilogue=True)
def logcumsumexp(s: Stage) -> None:
    """The logarithm of the running sum of exponentials."""
    k = s.k
    with _each_row(s) as (length, at):
        total = k.local("total", computed(s.out_type().dtype), init=0)
        with k.loop(length) as i:
            x = k.let(s.read(0, at(i)), "x")
            joined = log_of_sum(k, k.let(k.load(total), "before"), x)
            k.store(total, 0, select(i.eq(0), x, joined))
            s.write(at(i), k.load(total))


@kernel("cummax", inlines=True)
def cummax(s: Stage) -> None:
    """The running maximum and where it last occurred; NaN stays."""
    _running(s, "amax")


@kernel("cummin", inlines=True)
def cummin(s: Stage) -> None:
    """The running minimum and where it last occurred; NaN stays."""
    _running(s, "amin")


def _running(s: Stage, how: str) -> None:
    k = s.k
    with _each_row(s) as (length, at):
        best = k.local("best", computed(s.type(0).dtype), init=0)
        where = k.local("where", INDEX, init=0)
        with k.loop(length) as i:
            x = k.let(s.read(0, at(i)), "x")
            k.store(best, 0, fold(how, select(i.eq(0), x, k.load(best)), x))
            moves = x.eq(k.load(best))
            moves = moves | x.ne(x) if x.dtype.is_float else moves
            k.store(where, 0, select(moves, i, k.load(where)))
            s.write(at(i), k.load(best), 0)
            s.write(at(i), k.load(where).cast(i64), 1)
