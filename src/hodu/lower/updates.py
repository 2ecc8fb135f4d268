"""Updates of states as one loop over all of them, such as an optimizer's of many parameters.

The kernel of an update computes a part of its elements, which it reads from a constant: the first
one and how many. So kernels for states of all sizes have one form and become one, called for part
after part, and threads divide the parts of all states together.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from hodu.kernel.expr import INDEX, Expr
from hodu.kernel.form import form_of
from hodu.kernel.ir import For
from hodu.kernel.work import operations
from hodu.lower.program import Argument, Call, Launch, Place, Slot, Step, slots_of, written_by
from hodu.lower.stage import Stage
from hodu.lower.threads import GRAIN
from hodu.snapshot.ir import Value

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering

_MOST_PARTS = 256  # of all states together, but for the last of each
_LARGEST = 2**31 - 1


def has_parts(stage: Stage, values: Sequence[Value]) -> bool:
    """Whether a kernel updates states, each element by the same one of its inputs."""
    if any(value not in stage.lowering.updates for value in values):
        return False
    shape = stage.shape_of(values[-1])
    return len(shape) == 1 and isinstance(shape[0], int) and shape[0] <= _LARGEST


def part_of(stage: Stage, count: int) -> tuple[Expr, Expr]:
    """The first element that a kernel over `count` of them computes, and how many."""
    place = stage.lowering.new_constant("part", np.array([0, count], np.int32))
    stage.lowering.parts[place.slot] = count
    table = stage.param(place, "in", "part")
    given = [stage.k.load(table, i).cast(INDEX) for i in range(2)]
    limits = ((0, None), (1, None))
    first, length = (
        stage.k.let(value, name, limit)
        for value, name, limit in zip(given, ("first", "count"), limits, strict=True)
    )
    return first, length


def join_updates(lowering: Lowering, steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps with kernels of one form that compute parts in one launch, at the last of them."""
    joining = _Joining(lowering)
    for step in steps:
        joining.add(step)
    return tuple(joining.joined())


@dataclass(eq=False)
class _Entry:
    """Steps that run together at a `time`; several are launches that touch nothing in common."""

    time: int
    steps: list[Step] = field(default_factory=list)
    written: set[Slot] = field(default_factory=set)
    read: set[Slot] = field(default_factory=set)

    def take(self, step: Step, written: set[Slot], read: set[Slot]) -> None:
        self.steps.append(step)
        self.written |= written
        self.read |= read


class _Joining:
    def __init__(self, lowering: Lowering) -> None:
        self._lowering = lowering
        self._entries: list[_Entry] = []
        self._hosts: dict[str, _Entry] = {}
        self._last_used: dict[Slot, int] = {}
        self._last_written: dict[Slot, int] = {}
        self._places: dict[tuple[int, int], Place] = {}
        self._now = 0

    def add(self, step: Step) -> None:
        """Put a step into an entry that can host it, or into a new one."""
        self._now += 1
        written = written_by(step)
        read = set(slots_of((step,))) - written
        entry = self._entry(step, written, read)
        entry.take(step, written, read)
        entry.time = self._now
        self._last_used.update(dict.fromkeys(entry.written | entry.read, self._now))
        self._last_written.update(dict.fromkeys(entry.written, self._now))

    def _entry(self, step: Step, written: set[Slot], read: set[Slot]) -> _Entry:
        fresh = _Entry(self._now)
        if isinstance(step, Launch) and self._elements(step):
            form = form_of(step.kernel)
            host = self._hosts.get(form)
            if host is not None and self._can_wait(host) and not _meet(host, written, read):
                return host
            self._hosts[form] = fresh
        self._entries.append(fresh)
        return fresh

    def _can_wait(self, host: _Entry) -> bool:
        """Whether nothing after a host has used what it writes, or written what it reads."""
        return all(self._last_used[slot] <= host.time for slot in host.written) and all(
            self._last_written.get(slot, 0) <= host.time for slot in host.read
        )

    def _elements(self, launch: Launch) -> int:
        """How many elements a kernel with parts computes, 0 for another one."""
        counts = (self._lowering.parts.get(a.place.slot, 0) for a in launch.arguments)
        return max(counts, default=0)

    def joined(self) -> Iterator[Step]:
        """The steps of all entries, in order."""
        for entry in sorted(self._entries, key=lambda e: e.time):
            first = entry.steps[0]
            if isinstance(first, Launch) and self._elements(first):
                yield self._launch([step for step in entry.steps if isinstance(step, Launch)])
            else:
                yield first

    def _launch(self, members: Sequence[Launch]) -> Launch:
        """The calls for all parts of all members."""
        counts = list(map(self._elements, members))
        size = max(1, -(-sum(counts) // (_MOST_PARTS * GRAIN))) * GRAIN
        calls = [
            self._part(member, first, min(size, count - first))
            for member, count in zip(members, counts, strict=True)
            for first in range(0, count, size)
        ]
        return dataclasses.replace(
            members[0],
            kernel=dataclasses.replace(members[0].kernel, work=_work(members[0], sum(counts))),
            arguments=calls[0].arguments,
            nodes=tuple(node for member in members for node in member.nodes),
            more=tuple(calls[1:]),
        )

    def _part(self, member: Launch, first: int, count: int) -> Call:
        key = first, count
        if key not in self._places:
            self._places[key] = self._lowering.new_constant("part", np.array(key, np.int32))
        parts = self._lowering.parts
        arguments = (
            Argument(self._places[key], "in") if a.place.slot in parts else a
            for a in member.arguments
        )
        return Call(member.kernel, tuple(arguments))


def _meet(host: _Entry, written: set[Slot], read: set[Slot]) -> bool:
    return bool(written & (host.written | host.read) or read & host.written)


def _work(launch: Launch, elements: int) -> int:
    """Multiply-adds for so many elements; the last loop computes one in each turn."""
    loop = launch.kernel.body[-1]
    assert isinstance(loop, For)
    return operations(dataclasses.replace(launch.kernel, body=loop.body)) * elements // 2
