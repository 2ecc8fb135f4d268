"""When each row of a stream is made, and how many rows of each tensor are kept for that.

In each turn the source gives its next row, and every layer whose rows have come makes one of its
own. So row i of a tensor is there in turn `first + i * every`, and how far a layer is behind what
it reads stays the same: that is how many rows are kept. Past the end of a tensor rows of padding
come at the same pace. (E. Lee and D. Messerschmitt, "Synchronous Data Flow", 1987.)

Where a layer reads a row as soon as it is there, the row joins those that are kept when the oldest
of them is needed no more; until then it is in memory that lines share.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hodu.dtypes import DType
from hodu.lower.streams.layer import Layer, Read, Stream, height
from hodu.lower.streams.schedule import Event, Line, Schedule, Window
from hodu.lower.streams.source import is_read_whole
from hodu.snapshot.ir import Value


def schedule(stream: Stream) -> Schedule | None:
    """The schedule of a stream; None where its ways do not run at one pace, or fill rows apart.

    A layer whose rows wait for others is computed later where that takes fewer bytes.
    """
    known, best = _SOON, schedule_soon(stream)
    if best is None:
        return None
    for number, layer in reversed([*enumerate(stream.layers)]):
        for delay in _delays(stream, best, number):
            delays = {**known.delays, number: delay}
            read = frozenset(read.value for read in layer.reads)
            for held in (known.held, known.held | read):
                choice = _Choice(delays, held)
                found = _schedule(stream, choice)
                if found is not None and found.bytes_of(stream) < best.bytes_of(stream):
                    best, known = found, choice
    return best


def schedule_soon(stream: Stream) -> Schedule | None:
    """The same with each row as soon as it can be, which is quickly found."""
    return _schedule(stream, _SOON)


@dataclass(frozen=True, slots=True)
class _Choice:
    """By how many turns layers are later than they could be, and whose new rows all layers that
    read them find apart."""

    delays: Mapping[int, int]
    held: frozenset[Value]


_SOON = _Choice({}, frozenset())


def _delays(stream: Stream, plan: Schedule, number: int) -> range:
    """By how many turns a layer may be later for all that read it to be in time."""
    line = plan.lines.get(stream.layers[number].result)
    uses = _uses(stream, plan.paces)[stream.layers[number].result]
    if line is None or not uses:
        return range(0)
    every = uses[0].source.every
    spare = min(u.result.first - u.source.first - every * u.read.reach for u in uses)
    return range(every, spare + 1, every)


def _schedule(stream: Stream, choice: _Choice) -> Schedule | None:
    """The schedule that follows from a choice."""
    paces = _paces(stream, choice.delays)
    if paces is None:
        return None
    lines: dict[Value, Line] = {}
    windows: dict[tuple[Layer, Read], Window] = {}
    places, every = _Places(), _uses(stream, paces)
    for number, (value, made) in enumerate(paces.items()):
        if value is stream.source and is_read_whole(stream):
            continue
        if stream.layers[-1].totals and value is stream.result:
            continue
        uses = every[value]
        fills = {use.read.fill for use in uses if use.read.fill is not None}
        if len(fills) > 1:
            return None
        fill = fills.pop() if fills else 0
        apart = value is not stream.source  # whose rows are narrow: a place would be as large
        line = _line(made, uses, fill, apart=apart, held=value in choice.held)
        lines[value] = places.placed(line, value, number - 1)
        windows |= {(use.layer, use.read): use.window(lines[value]) for use in uses}
    last = paces[stream.result]
    turns = 1 + max(last.last, *(line.made.also(line.filled).last for line in lines.values()))
    return Schedule(turns, lines, windows, paces, last)


def _uses(stream: Stream, paces: Mapping[Value, Event]) -> dict[Value, list[_Use]]:
    """All that is read of each value."""
    found: dict[Value, list[_Use]] = {value: [] for value in paces}
    for number, layer in enumerate(stream.layers):
        for read in layer.reads:
            use = _Use(number, layer, read, paces[read.value], paces[layer.result])
            found[read.value].append(use)
    return found


def _paces(stream: Stream, delays: Mapping[int, int]) -> dict[Value, Event] | None:
    """When the rows of each tensor are made: when all is there that a layer reads, or later."""
    paces = {stream.source: Event(0, 1, height(stream.source))}
    for number, layer in enumerate(stream.layers):
        every = {paces[read.value].every * read.stride for read in layer.reads}
        if len(every) > 1:
            return None
        first = max(
            paces[read.value].first + paces[read.value].every * read.reach for read in layer.reads
        )
        paces[layer.result] = Event(first + delays.get(number, 0), every.pop(), layer.count)
    return paces


@dataclass(frozen=True, slots=True)
class _Use:
    """What layer `number` reads of a value, and when both are made."""

    number: int
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
        return self.newest(0) - self.read.reach

    @property
    def depth(self) -> int:
        """How many of the last rows it takes to have all that the layer reads."""
        return self.read.rows + self.late

    @property
    def is_prompt(self) -> bool:
        """Whether the layer reads a row in the turn in which it is made."""
        return self.late == 0 and (self.result.first - self.source.first) % self.source.every == 0

    def joined(self, until: int) -> bool:
        """Whether all rows have joined the line when the layer reads, if that is after `until`."""
        apart = (self.result.first - self.source.first) % self.source.every
        return apart != 0 or self.number > until

    def window(self, line: Line) -> Window:
        """Where in a line it reads."""
        if line.apart is None or self.joined(line.until):
            return Window(line.rows - self.depth)
        return Window(line.rows + 1 - self.depth, self.is_prompt)


def _line(
    made: Event, uses: Sequence[_Use], fill: float, *, apart: bool = True, held: bool = False
) -> Line:
    """The line of a value that is made so, for all its uses; `held` as in `_Choice`."""
    wanted = max((use.newest(use.layer.count - 1) + 1 for use in uses), default=made.count)
    filled = None
    if wanted > made.count:
        filled = Event(made.last + made.every, made.every, wanted - made.count)
    made = dataclasses.replace(made, count=min(made.count, wanted))
    rows = max((use.depth for use in uses), default=1)
    prompt = [use.number for use in uses if use.is_prompt]
    if rows == 1 and len(prompt) == len(uses):
        return Line(rows, made, stays=False)
    until = max([use.number for use in uses] if held else prompt, default=-1)
    kept = max(use.depth - (not use.joined(until)) for use in uses)
    if apart and prompt and kept < rows:
        return Line(kept, made, filled, fill, 0, until)
    return Line(rows, made, filled, fill)


class _Places:
    """Places for rows apart, which lines share that need them at different times."""

    def __init__(self) -> None:
        self._taken: dict[DType, list[int]] = {}

    def placed(self, line: Line, value: Value, number: int) -> Line:
        """A line, made by layer `number`, with the first place that is free then."""
        if line.apart is None:
            return line
        taken = self._taken.setdefault(value.type.dtype, [])
        place = next((i for i, until in enumerate(taken) if until < number), len(taken))
        taken[place:] = [line.until, *taken[place + 1 :]]
        return dataclasses.replace(line, apart=place)
