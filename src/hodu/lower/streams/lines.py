"""The kernels that keep the last rows of tensors in memory.

Rows lie one after the other, each with all its channels. Before a new row comes to the end, the
others move up by one, so that what reads them finds them always in the same place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hodu.kernel.algebra import constant
from hodu.kernel.expr import INDEX, Expr
from hodu.kernel.narrow import computed
from hodu.lower.last.layout import last_of
from hodu.lower.program import Place, Slot
from hodu.lower.storage import Storage
from hodu.shapes import TensorType
from hodu.snapshot.ir import Value

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering
    from hodu.lower.stage import Stage


class Rows:
    """Memory for `count` rows of a value; `is_last` says whether its channels are last there."""

    def __init__(self, lowering: Lowering, value: Value, count: int) -> None:
        self._lowering, self._value, self._count = lowering, value, count
        _, channels, height, columns = (d.__index__() for d in value.type.shape)
        self._channels, self._height, self._columns = channels, height, columns
        self.size = channels * columns
        name = f"{value.name}_rows"
        self.slot: Slot = lowering.new_slot(name, value.type.dtype, count * self.size, "arena")
        self.is_last = False

    @property
    def end(self) -> Place:
        """The place of the last row."""
        return Place(self.slot, (self._count - 1) * self.size)

    def window(self, start: int, count: int) -> Value:
        """Some of the rows as a value in memory."""
        shape = (1, self._channels, count, self._columns)
        value = Value(self._value.name, TensorType(shape, self._value.type.dtype))
        place = Place(self.slot, start * self.size)
        if self.is_last:
            storage = Storage(place, shape, last_of(shape))
        elif count == 1:
            storage = Storage(place, shape)
        else:
            storage = Storage(
                place, shape, strides=(count * self.size, self._columns, self.size, 1)
            )
        self._lowering.storage[value] = storage
        return value

    def fill(self, value: float, place: Place, count: int) -> None:
        """Add a kernel that stores one number in rows."""
        s = self._lowering.bare_stage("fill_rows")
        rows = s.param(place, "out")
        with s.k.loop(count * self.size) as i:
            s.k.store(rows, i, constant(value, computed(rows.dtype)))
        s.finish()

    def move(self) -> None:
        """Add a kernel that moves all rows but the first up by one."""
        s = self._lowering.bare_stage("move_rows")
        rows = s.param(Place(self.slot), "inout")
        with s.k.loop(self._count - 1, name="row") as row:
            at = row * self.size
            s.k.copy(rows, at, rows, at + self.size, self.size)
        s.finish()

    def take(self, source: Storage, counter: Place) -> None:
        """Add a kernel that copies the next row of a whole tensor to the end."""
        s = self._lowering.bare_stage("take_row")
        number = _next(s, counter)
        self._copy(s, source, number, into=False)

    def put(self, target: Storage, counter: Place) -> None:
        """Add a kernel that copies the last row to the next one of a whole tensor."""
        s = self._lowering.bare_stage("put_row")
        number = _next(s, counter)
        self._copy(s, target, number, into=True)

    def _copy(self, s: Stage, whole: Storage, number: Expr, *, into: bool) -> None:
        own = s.param(self.end, "in" if into else "out")
        other = s.param(whole.place, "out" if into else "in")

        def copy(at: Expr | int, place: Expr, count: int) -> None:
            if into:
                s.k.copy(other, place, own, at, count)
            else:
                s.k.copy(own, at, other, place, count)

        if self.is_last:
            copy(0, number * self.size, self.size)
        else:
            plane = self._height * self._columns
            with s.k.loop(self._channels, name="channel") as channel:
                place = channel * plane + number * self._columns
                copy(channel * self._columns, place, self._columns)
        s.finish()


def _next(s: Stage, counter: Place) -> Expr:
    """The number in a counter, which goes on."""
    buf = s.param(counter, "inout", "counter")
    number = s.k.let(s.k.load(buf), "number")
    s.k.store(buf, 0, number + constant(1, buf.dtype))
    return number.cast(INDEX)
