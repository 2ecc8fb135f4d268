"""Where the largest and smallest elements are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hodu.dtypes import DType, bool_, i32, i64
from hodu.kernel.algebra import broadcast
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import Const, Expr, Ramp, select
from hodu.kernel.narrow import computed
from hodu.lower.index import Index, dense_strides, product
from hodu.lower.reducing.axes import row_axes
from hodu.lower.reducing.folds import MAX, MIN, Fold
from hodu.lower.reducing.reduce import write_row
from hodu.lower.reducing.rows import Nest, Row, lanes_for, vectorized
from hodu.lower.rules import kernel
from hodu.lower.stage import Stage
from hodu.lower.storage import strided_position
from hodu.ops._rules import axes_of


@kernel("argmax")
def argmax(s: Stage) -> None:
    """The index of the first largest element, or of the first NaN."""
    _arg_extreme(s, MAX)


@kernel("argmin")
def argmin(s: Stage) -> None:
    """The index of the first smallest element, or of the first NaN."""
    _arg_extreme(s, MIN)


def _arg_extreme(s: Stage, fold: Fold) -> None:
    """The index of the extreme of each row."""
    dim = s.attrs["dim"]
    axes = row_axes(s, axes_of(None if dim is None else (dim,), s.type().rank))
    dtype = computed(s.type().dtype)
    extents = tuple(axes.extents[a] for a in axes.inner())
    count = product(extents)
    numbers = i32 if isinstance(count, Const) and count.value < 1 << 31 else i64
    numbers = i64 if dtype.bits == 64 else numbers

    def write(lanes: int) -> None:
        iota = s.table(np.arange(lanes, dtype=numbers.numpy), "iota") if lanes > 1 else None

        def one(row: Row) -> None:
            def index(p: Index) -> Expr:
                inner = tuple(p[a] for a in axes.inner())
                return _number(s, strided_position(inner, dense_strides(extents)), numbers, iota)

            if row.is_across and row.lanes > 1:
                _write(row, _in_one_pass(row, fold, dtype, numbers, index))
            else:
                _write(row, _in_two_passes(row, fold, dtype, count.cast(numbers), index))

        Nest(s, axes, lanes, is_wide=True).rows(one)

    # The indices are stored one by one, so that they need not be as many in a vector.
    lanes = lanes_for(s, dtype, results=False)
    vectorized(s, lanes if numbers.bits == dtype.bits else 1, write)


def _in_two_passes(
    row: Row, fold: Fold, dtype: DType, none: Expr, index: Callable[[Index], Expr]
) -> Expr:
    """The least index at which the extreme of the row stands."""
    s, place = row.nest.stage, row.nest.axes.place
    best = row.fold(fold, dtype, lambda p: s.read(0, place(p)))

    def standing(p: Index) -> Expr:
        return select(_stands(s.read(0, place(p)), best), index(p), none)

    return row.fold(MIN, none.dtype, standing)


def _in_one_pass(
    row: Row, fold: Fold, dtype: DType, numbers: DType, index: Callable[[Index], Expr]
) -> Expr:
    """The same for a vector of rows, whose elements lie too far apart to be read twice."""
    k, s, place = row.k, row.nest.stage, row.nest.axes.place
    best = k.local("best", dtype, lanes=row.lanes, init=fold.identity(dtype))
    at = k.local("at", numbers, lanes=row.lanes, init=0)

    def take(p: Index) -> None:
        x, held = k.let(s.read(0, place(p)), "x"), k.let(k.load(best), "held")
        better = x > held if fold.op == "max" else x < held
        if dtype.is_float:
            better = better | (x.ne(x) & held.eq(held))
        better = k.let(better, "better")
        k.store(best, 0, select(better, x, held))
        k.store(at, 0, select(better, index(p), k.load(at)))

    row.each(take)
    return k.let(k.load(at), "found")


def _write(row: Row, found: Expr) -> None:
    """Store the index of a row, or those of a vector of rows one by one."""
    last = row.kept[-1] if row.kept else None
    if not isinstance(last, Ramp):
        write_row(row, found.cast(i64))
        return
    k = row.k
    held = k.local("indices", found.dtype, last.lanes)
    k.store(held, 0, found)
    with k.loop(last.lanes, name="lane") as lane:
        single = Row(row.nest, (*row.kept[:-1], last.base + lane), 1)
        write_row(single, k.load(held, lane).cast(i64))


def _number(s: Stage, at: Expr, dtype: DType, iota: Buf | None) -> Expr:
    """A position, or consecutive ones, as numbers."""
    if not isinstance(at, Ramp):
        return at.cast(dtype)
    assert iota is not None
    return broadcast(at.base.cast(dtype), at.lanes) + s.k.load(iota, 0, at.lanes)


def _stands(x: Expr, best: Expr) -> Expr:
    """Whether an element is the extreme of its row; where that is NaN, whether it is NaN."""
    if x.dtype is bool_:
        return ~(x ^ best)
    same = x.eq(best)
    return same | (x.ne(x) & best.ne(best)) if x.dtype.is_float else same
