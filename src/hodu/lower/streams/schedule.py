"""What happens in which turn of a stream, and how many rows of each tensor stay for that."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from hodu.dtypes import DType
from hodu.lower.streams.layer import Layer, Read, Stream
from hodu.snapshot.ir import Value


@dataclass(frozen=True, slots=True)
class Event:
    """What happens in turn `first`, `first + every`, ..., `count` times."""

    first: int
    every: int
    count: int

    def also(self, other: Event | None) -> Event:
        """This one, and what goes on when it has happened for the last time."""
        more = 0 if other is None else other.count
        return dataclasses.replace(self, count=self.count + more)

    @property
    def last(self) -> int:
        """The last turn in which it happens."""
        return self.first + self.every * (self.count - 1)


@dataclass(frozen=True, slots=True)
class Line:
    """The last `rows` rows of a tensor, in the order of the tensor.

    A row is `made` or, past the end, `filled` (never, where it is None) with `fill`. Before it
    joins the others it is `apart`, in a place of that number, until layer `until` has read it. A
    line that does not stay has one row, which is read in the turn in which it is made.
    """

    rows: int
    made: Event
    filled: Event | None = None
    fill: float = 0
    apart: int | None = None
    until: int = -1
    stays: bool = True


@dataclass(frozen=True, slots=True)
class Window:
    """The row of a line in which what a layer reads begins, and whether it ends with one apart."""

    start: int
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Schedule:
    """All lines of a stream, the window of each read of them, and when all rows are made.

    The source has no line where it is read whole. `result` says when the last layer makes a row.
    """

    turns: int
    lines: Mapping[Value, Line]
    windows: Mapping[tuple[Layer, Read], Window]
    paces: Mapping[Value, Event]
    result: Event

    def apart(self, dtype: DType) -> list[int]:
        """The elements of each place for rows apart."""
        sizes: dict[int, int] = {}
        for value, line in self.lines.items():
            if line.apart is not None and value.type.dtype is dtype:
                sizes[line.apart] = max(sizes.get(line.apart, 0), row_size(value))
        return [sizes[number] for number in sorted(sizes)]

    def bytes_of(self, stream: Stream) -> int:
        """About what the lines take at once; a single row is in use until it has been read."""
        layers = stream.layers
        last = {r.value: i for i, layer in enumerate(layers) for r in layer.reads}
        last.setdefault(stream.result, len(layers) - 1)
        made = {stream.source: -1} | {layer.result: i for i, layer in enumerate(layers)}
        stays = sum(_bytes(v) * n.rows for v, n in self.lines.items() if n.stays)
        for dtype in {value.type.dtype for value in self.lines}:
            stays += sum(self.apart(dtype)) * dtype.itemsize
        changes = [0] * (len(layers) + 2)
        for value in (value for value, line in self.lines.items() if not line.stays):
            changes[made[value] + 1] += _bytes(value)
            changes[last[value] + 2] -= _bytes(value)
        return stays + max(itertools.accumulate(changes))


def row_size(value: Value) -> int:
    """The elements of a row of all channels."""
    _, channels, _, columns = (d.__index__() for d in value.type.shape)
    return channels * columns


def _bytes(value: Value) -> int:
    return row_size(value) * value.type.dtype.itemsize
