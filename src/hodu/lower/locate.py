"""Where the elements of moved tensors lie in memory, without loading them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hodu.kernel.expr import Binary, Const, Expr, Load, Ramp, Var
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


@dataclass(frozen=True, slots=True)
class Affine:
    """A position as `base` plus a multiple of each of some variables."""

    base: int
    strides: tuple[int, ...]

    @property
    def constant(self) -> int | None:
        """The number that it is, None where it varies."""
        return None if any(self.strides) else self.base


def affine(x: Expr, variables: Sequence[Expr]) -> Affine | None:
    """`x` as an affine map of variables, None where it is not or its factors are not numbers."""
    match x:
        case Const(value=value):
            return Affine(int(value), (0,) * len(variables))
        case Var() if x in variables:
            return Affine(0, tuple(int(x == v) for v in variables))
        case Ramp(base=base):
            return affine(base, variables)
        case Binary(op="add" | "sub" | "mul" as op, a=a, b=b):
            return _combined(op, affine(a, variables), affine(b, variables))
    return None


def _combined(op: str, a: Affine | None, b: Affine | None) -> Affine | None:
    if a is None or b is None:
        return None
    if op == "mul":
        if a.constant is not None:
            return _scaled(b, a.constant)
        return None if b.constant is None else _scaled(a, b.constant)
    sign = -1 if op == "sub" else 1
    strides = tuple(p + sign * q for p, q in zip(a.strides, b.strides, strict=True))
    return Affine(a.base + sign * b.base, strides)


def _scaled(a: Affine, by: int) -> Affine:
    return Affine(a.base * by, tuple(s * by for s in a.strides))
