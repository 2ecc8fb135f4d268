"""Programs by line buffers: the strips of rows in which layers take the smallest arena."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from hodu.backends.cpu.estimate import Estimate, estimate
from hodu.passes.strips import Region, find_regions, in_strips
from hodu.snapshot.ir import Snapshot
from hodu.snapshot.prune import prune
from hodu.snapshot.statistics import multiplications_of

_COUNTS = (2, 3, 4, 6, 8, 12, 16)
_PLANNED, _ROUNDS = 6, 3
_MOST_WORK = 2  # times what it is without strips
_ALIKE = 17 / 16  # arenas of sizes so near are taken by the work that they need


@dataclass(frozen=True, slots=True)
class Streamed:
    """A Snapshot in strips, or as it was where none make its arena smaller.

    `strips` counts those of each region; `arena` and `work`, in bytes and multiply-accumulates, are
    those without and with them.
    """

    snapshot: Snapshot
    strips: tuple[int, ...]
    arena: tuple[int, int]
    work: tuple[int, int]

    def describe(self) -> dict[str, Any]:
        """In numbers, for JSON."""
        return {
            "strips": list(self.strips),
            "arena_before": self.arena[0],
            "arena_after": self.arena[1],
            "macs_before": self.work[0],
            "macs_after": self.work[1],
        }


@dataclass(frozen=True, slots=True)
class _Candidate:
    snapshot: Snapshot
    strips: int
    size: int
    work: int


def stream(snapshot: Snapshot, plan: Callable[[Snapshot], int]) -> Streamed:
    """An optimized Snapshot with layers in strips, for the least arena that is found.

    `plan` gives the bytes of a Snapshot's arena. Region after region is cut: those through which
    the estimated peak of memory goes, of which the most promising are planned.
    """
    size, work = plan(snapshot), _work(snapshot)
    found = Streamed(snapshot, (), (size, size), (work, work))
    for _ in range(_ROUNDS):
        known = found.snapshot
        promising = sorted(
            _candidates(known, estimate(known), _MOST_WORK * work), key=lambda c: (c.size, c.work)
        )
        planned = [
            _Candidate(c.snapshot, c.strips, plan(c.snapshot), c.work)
            for c in islice(promising, _PLANNED)
        ]
        least = min((c.size for c in planned), default=found.arena[1])
        if least >= found.arena[1]:
            break
        limit = min(least * _ALIKE, found.arena[1] - 1)
        best = min((c for c in planned if c.size <= limit), key=lambda c: (c.work, c.size))
        found = Streamed(
            best.snapshot, (*found.strips, best.strips), (size, best.size), (work, best.work)
        )
    return found


def _candidates(snapshot: Snapshot, plain: Estimate, most: int) -> Iterator[_Candidate]:
    """What takes less by the estimate, with the estimate as its size, for not too much work."""
    for region in find_regions(snapshot):
        if not (_is_at_peak(region, plain) and _has_memory(region, plain)):
            continue
        for rows in dict.fromkeys(-(-region.rows // count) for count in _COUNTS):
            if rows == region.rows:
                continue
            cut = prune(in_strips(snapshot, region, rows))
            size, work = estimate(cut).size, _work(cut)
            if size < plain.size and work <= most:
                yield _Candidate(cut, -(-region.rows // rows), size, work)


def _is_at_peak(region: Region, plain: Estimate) -> bool:
    return not plain.at_peak.isdisjoint(region.nodes)


def _has_memory(region: Region, plain: Estimate) -> bool:
    """Whether both ends of a region are tensors in memory, rather than finished in a kernel."""
    return all(plain.owners.get(v, v) is v for v in (region.source, region.result))


def _work(snapshot: Snapshot) -> int:
    found = multiplications_of(snapshot.nodes).total
    return found if isinstance(found, int) else 0
