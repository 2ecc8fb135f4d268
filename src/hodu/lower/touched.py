"""Where a kernel reads and writes, to find inputs whose memory its output may take over."""

from __future__ import annotations

from dataclasses import dataclass, field

from hodu.kernel.expr import Expr
from hodu.lower.program import Place


@dataclass(slots=True)
class Touched:
    """The positions read and written at each place; `anywhere` are places with others too.

    `late` are places that are read where something has been written at the same position before.
    """

    reads: dict[Place, set[Expr]] = field(default_factory=dict)
    writes: dict[Place, set[Expr]] = field(default_factory=dict)
    anywhere: set[Place] = field(default_factory=set)
    late: set[Place] = field(default_factory=set)

    def read(self, place: Place, position: Expr) -> None:
        """Note a read."""
        self.reads.setdefault(place, set()).add(position)
        if any(position in written for written in self.writes.values()):
            self.late.add(place)

    def write(self, place: Place, position: Expr) -> None:
        """Note a write."""
        self.writes.setdefault(place, set()).add(position)

    def copy(self) -> Touched:
        """The same, to go on from."""
        reads = {place: set(positions) for place, positions in self.reads.items()}
        writes = {place: set(positions) for place, positions in self.writes.items()}
        return Touched(reads, writes, set(self.anywhere), set(self.late))

    def in_place(self) -> set[Place]:
        """The places read only where each place that is written is written, and before that.

        The positions are expressions in the variables of the loops, so a place qualifies only if
        each turn reads no other element than those that it writes. Other parts of the same memory
        must not be touched at all.
        """
        if self.anywhere & self.writes.keys():
            return set()
        return {
            place
            for place, read in self.reads.items()
            if self.writes
            and all(read <= at and _alike(place, to) for to, at in self.writes.items())
            and place not in self.late
            and self._is_alone(place)
        }

    def _is_alone(self, place: Place) -> bool:
        """Whether nothing else in the slot of a place is read, or anything in an unknown way."""
        others = {p for p in self.reads if p.slot is place.slot and p != place}
        return not others and all(p.slot is not place.slot for p in self.anywhere)


def _alike(a: Place, b: Place) -> bool:
    same = a.slot.bytes == b.slot.bytes and a.slot.dtype.bits == b.slot.dtype.bits
    return same and a.offset == b.offset
