"""Memory for the values of a Snapshot that is being lowered: slots, constants, what lies where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from hodu.dtypes import FROM_NUMPY, DType
from hodu.lower.program import Place, Slot, SlotKind
from hodu.lower.storage import Storage
from hodu.ops._table import Array
from hodu.snapshot.ir import Value
from hodu.spill import Spill

if TYPE_CHECKING:
    from hodu.lower.sizes import Sizes


class Memory:
    """The slots of a program, and where its values lie in them; names are given once."""

    sizes: Sizes

    def __init__(self) -> None:
        self.storage: dict[Value, Storage] = {}
        self.constants: dict[Value, Array] = {}
        self.slots: list[Slot] = []
        self._spill = Spill()
        self._names: set[str] = set()

    def new_slot(
        self, name: str, dtype: DType, size: int, kind: SlotKind, data: Array | None = None
    ) -> Slot:
        """A new slot."""
        slot = Slot(self._fresh_name(name), dtype, size, kind, data)
        self.slots.append(slot)
        return slot

    def new_constant(self, name: str, array: Array) -> Place:
        """Memory with the elements of an array that lowering made, one row after the other."""
        flat = self._spill.keep(array).reshape(-1)
        return Place(self.new_slot(name, FROM_NUMPY[flat.dtype], flat.size, "constant", flat))

    def _fresh_name(self, hint: str) -> str:
        clean = "".join(c if c.isascii() and c.isalnum() else "_" for c in hint) or "v"
        clean = clean if clean[0].isalpha() else f"v{clean}"
        name, number = clean, 0
        while name in self._names:
            number += 1
            name = f"{clean}_{number}"
        self._names.add(name)
        return name

    def give_memory(self, value: Value, place: Place | None = None) -> Storage:
        """Storage for a value: at `place`, else in the arena."""
        if place is None:
            size = count_of(self.sizes.capacity(value.type.shape))
            place = Place(self.new_slot(value.name, value.type.dtype, size, "arena"))
        self.storage[value] = Storage(place, value.type.shape)
        return self.storage[value]

    def give_constant(self, value: Value, data: Array) -> None:
        """Storage for a constant, made when a kernel first reads it."""
        self.constants[value] = data
        flat = np.ascontiguousarray(data).reshape(-1)
        slot = self.new_slot(value.name, value.type.dtype, flat.size, "constant", flat)
        self.storage[value] = Storage(Place(slot), value.type.shape)

    def constant_data(self, value: Value) -> Array | None:
        """The contents of a constant, None of another value."""
        return self.constants.get(value)


def count_of(shape: Sequence[int]) -> int:
    """How many elements a shape has."""
    return int(np.prod(shape, dtype=np.int64))
