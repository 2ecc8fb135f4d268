"""Addresses for slots of the arena, one after the other, each where there is room for it.

A slot may not begin in open intervals, one or more for each slot that lies there already and is in
use at the same time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from hodu.lower.program import Slot
from hodu.plan.lives import Life, Meeting

Span: TypeAlias = "tuple[int, int]"
"""Where a slot may not begin: above the first and below the second address."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a slot begins and ends."""

    start: int
    end: int
    life: Life


def aligned(size: int, alignment: int) -> int:
    """The next multiple of the alignment."""
    return -(-size // alignment) * alignment


def top(placed: Sequence[Placed]) -> int:
    """The bytes of an arena."""
    return max((one.end for one in placed), default=0)


@dataclass(frozen=True, slots=True)
class Room:
    """What slots need: the `alignment` of their starts, and room beside those that they meet."""

    alignment: int
    meetings: Mapping[tuple[Slot, Slot], Meeting]

    def place(
        self,
        lives: Sequence[Life],
        cap: int | None = None,
        upper: frozenset[Slot] = frozenset(),
        beside: Sequence[Placed] = (),
    ) -> list[Placed]:
        """Each slot at the lowest address, those of `upper` at the highest below the cap.

        What they are placed `beside` comes first in the result.
        """
        placed = list(beside)
        for life in lives:
            size = aligned(life.slot.bytes, self.alignment)
            spans = [span for other in placed for span in self._taken(life, size, other)]
            start = _highest(size, cap, spans) if cap and life.slot in upper else None
            start = _lowest(spans) if start is None else start
            placed.append(Placed(start, start + size, life))
        return placed

    def _taken(self, life: Life, size: int, other: Placed) -> Iterator[Span]:
        """Where a slot may not begin because of another one."""
        if other.life.last < life.first or life.last < other.life.first:
            return
        low, high, points = other.start - size, other.end, list[int]()
        if meeting := self.meetings.get((life.slot, other.life.slot)):
            high = min(high, other.start + aligned(meeting.least, self.alignment))
            points = [other.start + d for d in meeting.exact]
        elif meeting := self.meetings.get((other.life.slot, life.slot)):
            low = max(low, other.start - aligned(meeting.least, self.alignment))
            points = [other.start - d for d in meeting.exact]
        for point in sorted(points):
            if low < point < high and point % self.alignment == 0:
                yield low, point
                low = point
        if low < high:
            yield low, high


def _lowest(spans: Sequence[Span]) -> int:
    at = 0
    for low, high in sorted(spans):
        if low < at < high:
            at = high
    return at


def _highest(size: int, cap: int, spans: Sequence[Span]) -> int | None:
    """The highest start of what ends below the cap; None where there is no room."""
    at = cap - size
    for low, high in sorted(spans, key=lambda span: -span[1]):
        if low < at < high:
            at = low
    return at if at >= 0 else None
