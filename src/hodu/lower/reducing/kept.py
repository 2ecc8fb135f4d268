"""The elements of a row kept for the next passes over it."""

from __future__ import annotations

from dataclasses import dataclass

from hodu.dtypes import DType
from hodu.kernel.algebra import bounds
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import Expr, Ramp
from hodu.lower.index import Index, dense_strides, product
from hodu.lower.reducing.rows import Element, Row
from hodu.lower.storage import strided_position

STACK_BYTES = 1 << 15


@dataclass(frozen=True, slots=True)
class Kept:
    """What `element` gives: computed and kept by `take`, read again by `again`.

    Short rows are kept on the stack, longer ones in the arena, or `in_result` in the memory of the
    result; `buf` is None there, and where the elements are as quickly computed again.
    """

    row: Row
    element: Element
    buf: Buf | None = None
    is_local: bool = False
    in_result: bool = False

    @property
    def has_room(self) -> bool:
        """Whether elements are kept at all."""
        return self.buf is not None or self.in_result

    def take(self, position: Index) -> Expr:
        """An element, computed."""
        found = self.element(position)
        if self.has_room:
            found = self.row.k.let(found, "kept")
            self.put(position, found)
        return found

    def put(self, position: Index, value: Expr) -> None:
        """Keep another value in the place of an element."""
        nest = self.row.nest
        if self.in_result:
            nest.stage.write(nest.axes.place(position), value)
            return
        assert self.buf is not None
        at = self._at(position)
        self.row.k.store(self.buf, at.base if isinstance(at, Ramp) else at, value)

    def again(self, position: Index) -> Expr:
        """An element that has been taken."""
        nest = self.row.nest
        if self.in_result:
            return nest.stage.written(nest.axes.place(position))
        if self.buf is None:
            return self.element(position)
        at = self._at(position)
        if isinstance(at, Ramp):
            return self.row.k.load(self.buf, at.base, at.lanes)
        return self.row.k.load(self.buf, at)

    def _at(self, position: Index) -> Expr:
        axes = self.row.nest.axes
        if not self.is_local:
            return strided_position(position, dense_strides(axes.extents))
        inner = axes.inner()
        strides = dense_strides([axes.extents[a] for a in inner])
        return strided_position(tuple(position[a] for a in inner), strides)


def keep(row: Row, dtype: DType, element: Element, *, is_cheap: bool = False) -> Kept:
    """Room for the elements of a row; none is taken where they are cheap to compute again."""
    if is_cheap:
        return Kept(row, element)
    axes = row.nest.axes
    count = bounds(product([axes.extents[a] for a in axes.inner()]))[1]
    lanes = row.lanes if row.is_across else 1
    if count is not None and count * lanes * dtype.itemsize <= STACK_BYTES:
        return Kept(row, element, row.k.local("row", dtype, max(count, 1), lanes), is_local=True)
    size = bounds(product(axes.extents))[1]
    if size is None:
        return Kept(row, element)
    return Kept(row, element, row.nest.scratch(dtype, size))


def keep_in_result(row: Row, dtype: DType, element: Element) -> Kept:
    """The same in the memory of a result of the same shape, where that has the form and the order.

    Its lines are fetched while other work is done, and it needs no other memory.
    """
    s = row.nest.stage
    if not row.is_across and s.result_holds_numbers and s.out_type().dtype is dtype:
        return Kept(row, element, in_result=True)
    return keep(row, dtype, element)


def is_in_memory(row: Row, number: int = 0) -> bool:
    """Whether an input can be read again at no cost: wide floats that are in memory."""
    s = row.nest.stage
    value = s.node.inputs[number]
    assert value is not None
    return value in s.lowering.storage and value.type.dtype.bits >= 32
