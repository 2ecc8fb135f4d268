"""A stream as a loop of turns, in which each layer makes a row when it is due."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from hodu.dtypes import i8, u8
from hodu.kernel.work import operations
from hodu.lower.last.layout import last_of
from hodu.lower.program import Branch, Launch, Place, Step
from hodu.lower.storage import Storage
from hodu.lower.streams.layer import Layer, Stream
from hodu.lower.streams.lines import Rows
from hodu.lower.streams.rows import on_row
from hodu.lower.streams.schedule import Event, Line, Schedule, schedule
from hodu.lower.streams.totals import Totals
from hodu.lower.streams.turns import Turns
from hodu.snapshot.ir import Value

if TYPE_CHECKING:
    from hodu.lower.groups import Group
    from hodu.lower.lowering import Lowering

_SOURCE, _RESULT = range(2)  # counters of rows


def lower_stream(lowering: Lowering, stream: Stream, places: Mapping[Value, Place]) -> None:
    """Add the steps of a stream; `places` says where results have to lie."""
    found = schedule(stream)
    assert found is not None
    _Lowered(lowering, stream, found).write(places)


class _Lowered:
    def __init__(self, lowering: Lowering, stream: Stream, plan: Schedule) -> None:
        self.lowering, self.stream, self.plan = lowering, stream, plan
        self.rows = {value: Rows(lowering, value, n.rows) for value, n in plan.lines.items()}
        last = stream.layers[-1]
        self.totals = Totals(lowering, last) if last.totals else None
        events = [e for n in plan.lines.values() for e in (n.made, n.filled) if e is not None]
        if last.totals:
            events.append(plan.result)
        self.turns = Turns(lowering, plan.turns, events, 2)

    def write(self, places: Mapping[Value, Place]) -> None:
        """All steps."""
        for value, line in self.plan.lines.items():
            if line.stays:
                self.rows[value].fill(line.fill, Place(self.rows[value].slot), line.rows)
        body = [*self._source()]
        for layer in self.stream.layers:
            body += self._total(layer) if layer.totals else self._layer(layer, places)
        self.turns.repeat(body)
        if self.totals is not None:
            self.totals.finish(places)

    def _source(self) -> Iterator[Step]:
        value = self.stream.source
        storage = self.lowering.storage[value]
        rows = self.rows[value]
        rows.is_last = storage.layout is not None
        counter = self.turns.counter(_SOURCE)
        self.lowering.collect()
        rows.take(storage, counter)
        yield from self._line(value, self.lowering.collected())

    def _layer(self, layer: Layer, places: Mapping[Value, Place]) -> Iterator[Step]:
        """The steps that make a row of a layer."""
        value, rows = layer.result, self.rows[layer.result]
        group = self._on_row(layer)
        row = group.root.outputs[0]
        shape = tuple(d.__index__() for d in row.type.shape)
        layout = last_of(shape) if row.type.dtype in (i8, u8) else None
        self.lowering.storage[row] = Storage(rows.end, shape, layout)
        self.lowering.collect()
        self.lowering.lower_group(group, {row: rows.end})
        rows.is_last = self.lowering.storage[row].layout is not None
        steps = [*_of_layer(self.lowering.collected(), layer)]
        if value is self.stream.result:
            self.lowering.collect()
            rows.put(self._whole(value, rows, places), self.turns.counter(_RESULT))
            steps += self.lowering.collected()
        yield from self._line(value, steps)

    def _whole(self, value: Value, rows: Rows, places: Mapping[Value, Place]) -> Storage:
        """Memory for the result, in which channels are last where they are so in its rows."""
        if rows.is_last:
            shape = tuple(d.__index__() for d in value.type.shape)
            return self.lowering.forms.give_blocked(value, last_of(shape))
        return self.lowering.give_memory(value, places.get(value))

    def _total(self, layer: Layer) -> Iterator[Step]:
        assert self.totals is not None
        self.lowering.collect()
        self.totals.add_row(self._on_row(layer))
        steps = _of_layer(self.lowering.collected(), layer)
        yield Branch(self.turns.due(self.plan.result), tuple(steps), ())

    def _on_row(self, layer: Layer) -> Group:
        found: tuple[dict[Value, Value], dict[Value, Value]] = ({}, {})
        for read in layer.reads:
            start = self.plan.windows[layer, read]
            window = self.rows[read.value].window(start, read.rows)
            found[not read.inner][read.value] = window
        return on_row(layer, *found)

    def _line(self, value: Value, steps: Sequence[Step]) -> Iterator[Step]:
        """The steps that bring a new row to a line, made or filled."""
        line, rows = self.plan.lines[value], self.rows[value]
        yield self._branch(line, rows, line.made, steps)
        if line.filled is not None:
            self.lowering.collect()
            rows.fill(line.fill, rows.end, 1)
            yield self._branch(line, rows, line.filled, self.lowering.collected())

    def _branch(self, line: Line, rows: Rows, event: Event, steps: Sequence[Step]) -> Step:
        self.lowering.collect()
        if line.stays:
            rows.move()
        return Branch(self.turns.due(event), (*self.lowering.collected(), *steps), ())


def _of_layer(steps: Sequence[Step], layer: Layer) -> Iterator[Step]:
    """Steps with the nodes of the whole layer, and the work that they do in all turns."""
    nodes = (layer.group.node, *layer.group.epilogue)
    for step in steps:
        if isinstance(step, Launch):
            kernel = step.kernel
            work = (kernel.work or operations(kernel) // 2) * layer.count
            kernel = dataclasses.replace(kernel, work=work)
            step = dataclasses.replace(step, kernel=kernel, nodes=nodes)
        yield step
