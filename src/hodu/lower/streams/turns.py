"""The loop of a stream: in each turn it finds out what is due."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from hodu.dtypes import bool_, i16, i32
from hodu.kernel.expr import INDEX, Expr, select
from hodu.lower.program import Branch, Place, Repeat, Step
from hodu.lower.streams.schedule import Event

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering
    from hodu.lower.stage import Stage


class Turns:
    """Counters in the arena, and a bool for each event that says it is due.

    The counters are the number of the next turn, and how many turns each event is away.
    """

    def __init__(self, lowering: Lowering, turns: int, events: Iterable[Event]) -> None:
        self._lowering, self._turns = lowering, turns
        self._events = {event: number for number, event in enumerate(dict.fromkeys(events))}
        self._body: list[Branch] = []
        size = 1 + len(self._events)
        greatest = max(turns + 1, *(event.every for event in self._events))
        self._dtype = i16 if greatest < 1 << 15 else i32
        self._counters = lowering.new_slot("counters", self._dtype, size, "arena")
        self._due = lowering.new_slot("due", bool_, len(self._events) + 1, "arena")
        away = [event.first + 1 for event in self._events]
        first = lowering.new_constant("first", np.array([0, *away], self._dtype.numpy))
        s = lowering.bare_stage("begin")
        s.k.copy(s.param(Place(self._counters), "out"), 0, s.param(first, "in"), 0, size)
        s.finish()

    def number(self, s: Stage, event: Event) -> Expr:
        """How often an event that is due has happened before."""
        turn = s.k.load(s.param(Place(self._counters), "in", "turns")).cast(i32)
        number = (turn - 1 - event.first) // event.every
        return s.k.let(number.cast(INDEX), "number", (0, event.count - 1))

    def add(self, event: Event, steps: Iterable[Step]) -> None:
        """Add steps to the loop, for when an event is due."""
        due, steps = Place(self._due, self._events[event]), tuple(steps)
        if self._body and self._body[-1].condition == due:
            steps = (*self._body.pop().then, *steps)
        self._body.append(Branch(due, steps, ()))

    def repeat(self) -> None:
        """Add the loop to the program."""
        self._lowering.collect()
        self._test()
        test = self._lowering.collected()
        self._lowering.add(Repeat(test, Place(self._due, len(self._events)), tuple(self._body)))

    def _test(self) -> None:
        """Add the kernel that says what is due, and whether there is a turn at all."""
        s = self._lowering.bare_stage("turn")
        k, count = s.k, len(self._events)
        counters, due = s.param(Place(self._counters), "inout"), s.param(Place(self._due), "out")
        pairs = [(event.every, event.last) for event in self._events]
        table = s.table(np.array(pairs, self._dtype.numpy), "events")
        turn = k.let(k.load(counters).cast(i32), "turn")
        k.store(counters, 0, (turn + 1).cast(self._dtype))
        k.store(due, count, turn < self._turns)
        with k.loop(count, name="event") as event:
            away = k.let(k.load(counters, event + 1).cast(i32) - 1, "away")
            is_now = k.let(away.eq(0), "now")
            every, last = (k.load(table, event * 2 + i).cast(i32) for i in range(2))
            k.store(counters, event + 1, select(is_now, every, away).cast(self._dtype))
            k.store(due, event, is_now & (turn <= last))
        s.finish()
