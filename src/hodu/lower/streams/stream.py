"""A stream as a loop of turns, in which each layer makes a row when it is due."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from hodu.dtypes import i8, u8
from hodu.kernel.expr import Expr
from hodu.kernel.work import operations
from hodu.lower.last.layout import last_of
from hodu.lower.program import Launch, Place, Step
from hodu.lower.storage import Storage
from hodu.lower.streams.layer import Layer, Stream
from hodu.lower.streams.lines import Rows
from hodu.lower.streams.memory import fill_lines, rows_of
from hodu.lower.streams.rows import on_row
from hodu.lower.streams.schedule import Event, Schedule
from hodu.lower.streams.scheduling import schedule
from hodu.lower.streams.totals import Totals
from hodu.lower.streams.turns import Turns
from hodu.snapshot.ir import Value

if TYPE_CHECKING:
    from hodu.lower.groups import Group
    from hodu.lower.lowering import Lowering
    from hodu.lower.stage import Stage


def lower_stream(lowering: Lowering, stream: Stream, places: Mapping[Value, Place]) -> None:
    """Add the steps of a stream; `places` says where results have to lie."""
    found = schedule(stream)
    assert found is not None
    _Lowered(lowering, stream, found).write(places)


class _Lowered:
    def __init__(self, lowering: Lowering, stream: Stream, plan: Schedule) -> None:
        self.lowering, self.stream, self.plan = lowering, stream, plan
        self.rows = rows_of(lowering, plan)
        last = stream.layers[-1]
        self.totals = Totals(lowering, last) if last.totals else None
        self.turns = Turns(lowering, plan.turns, _events(plan))

    def write(self, places: Mapping[Value, Place]) -> None:
        """All steps."""
        fill_lines(self.lowering, self.plan, self.rows)
        if self.stream.source in self.rows:
            self._source()
        for number, layer in enumerate(self.stream.layers):
            if layer.totals:
                self._total(layer)
            else:
                self._layer(layer, places)
            self._join(number)
        self.turns.repeat()
        if self.totals is not None:
            self.totals.finish(places)

    def _source(self) -> None:
        """The next row of the source."""
        value = self.stream.source
        storage = self.lowering.storage[value]
        rows = self.rows[value]
        rows.is_last = storage.layout is not None
        self.lowering.collect()
        rows.take(storage, self._number(self.plan.lines[value].made))
        self._row(value, self.lowering.collected())

    def _layer(self, layer: Layer, places: Mapping[Value, Place]) -> None:
        """A row of a layer."""
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
            rows.put(self._whole(value, rows, places), self._number(self.plan.result))
            steps += self.lowering.collected()
        self._row(value, steps)

    def _whole(self, value: Value, rows: Rows, places: Mapping[Value, Place]) -> Storage:
        """Memory for the result, in which channels are last where they are so in its rows."""
        if rows.is_last:
            shape = tuple(d.__index__() for d in value.type.shape)
            return self.lowering.forms.give_blocked(value, last_of(shape))
        return self.lowering.give_memory(value, places.get(value))

    def _total(self, layer: Layer) -> None:
        assert self.totals is not None
        self.lowering.collect()
        self.totals.add_row(self._on_row(layer))
        self.turns.add(self.plan.result, _of_layer(self.lowering.collected(), layer))

    def _on_row(self, layer: Layer) -> Group:
        found: tuple[dict[Value, Value], dict[Value, Value]] = ({}, {})
        for read in layer.reads:
            row = read.value  # the source, where it has no line
            if row in self.rows:
                row = self.rows[row].window(self.plan.windows[layer, read], read.rows)
            found[not read.inner][read.value] = row
        group = on_row(layer, *found)
        if self.stream.source in found[False].values():
            made = self.plan.lines[layer.result].made
            self.lowering.first_rows[group.node] = self._number(made)
        return group

    def _number(self, event: Event) -> Callable[[Stage], Expr]:
        return partial(self.turns.number, event=event)

    def _row(self, value: Value, steps: Sequence[Step]) -> None:
        """A new row of a line, made by some steps or filled."""
        line, rows = self.plan.lines[value], self.rows[value]
        if line.stays and line.apart is None:
            self._move(value)
        self.turns.add(line.made, steps)
        if line.filled is not None:
            self.lowering.collect()
            rows.fill(line.fill)
            self.turns.add(line.filled, self.lowering.collected())

    def _join(self, number: int) -> None:
        """Let new rows join their lines that no layer after this one reads where they are."""
        for value, line in self.plan.lines.items():
            if line.apart is not None and line.until == number:
                self._move(value)

    def _move(self, value: Value) -> None:
        line = self.plan.lines[value]
        self.lowering.collect()
        self.rows[value].move()
        self.turns.add(line.made.also(line.filled), self.lowering.collected())


def _events(plan: Schedule) -> Iterator[Event]:
    """All that happens at times of its own."""
    yield plan.result
    for line in plan.lines.values():
        yield line.made
        if line.filled is not None:
            yield from (line.filled, line.made.also(line.filled))


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
