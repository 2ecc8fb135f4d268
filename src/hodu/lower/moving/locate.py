"""Where the elements of moved tensors lie in memory, without loading them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hodu.kernel.expr import Expr, Load
from hodu.lower.index import Index
from hodu.lower.point import Point
from hodu.lower.rules import READING

if TYPE_CHECKING:
    from hodu.lower.stage import Stage
    from hodu.snapshot.ir import Value


class NotInMemoryError(Exception):
    """The element is computed where it is read."""


class Locator(Point):
    """A point of an op that moves elements; reading what it moves tells where that lies."""

    __slots__ = ()

    def read(self, number: int, position: Index) -> Expr:
        """A `Load` of the stored bits of a moved element; the value of another input."""
        if number != READING[self.node.op].moves:
            return super().read(number, position)
        value = self.node.inputs[number]
        assert value is not None
        return locate(self._stage, value, position)


def locate(stage: Stage, value: Value, position: Index) -> Load:
    """Where an element lies: one that nothing has been done to since it was stored.

    Raises NotInMemoryError for an element that is computed, and CannotVectorizeError where the
    elements of a Ramp do not lie one after another.
    """
    storage = stage.lowering.storage.get(value)
    if storage is None:
        return locate_moved(stage, value, position)
    buf = stage.param(storage.place, "in", storage.place.slot.name)
    return Load(buf, storage.position(position, stage.extents(value.type.shape)))


def locate_moved(stage: Stage, value: Value, position: Index) -> Load:
    """Where an element of the result of an op that moves elements comes from; see `locate`."""
    node = value.producer
    if node is None or node.op not in READING or READING[node.op].moves is None:
        raise NotInMemoryError(value.name)
    found = READING[node.op].rule(Locator(stage, node, node.outputs.index(value)), position)
    if not isinstance(found, Load):
        raise NotInMemoryError(value.name)
    return found
