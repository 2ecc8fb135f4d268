"""The distinct elements of a tensor, or slices along an axis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hodu.dims import Dim
from hodu.dtypes import bool_, i64
from hodu.kernel.algebra import constant
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import INDEX, Expr
from hodu.lower.index import Extents, Index, product, unflat
from hodu.lower.indexing.keys import key_dtype, sort_key
from hodu.lower.indexing.sorting import each_row
from hodu.lower.rules import finds_size, kernel
from hodu.lower.stage import Stage
from hodu.ops._rules import axis_of
from hodu.shapes import Shape, numel
from hodu.snapshot.ir import Node

Capacity = Callable[[Shape], tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Items:
    """The rows that are compared: elements of input 0, or its slices along `axis`.

    `columns` are the sizes of a slice.
    """

    s: Stage
    axis: int | None
    count: Expr
    columns: Extents

    def position(self, item: Expr, column: Index) -> Index:
        """Where an element of an item lies in the input."""
        if self.axis is None:
            return unflat(item, self.s.in_extents())
        if not self.s.type().shape:
            return ()
        return (*column[: self.axis], item, *column[self.axis :])

    def read(self, item: Expr, column: Index) -> Expr:
        """An element of an item."""
        return self.s.read(0, self.position(item, column))


def _items(s: Stage) -> Items:
    dim = s.attrs["dim"]
    extents = s.in_extents()
    if dim is None:
        return Items(s, None, product(extents), ())
    axis = axis_of(dim, s.type().rank)
    whole = extents or s.extents((1,))
    return Items(s, axis, whole[axis], (*whole[:axis], *whole[axis + 1 :]))


def _item_count(shape: Shape, dim: int | None) -> Dim:
    return numel(shape) if dim is None or not shape else shape[axis_of(dim, len(shape))]


@finds_size("unique", "unique_consecutive")
def unique_capacity(node: Node, capacity: Capacity) -> int:
    """All elements or slices."""
    value = node.inputs[0]
    assert value is not None
    (most,) = capacity((_item_count(value.type.shape, node.attrs["dim"]),))
    return most


@kernel("unique")
def unique(s: Stage) -> None:
    """The distinct items in order, which of them each is, and how often they occur."""
    items = _items(s)
    (capacity,) = s.lowering.sizes.capacity((_item_count(s.type().shape, s.attrs["dim"]),))
    order = s.scratch(i64, max(capacity, 1), "sorted")
    _sort_items(s, items, order, max(capacity, 1))
    _write_groups(s, items, order, capacity)


@kernel("unique_consecutive")
def unique_consecutive(s: Stage) -> None:
    """The first item of each run of equal ones, the run of each item, and how long they are."""
    (capacity,) = s.lowering.sizes.capacity((_item_count(s.type().shape, s.attrs["dim"]),))
    _write_groups(s, _items(s), None, capacity)


def _sort_items(s: Stage, items: Items, order: Buf, capacity: int) -> None:
    """Sort by the last column first, so that the first decides in the end."""
    one = s.extents((1,))[0]
    with each_row(s, one, capacity, key_dtype(s.type().dtype)) as (_, rows):
        with s.k.loop(items.count) as i:
            rows.put(i, constant(0, rows.keys.dtype), i)
        width = product(items.columns)
        with s.k.loop(width) as column:
            at = unflat(s.k.let(width - 1 - column, "column", (0, None)), items.columns)
            with s.k.loop(items.count) as i:
                origin = s.k.let(rows.origin(i), "origin", (0, None))
                rows.put(i, sort_key(items.read(origin, at)), origin)
            rows.sort(items.count)
        with s.k.loop(items.count) as i:
            s.k.store(order, i, rows.origin(i).cast(i64))


def _write_groups(s: Stage, items: Items, order: Buf | None, capacity: int) -> None:
    """Store the groups of equal neighbours: the first of each, the group of each item, sizes."""
    k = s.k
    starts = s.scratch(i64, max(capacity, 1), "starts")
    inverse = s.memory(1)

    def item(i: Expr) -> Expr:
        return i if order is None else k.let(k.load(order, i).cast(INDEX), "item", (0, None))

    groups = k.local("groups", INDEX, init=0)
    with k.loop(items.count) as i:
        differs = k.local("differs", bool_, init=i.eq(0))
        with k.when(i > 0):
            this, last = item(i), item(i - 1)
            with k.loops(items.columns) as column:
                unequal = items.read(this, column).ne(items.read(last, column))
                k.store(differs, 0, k.load(differs) | unequal)
        with k.when(k.load(differs)):
            k.store(starts, k.load(groups), i.cast(i64))
            k.store(groups, 0, k.load(groups) + 1)
        k.store(inverse, item(i), (k.load(groups) - 1).cast(i64))
    s.store_size(s.out_type(2).shape[0], k.load(groups))
    places = s.place_of(starts), None if order is None else s.place_of(order)
    s.split("distinct")
    starts = s.param(places[0], "in", "starts")
    order = None if places[1] is None else s.param(places[1], "in", "sorted")
    _write_distinct(s, _items(s), starts, order)


def _write_distinct(s: Stage, items: Items, starts: Buf, order: Buf | None) -> None:
    k = s.k
    counts = s.memory(2)
    (groups,) = s.out_extents(2)
    with k.loop(groups) as group:
        start = k.let(k.load(starts, group).cast(INDEX), "start", (0, None))
        end = k.local("end", INDEX, init=items.count)
        with k.when(group + 1 < groups):
            k.store(end, 0, k.load(starts, group + 1).cast(INDEX))
        k.store(counts, group, (k.load(end) - start).cast(i64))
        first = start
        if order is not None:
            first = k.let(k.load(order, start).cast(INDEX), "item", (0, None))
        with k.loops(items.columns) as column:
            axis = 0 if items.axis is None else items.axis
            s.write((*column[:axis], group, *column[axis:]), items.read(first, column), 0)
