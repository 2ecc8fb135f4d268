"""Reductions: one element for each row, of few long rows in two kernels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from hodu.dtypes import DType
from hodu.kernel.expr import Const, Expr, Ramp
from hodu.lower.index import Index, dense_strides, flat, product
from hodu.lower.program import Place
from hodu.lower.reducing.axes import Axes, row_axes
from hodu.lower.reducing.folds import Fold
from hodu.lower.reducing.rows import Nest, Row, lanes_for, vectorized
from hodu.lower.reducing.totals import Total
from hodu.lower.stage import Stage
from hodu.lower.storage import strided_position

Finish: TypeAlias = "Callable[[Expr], Expr]"
CHUNK = 1 << 15  # elements that one thread combines, whatever the number of threads
FEW = 8  # rows that are too few to keep the threads busy


def write_row(row: Row, value: Expr, number: int = 0) -> None:
    """Store the element of a result that belongs to a row."""
    s, axes = row.nest.stage, row.nest.axes
    s.collapse = axes.target
    s.write(axes.result(row.kept, s.out_type(number).rank), value, number)
    s.collapse = axes.source


def reduce(
    s: Stage,
    combined: Sequence[int],
    fold: Fold,
    dtype: DType,
    element: Callable[[Index], Expr],
    finish: Finish,
) -> None:
    """Store `finish(all elements of a row over the axes `combined` folded)` for all rows.

    `element` gives one of `dtype` by its position in the first input.
    """
    axes = row_axes(s, combined)
    lanes = lanes_for(s, dtype)
    step = _chunk(axes)
    if step is not None:
        _in_two_kernels(s, axes, step, fold, dtype, element, finish)
        return

    def write(lanes: int) -> None:
        def one(row: Row) -> None:
            write_row(row, finish(row.fold(fold, dtype, lambda p: element(axes.place(p)))))

        Nest(s, axes, lanes, is_wide=True).rows(one)

    vectorized(s, lanes, write)


def _chunk(axes: Axes) -> int | None:
    """How many elements of the first axis of rows to combine at a time; None for all of them."""
    rows = product([axes.extents[a] for a in axes.outer()])
    extents = [axes.extents[a] for a in axes.inner()]
    size = product([rows, *extents])
    if not isinstance(size, Const) or not isinstance(rows, Const) or not extents:
        return None
    if rows.value > FEW * (16 if not axes.reduced[-1] else 1) or size.value < 4 * CHUNK:
        return None
    first = extents[0]
    assert isinstance(first, Const)
    step = max(1, CHUNK * int(first.value) // int(size.value))
    return step if step < int(first.value) else None


def _in_two_kernels(
    s: Stage,
    axes: Axes,
    step: int,
    fold: Fold,
    dtype: DType,
    element: Callable[[Index], Expr],
    finish: Finish,
) -> None:
    """Combine chunks of the rows in threads, then what they gave, always in the same order."""
    kept = [axes.extents[a] for a in axes.outer()]
    length = axes.extents[axes.inner()[0]]
    count, rows = (length + (step - 1)) // step, product(kept)
    assert isinstance(count, Const) and isinstance(rows, Const)
    place = Place(
        s.lowering.new_slot("partial", dtype, int(count.value) * int(rows.value), "arena")
    )

    def write(lanes: int) -> None:
        partial = s.param(place, "out", "partial")
        nest = Nest(s, axes, lanes, is_wide=True)
        with s.k.loop(count, kind="parallel", name="chunk") as chunk:
            start = chunk * step
            span = (start, s.k.let((start + step).min(length), "end"))

            def one(row: Row) -> None:
                found = row.fold(fold, dtype, lambda p: element(axes.place(p)))
                at = strided_position(row.kept, dense_strides(kept))
                s.k.store(partial, chunk * rows + (at.base if isinstance(at, Ramp) else at), found)

            nest.rows(one, span)

    vectorized(s, lanes_for(s, dtype), write)
    s.split(s.node.op)
    _combine(s, axes, place, count, fold, dtype, finish)


def _combine(
    s: Stage,
    axes: Axes,
    place: Place,
    count: Expr,
    fold: Fold,
    dtype: DType,
    finish: Finish,
) -> None:
    """Store the rows from the `count` partial results that each has."""
    kept = [axes.extents[a] for a in axes.outer()]
    partial = s.param(place, "in", "partial")
    s.collapse = axes.target
    with s.k.loops(kept) as at:
        total = Total(s.k, fold, dtype, s.target)
        with s.k.loop(count, name="chunk") as chunk:
            total.add(s.k.load(partial, chunk * product(kept) + flat(at, kept)))
        found = s.k.let(total.value(), "folded")
        s.write(axes.result(at, s.out_type().rank), finish(found))
