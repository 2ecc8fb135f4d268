"""The last rows of tensors in memory, and the kernels that keep them there.

Rows lie one after the other, each with all its channels. When a new row joins them the others move
up by one, so that what reads them finds them always in the same place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hodu.kernel.algebra import constant
from hodu.kernel.expr import Expr, index
from hodu.kernel.narrow import computed
from hodu.lower.last.layout import last_of
from hodu.lower.program import Place
from hodu.lower.storage import Lines, Storage
from hodu.lower.streams.copying import copy_forward
from hodu.lower.streams.schedule import Window, row_size
from hodu.shapes import TensorType
from hodu.snapshot.ir import Value

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering
    from hodu.lower.stage import Stage


def store_everywhere(lowering: Lowering, place: Place, size: int, value: float) -> None:
    """Add a kernel that stores one number in some elements."""
    s = lowering.bare_stage("fill_rows")
    elements = s.param(place, "out")
    with s.k.loop(size) as i:
        s.k.store(elements, i, constant(value, computed(elements.dtype)))
    s.finish()


class Rows:
    """The last `count` rows of a value from `start` on.

    A new one is stored at `end`, which is their last place or apart from them. `is_last` says
    whether channels are last in each row.
    """

    def __init__(
        self, lowering: Lowering, value: Value, start: Place, count: int, apart: Place | None
    ) -> None:
        self._lowering, self._value, self._count = lowering, value, count
        _, channels, height, columns = (d.__index__() for d in value.type.shape)
        self._channels, self._height, self._columns = channels, height, columns
        self.size = row_size(value)
        self.start, self.is_apart = start, apart is not None
        self.end = apart or self._row(count - 1)
        self.is_last = False

    def _row(self, number: int) -> Place:
        return Place(self.start.slot, self.start.offset + number * self.size)

    def window(self, window: Window, count: int) -> Value:
        """Some of the rows as a value in memory."""
        shape = (1, self._channels, count, self._columns)
        value = Value(self._value.name, TensorType(shape, self._value.type.dtype))
        layout = last_of(shape) if self.is_last else None
        place = self.end if window.apart and count == 1 else self._row(window.start)
        lines = None
        if count > 1 and (window.apart or not self.is_last):
            last = place.offset + (count - 1) * self.size
            apart = self.end.offset - last if window.apart else 0
            steps = (1, self._channels) if self.is_last else (self._columns, 1)
            lines = Lines((count * self.size, steps[0], self.size, steps[1]), count, apart)
        self._lowering.storage[value] = Storage(place, shape, layout, lines)
        return value

    def fill(self, value: float) -> None:
        """Add a kernel that stores one number in the whole last row."""
        store_everywhere(self._lowering, self.end, self.size, value)

    def move(self) -> None:
        """Add a kernel that moves all rows but the first up by one, and one apart to the end."""
        s = self._lowering.bare_stage("move_rows")
        rows, last = s.param(self.start, "inout"), (self._count - 1) * self.size
        copy_forward(s.k, rows, index(0), rows, index(self.size), last)
        if self.is_apart:
            copy_forward(s.k, rows, index(last), s.param(self.end, "in"), index(0), self.size)
        s.finish()

    def take(self, source: Storage, number: Callable[[Stage], Expr]) -> None:
        """Add a kernel that copies a row of a whole tensor to the end."""
        s = self._lowering.bare_stage("take_row")
        self._copy(s, source, number(s), into=False)

    def put(self, target: Storage, number: Callable[[Stage], Expr]) -> None:
        """Add a kernel that copies the last row to one of a whole tensor."""
        s = self._lowering.bare_stage("put_row")
        self._copy(s, target, number(s), into=True)

    def _copy(self, s: Stage, whole: Storage, number: Expr, *, into: bool) -> None:
        own = s.param(self.end, "in" if into else "out")
        other = s.param(whole.place, "out" if into else "in")

        def copy(at: Expr, place: Expr, count: int) -> None:
            if into:
                copy_forward(s.k, other, place, own, at, count)
            else:
                copy_forward(s.k, own, at, other, place, count)

        if self.is_last:
            copy(index(0), number * self.size, self.size)
        else:
            plane = self._height * self._columns
            with s.k.loop(self._channels, name="channel") as channel:
                place = channel * plane + number * self._columns
                copy(channel * self._columns, place, self._columns)
        s.finish()
