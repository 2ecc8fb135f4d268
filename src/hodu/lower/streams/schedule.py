"""When each row of a stream is made, and how many rows of each tensor are kept for that.

In each turn the source gives its next row, and every layer whose rows have come makes one of its
own. So row i of a tensor is there in turn `first + i * every`, and how far a layer is behind what
it reads stays the same: that is how many rows are kept. Past the end of a tensor rows of padding
come at the same pace. (E. Lee and D. Messerschmitt, "Synchronous Data Flow", 1987.)
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hodu.lower.streams.layer import Layer, Read, Stream, height
from hodu.snapshot.ir import Value


@dataclass(frozen=True, slots=True)
class Event:
    """What happens in turn `first`, `first + every`, ..., `count` times."""

    first: int
    every: int
    count: int

    @property
    def last(self) -> int:
        """The last turn in which it happens."""
        return self.first + self.every * (self.count - 1)


@dataclass(frozen=True, slots=True)
class Line:
    """The last `rows` rows of a tensor, in the order of the tensor.

    A row is `made` or, past the end, `filled` (never, where it is None) with `fill`.
    """

    rows: int
    made: Event
    filled: Event | None
    fill: float

    @property
    def stays(self) -> bool:
        """Whether it holds rows from one turn to the next."""
        return self.rows > 1


@dataclass(frozen=True, slots=True)
class Schedule:
    """All lines of a stream, and in which row of its line each window begins.

    `result` says when the last layer makes a row.
    """

    turns: int
    lines: Mapping[Value, Line]
    windows: Mapping[tuple[Layer, Read], int]
    result: Event

    def bytes_of(self, stream: Stream) -> int:
        """About what the lines take at once; a single row is in use until it has been read."""
        layers = stream.layers
        last = {r.value: i for i, layer in enumerate(layers) for r in layer.reads}
        last.setdefault(stream.result, len(layers) - 1)
        made = {stream.source: -1} | {layer.result: i for i, layer in enumerate(layers)}
        stays = sum(row_bytes(v) * n.rows for v, n in self.lines.items() if n.stays)
        passing = [v for v, line in self.lines.items() if not line.stays]
        return stays + max(
            sum(row_bytes(v) for v in passing if made[v] <= time <= last[v])
            for time in range(-1, len(layers))
        )


def row_bytes(value: Value) -> int:
    """The bytes of a row of all channels."""
    _, channels, _, columns = (d.__index__() for d in value.type.shape)
    return channels * columns * value.type.dtype.itemsize


def schedule(stream: Stream) -> Schedule | None:
    """The schedule of a stream; None where its ways do not run at one pace, or fill rows apart."""
    paces = {stream.source: Event(0, 1, height(stream.source))}
    for layer in stream.layers:
        pace = _pace(layer, paces)
        if pace is None:
            return None
        paces[layer.result] = pace
    lines: dict[Value, Line] = {}
    windows: dict[tuple[Layer, Read], int] = {}
    for value, made in paces.items():
        if stream.layers[-1].totals and value is stream.result:
            continue
        uses = [
            _Use(layer, read, made, paces[layer.result])
            for layer in stream.layers
            for read in layer.reads
            if read.value is value
        ]
        fills = {use.read.fill for use in uses if use.read.fill is not None}
        if len(fills) > 1:
            return None
        lines[value] = _line(made, uses, fills.pop() if fills else 0)
        windows |= {(u.layer, u.read): lines[value].rows - u.late - u.read.rows for u in uses}
    events = [e for n in lines.values() for e in (n.made, n.filled) if e is not None]
    last = paces[stream.result]
    turns = 1 + max(event.last for event in (*events, last))
    return Schedule(turns, lines, windows, last)


@dataclass(frozen=True, slots=True)
class _Use:
    """What a layer reads of a value, and when both are made."""

    layer: Layer
    read: Read
    source: Event
    result: Event

    def newest(self, row: int) -> int:
        """The number of the last row that is there when the layer makes one of its own."""
        turn = self.result.first + self.result.every * row
        return (turn - self.source.first) // self.source.every

    @property
    def late(self) -> int:
        """How many rows more than it needs are there when the layer makes one."""
        return self.newest(0) - (self.read.rows - 1 - self.read.before)


def _line(made: Event, uses: Sequence[_Use], fill: float) -> Line:
    """The line of a value that is made so, for all its uses."""
    rows = max((use.read.rows + use.late for use in uses), default=1)
    wanted = max((use.newest(use.layer.count - 1) + 1 for use in uses), default=made.count)
    filled = None
    if wanted > made.count:
        filled = Event(made.last + made.every, made.every, wanted - made.count)
    count = min(made.count, wanted)
    return Line(rows, dataclasses.replace(made, count=count), filled, fill)


def _pace(layer: Layer, paces: Mapping[Value, Event]) -> Event | None:
    """When the rows of a layer are made: as soon as all that it reads is there."""
    every = {paces[read.value].every * read.stride for read in layer.reads}
    if len(every) > 1:
        return None
    first = max(
        paces[read.value].first + paces[read.value].every * (read.rows - 1 - read.before)
        for read in layer.reads
    )
    return Event(first, every.pop(), layer.count)
