"""Sorting, and searching in what is sorted. NaN is the greatest value."""

from __future__ import annotations

from hodu.dtypes import i64
from hodu.kernel.expr import INDEX, Expr, select
from hodu.lower.index import Index, product, unflat
from hodu.lower.indexing.keys import key_dtype, sort_key
from hodu.lower.indexing.sorting import each_row
from hodu.lower.rules import kernel
from hodu.lower.stage import Stage
from hodu.ops._rules import axis_of


@kernel("sort")
def sort(s: Stage) -> None:
    """The elements in order along an axis, and where they were; stable."""
    x = s.type(0)
    axis = axis_of(s.attrs["dim"], x.rank)
    shape = x.shape or (1,)
    extents = s.extents(shape)
    outer = (*extents[:axis], *extents[axis + 1 :])
    (capacity,) = s.lowering.sizes.capacity(shape[axis : axis + 1])
    if capacity == 0:
        return
    count = extents[axis]

    def position(row: Index, i: Expr) -> Index:
        return (*row[:axis], i, *row[axis:]) if x.rank else ()

    with each_row(s, product(outer), capacity, key_dtype(x.dtype)) as (number, rows):
        row = unflat(number, outer)
        with s.k.loop(count) as i:
            key = sort_key(s.read(0, position(row, i)), descending=s.attrs["descending"])
            rows.put(i, key, i)
        rows.sort(count)
        with s.k.loop(count) as i:
            origin = s.k.let(rows.origin(i), "origin", (0, capacity - 1))
            s.write(position(row, i), s.read(0, position(row, origin)), 0)
            s.write(position(row, i), origin.cast(i64), 1)


@kernel("searchsorted")
def searchsorted(s: Stage) -> None:
    """Where each element would be inserted, left or right of equal ones."""
    batched = s.type(0).rank > 1
    size = s.in_extents(0)[-1]
    k, right = s.k, s.attrs["right"]
    with k.loops(s.in_extents(1), kind="parallel") as at:
        key = k.let(sort_key(s.read(1, at)), "key")
        low, count = k.local("low", INDEX, init=0), k.local("count", INDEX, init=size)
        with k.loop_while(k.load(count) > 0):
            half = k.let(k.load(count) // 2, "half", (0, None))
            middle = k.let(k.load(low) + half, "middle", (0, None))
            other = sort_key(s.read(0, (*at[:-1], middle) if batched else (middle,)))
            passed = k.let(other <= key if right else other < key, "passed")
            k.store(low, 0, select(passed, middle + 1, k.load(low)))
            k.store(count, 0, select(passed, k.load(count) - half - 1, half))
        s.write(at, k.load(low).cast(i64))
