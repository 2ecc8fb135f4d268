"""The loop of a stream: in each turn it finds out what is due."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from hodu.dtypes import bool_, i32
from hodu.kernel.algebra import constant
from hodu.kernel.expr import index, select
from hodu.lower.program import Place, Repeat, Step
from hodu.lower.streams.schedule import Event

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering


class Turns:
    """Counters of turns and rows in the arena, and a bool for each event that says it is due.

    The counters are the turn, how many turns each event is away, and `others` that begin with 0.
    """

    def __init__(
        self, lowering: Lowering, turns: int, events: Sequence[Event], others: int
    ) -> None:
        self._lowering, self._turns, self._events = lowering, turns, tuple(events)
        size = 1 + len(events) + others
        self._counters = lowering.new_slot("counters", i32, size, "arena")
        self._due = lowering.new_slot("due", bool_, len(events) + 1, "arena")
        away = [event.first + 1 for event in events]
        first = lowering.new_constant("first", np.array([0, *away, *[0] * others], np.int32))
        s = lowering.bare_stage("begin")
        s.k.copy(s.param(Place(self._counters), "out"), 0, s.param(first, "in"), 0, size)
        s.finish()

    def counter(self, number: int) -> Place:
        """One of the others."""
        return Place(self._counters, 1 + len(self._events) + number)

    def due(self, event: Event) -> Place:
        """Where it says in each turn whether an event is due."""
        number = next(i for i, each in enumerate(self._events) if each is event)
        return Place(self._due, number)

    def repeat(self, body: Sequence[Step]) -> None:
        """Add the loop."""
        self._lowering.collect()
        self._test()
        test = self._lowering.collected()
        self._lowering.add(Repeat(test, Place(self._due, len(self._events)), tuple(body)))

    def _test(self) -> None:
        """Add the kernel that says what is due, and whether there is a turn at all."""
        s = self._lowering.bare_stage("turn")
        k, count = s.k, len(self._events)
        counters, due = s.param(Place(self._counters), "inout"), s.param(Place(self._due), "out")
        pairs = [(event.every, event.last) for event in self._events]
        table = s.table(np.array(pairs, np.int32), "events")
        turn = k.let(k.load(counters), "turn")
        k.store(counters, 0, turn + constant(1, i32))
        k.store(due, count, turn < constant(self._turns, i32))
        with k.loop(count, name="event") as event:
            away = k.let(k.load(counters, event + 1) - constant(1, i32), "away")
            is_now = k.let(away.eq(constant(0, i32)), "now")
            every, last = k.load(table, event * 2), k.load(table, event * 2 + 1)
            k.store(counters, event + index(1), select(is_now, every, away))
            k.store(due, event, is_now & (turn <= last))
        s.finish()
