"""Where a kernel reads and writes, to find inputs whose memory its output may take over."""

from __future__ import annotations

from dataclasses import dataclass, field

from hodu.kernel.expr import Expr
from hodu.lower.program import Place


@dataclass(slots=True)
class Touched:
    """The positions read and written at each place; `anywhere` are places with others too."""

    reads: dict[Place, set[Expr]] = field(default_factory=dict)
    writes: dict[Place, set[Expr]] = field(default_factory=dict)
    anywhere: set[Place] = field(default_factory=set)

    def read(self, place: Place, position: Expr) -> None:
        """Note a read."""
        self.reads.setdefault(place, set()).add(position)

    def write(self, place: Place, position: Expr) -> None:
        """Note a write."""
        self.writes.setdefault(place, set()).add(position)

    def copy(self) -> Touched:
        """The same, to go on from."""
        reads = {place: set(positions) for place, positions in self.reads.items()}
        writes = {place: set(positions) for place, positions in self.writes.items()}
        return Touched(reads, writes, set(self.anywhere))

    def in_place(self) -> set[Place]:
        """The places read only where the one place that is written is written.

        The positions are expressions in the variables of the loops, so a place qualifies only if
        each turn reads no other element than those that it writes. Other parts of the same memory
        must not be touched at all.
        """
        if len(self.writes) != 1 or self.anywhere & self.writes.keys():
            return set()
        ((written, positions),) = self.writes.items()
        return {
            place
            for place, read in self.reads.items()
            if read <= positions and _alike(place, written) and self._is_alone(place)
        }

    def _is_alone(self, place: Place) -> bool:
        """Whether nothing else in the slot of a place is read, or anything in an unknown way."""
        others = {p for p in self.reads if p.slot is place.slot and p != place}
        return not others and all(p.slot is not place.slot for p in self.anywhere)


def _alike(a: Place, b: Place) -> bool:
    same = a.slot.bytes == b.slot.bytes and a.slot.dtype.bits == b.slot.dtype.bits
    return same and a.offset == b.offset
