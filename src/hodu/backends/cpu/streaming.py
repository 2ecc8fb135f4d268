"""Programs by line buffers: the layers that, computed row by row, make the smallest arena."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from hodu.backends.cpu.estimate import estimate
from hodu.lower.lowering import groups_of
from hodu.lower.streams.find import Grouped
from hodu.lower.streams.layer import Stream
from hodu.lower.streams.scheduling import schedule, schedule_soon
from hodu.snapshot.ir import Snapshot
from hodu.snapshot.statistics import multiplications_of

_PLANNED, _ROUNDS = 3, 3

Streams = tuple[Stream, ...]


@dataclass(frozen=True, slots=True)
class Streamed:
    """The layers of a Snapshot that are computed row by row: none where that saves nothing.

    `arena` and `work`, in bytes and multiply-accumulates, are those without and with them.
    """

    streams: Streams
    arena: tuple[int, int]
    work: tuple[int, int]

    def describe(self) -> dict[str, Any]:
        """In numbers, for JSON."""
        return {
            "layers": [len(stream.layers) for stream in self.streams],
            "arena_before": self.arena[0],
            "arena_after": self.arena[1],
            "macs_before": self.work[0],
            "macs_after": self.work[1],
        }


def choose_streams(snapshot: Snapshot, fuse: bool, plan: Callable[[Streams], int]) -> Streamed:
    """The streams of an optimized Snapshot with the least arena that is found.

    `plan` gives the bytes of the arena with some streams. One after the other is added, of those
    that take least by an estimate, as long as it gets smaller.
    """
    graph = Grouped(snapshot, groups_of(snapshot, fuse=fuse))
    known = [stream for stream in graph.streams() if schedule_soon(stream) is not None]
    size = plan(())
    chosen, least = Streams(), size
    for _ in range(_ROUNDS):
        promising = sorted(_more(graph, known, chosen), key=lambda one: one[:2])
        planned = [(plan(streams), streams) for *_, streams in islice(promising, _PLANNED)]
        best = min(planned, key=lambda one: one[0], default=(least, chosen))
        if best[0] >= least:
            break
        least, chosen = best
    return Streamed(chosen, (size, least), _work(snapshot, chosen))


def _more(
    graph: Grouped, known: Sequence[Stream], chosen: Streams
) -> Iterator[tuple[int, int, Streams]]:
    """One stream more than are chosen: what that takes by the estimate, and how many layers."""
    taken = {root for stream in chosen for root in stream.roots}
    limit = estimate(graph, chosen)
    for stream in known:
        if taken.isdisjoint(stream.roots):
            streams = (*chosen, stream)
            size = estimate(graph, streams)
            if size < limit:
                yield size, len(stream.layers), streams


def _work(snapshot: Snapshot, streams: Streams) -> tuple[int, int]:
    """Multiply-accumulates without and with streams, which leave out rows that nothing reads."""
    total = multiplications_of(snapshot.nodes).total
    if not isinstance(total, int):
        return 0, 0
    spared = 0
    for stream in streams:
        plan = schedule(stream)
        assert plan is not None
        for layer in stream.layers:
            line = plan.lines.get(layer.result)
            own = multiplications_of((layer.group.node,)).total
            if line is not None and isinstance(own, int):
                spared += own * (layer.count - line.made.count) // layer.count
    return total, total - spared
