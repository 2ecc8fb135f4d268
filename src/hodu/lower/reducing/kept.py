"""The elements of a row kept for the next passes over it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from hodu.dtypes import DType
from hodu.kernel.algebra import bounds
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import Expr, Ramp
from hodu.kernel.narrow import computed
from hodu.lower.index import Index, dense_strides, product
from hodu.lower.reducing.rows import Element, Row
from hodu.lower.storage import Storage, strided_position

STACK_BYTES = 1 << 15


class Room(Protocol):
    """Memory for the elements of a row, by their positions in the loops."""

    def put(self, position: Index, value: Expr) -> None:
        """Store an element."""

    def get(self, position: Index) -> Expr:
        """An element that has been stored."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What `element` gives: computed and kept in `room` by `take`, read again by `again`.

    There is no room where the elements are as quickly computed again.
    """

    row: Row
    element: Element
    room: Room | None = None

    def take(self, position: Index) -> Expr:
        """An element, computed."""
        found = self.element(position)
        if self.room is not None:
            found = self.row.k.let(found, "kept")
            self.room.put(position, found)
        return found

    def again(self, position: Index) -> Expr:
        """An element that has been taken."""
        return self.element(position) if self.room is None else self.room.get(position)


@dataclass(frozen=True, slots=True)
class _OwnMemory:
    """On the stack, for one row, or in the arena, for all of them."""

    row: Row
    buf: Buf
    is_local: bool

    def put(self, position: Index, value: Expr) -> None:
        at = self._at(position)
        self.row.k.store(self.buf, at.base if isinstance(at, Ramp) else at, value)

    def get(self, position: Index) -> Expr:
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


@dataclass(frozen=True, slots=True)
class _Tensor:
    """In a tensor of the shape of the input that the kernel writes anyhow."""

    row: Row
    storage: Storage
    dtype: DType

    def put(self, position: Index, value: Expr) -> None:
        place = self.row.nest.axes.place(position)
        stored = computed(self.storage.place.slot.dtype)
        self.row.nest.stage.put(self.storage, place, value.cast(stored))

    def get(self, position: Index) -> Expr:
        place = self.row.nest.axes.place(position)
        return self.row.nest.stage.taken(self.storage, place).cast(self.dtype)


def keep(row: Row, dtype: DType, element: Element) -> Kept:
    """The elements of the first input, of `dtype`: taken in one pass, read again in others.

    Where they have to be stored in any case they are kept there. There is no room for those that
    are in memory, which are as quickly read again.
    """
    first = row.nest.stage.first
    if first is not None:
        return Kept(row, element, _Tensor(row, first, dtype))
    return Kept(row, element, None if is_in_memory(row) else _room(row, dtype))


def room_for(row: Row, dtype: DType) -> Room | None:
    """Room for a number of `dtype` for each element, in the result if that has its form.

    The lines of the result are fetched while other work is done, and no other memory is needed.
    """
    storage = row.nest.stage.result_keeps
    if storage is not None and not row.is_across and storage.place.slot.dtype is dtype:
        return _Tensor(row, storage, dtype)
    return _room(row, dtype)


def _room(row: Row, dtype: DType) -> Room | None:
    axes = row.nest.axes
    count = bounds(product([axes.extents[a] for a in axes.inner()]))[1]
    lanes = row.lanes if row.is_across else 1
    if count is not None and count * lanes * dtype.itemsize <= STACK_BYTES:
        buf = row.k.local("row", dtype, max(count, 1), lanes)
        return _OwnMemory(row, buf, is_local=True)
    size = bounds(product(axes.extents))[1]
    if size is None:
        return None
    return _OwnMemory(row, row.nest.scratch(dtype, size), is_local=False)


def is_in_memory(row: Row, number: int = 0) -> bool:
    """Whether an input can be read again at no cost: wide floats that are in memory."""
    s = row.nest.stage
    value = s.node.inputs[number]
    assert value is not None
    return value in s.lowering.storage and value.type.dtype.bits >= 32
