"""Elements where a mask is true, and how often numbers occur: sizes that depend on the data."""

from __future__ import annotations

from hodu.dtypes import bool_, i64
from hodu.kernel.algebra import constant
from hodu.kernel.expr import INDEX, Expr
from hodu.lower import status
from hodu.lower.index import Index, broadcast_index, flat, product
from hodu.lower.indexing.selection import (
    Capacity,
    count_where,
    each_where,
    most_elements,
    take_along,
)
from hodu.lower.rules import finds_size, kernel
from hodu.lower.stage import Stage
from hodu.ops._rules import axis_of
from hodu.shapes import Shape, broadcast_shapes
from hodu.snapshot.ir import Node


def _shape(node: Node, number: int) -> Shape:
    value = node.inputs[number]
    assert value is not None
    return value.type.shape


def truth(x: Expr) -> Expr:
    """Whether an element is not zero; NaN is not."""
    return x if x.dtype is bool_ else x.ne(constant(0, x.dtype))


@finds_size("nonzero")
def nonzero_capacity(node: Node, capacity: Capacity) -> int:
    """All elements."""
    return most_elements(capacity, _shape(node, 0))


@kernel("nonzero")
def nonzero(s: Stage) -> None:
    """The positions of what is not zero, one row each."""

    def holds(at: Index) -> Expr:
        return truth(s.read(0, at))

    s.store_size(s.out_type().shape[0], count_where(s, s.in_extents(), holds))
    s.split("nonzero_rows")
    rows = s.memory()
    with each_where(s, s.in_extents(), holds) as (at, number):
        for axis, i in enumerate(at):
            s.k.store(rows, number * len(at) + axis, i.cast(i64))


@finds_size("masked_select")
def masked_select_capacity(node: Node, capacity: Capacity) -> int:
    """All elements of the broadcast shape."""
    return most_elements(capacity, _shape(node, 0), _shape(node, 1))


@kernel("masked_select")
def masked_select(s: Stage) -> None:
    """The elements where the broadcast mask is true."""
    x, mask = s.type(0).shape, s.type(1).shape
    shape = broadcast_shapes(x, mask)

    def holds(at: Index) -> Expr:
        return s.read(1, broadcast_index(at, mask))

    s.store_size(s.out_type().shape[0], count_where(s, s.extents(shape), holds))
    s.split("masked_elements")
    out = s.memory()
    with each_where(s, s.extents(shape), holds) as (at, number):
        s.k.store(out, number, s.read(0, broadcast_index(at, x)))


@finds_size("compress")
def compress_capacity(node: Node, capacity: Capacity) -> int:
    """The size of the condition."""
    return most_elements(capacity, _shape(node, 0))


@kernel("compress")
def compress(s: Stage) -> None:
    """The parts of the input where a 1-D condition is true."""
    dim = s.attrs["dim"]
    rank = s.type(1).rank
    axis = 0 if dim is None else axis_of(dim, rank)
    size = product(s.in_extents(1)) if dim is None else s.in_extents(1)[axis]
    (slots,) = s.lowering.sizes.capacity(s.type(0).shape)
    found = s.scratch(i64, max(slots, 1), "found")

    def holds(at: Index) -> Expr:
        return s.read(0, at)

    s.store_size(s.out_type().shape[axis], count_where(s, s.in_extents(0), holds))
    with each_where(s, s.in_extents(0), holds) as ((i,), number):
        text = f"index {{0}} is out of range for axis {axis} of size {{1}}"
        s.fail(i >= size, status.INDEX, text, i, size)
        s.k.store(found, number, i.cast(i64))
    place = s.place_of(found)
    s.split("compressed")
    take_along(s, 1, s.param(place, "in", "found"), axis, is_flat=dim is None)


@kernel("masked_scatter", views=False)
def masked_scatter(s: Stage) -> None:
    """A copy of the input with the elements of the source, in order, where the mask is true."""
    x, mask = s.type(0).shape, s.type(1).shape
    extents, source = s.out_extents(), s.in_extents(2)

    def holds(at: Index) -> Expr:
        return s.read(1, broadcast_index(at, mask))

    count, given = s.k.let(count_where(s, extents, holds), "count"), product(source)
    text = "masked_scatter() has {0} source elements for {1} true elements of the mask"
    s.fail(count > given, status.VALUE, text, given, count)
    number = s.k.local("number", INDEX, init=0)
    elements = s.stored(2)
    assert elements is not None
    out = s.memory()
    with s.k.loops(extents) as at:
        s.k.store(out, flat(at, extents), s.read(0, broadcast_index(at, x)))
        with s.k.when(holds(at)):
            s.k.store(out, flat(at, extents), s.k.load(elements, s.k.load(number)))
            s.k.store(number, 0, s.k.load(number) + 1)
