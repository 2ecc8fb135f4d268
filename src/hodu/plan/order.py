"""The order of kernels with the smallest peak of memory, for graphs with few ways to go.

What is alive depends on the set of kernels that have run, not on their order. So the least peak to
reach each set follows from those of the sets with one kernel less, and the best order is a path
through sets. (That is the dynamic programming of M. Held and R. M. Karp, 1962, on the sets that
are closed under what kernels read.)
"""

from __future__ import annotations

import dataclasses
import heapq
from collections.abc import Sequence
from dataclasses import dataclass

from hodu.kernel.walk import can_fail
from hodu.lower.program import Launch, Program, Slot
from hodu.plan.lives import find_lives, meeting_of

_MOST_SETS = 1 << 13


def in_best_order(program: Program) -> Program:
    """The program with its kernels in an order of least peak; as it is where that is no better.

    It stays as it is, too, with branches or loops, or with too many sets of kernels to look at.
    """
    launches = [step for step in program.steps if isinstance(step, Launch)]
    if len(launches) != len(program.steps):
        return program
    order = _Orders(launches).best()
    if order is None:
        return program
    changed = dataclasses.replace(program, steps=tuple(launches[i] for i in order))
    return changed if find_lives(changed).bound < find_lives(program).bound else program


@dataclass(frozen=True, slots=True)
class _Uses:
    """The kernels that use a slot, as bits of a set, and its bytes."""

    bytes: int
    users: int


class _Orders:
    def __init__(self, launches: Sequence[Launch]) -> None:
        self.launches = launches
        self.before = _predecessors(launches)
        self.uses: dict[Slot, _Uses] = {}
        for i, launch in enumerate(launches):
            for slot in {a.place.slot for a in launch.arguments if a.place.slot.kind == "arena"}:
                known = self.uses.get(slot, _Uses(slot.bytes, 0))
                self.uses[slot] = dataclasses.replace(known, users=known.users | 1 << i)
        self.touched = [
            [use for use in self.uses.values() if use.users >> i & 1] for i in range(len(launches))
        ]
        self.shares = [_shares(launch) for launch in launches]

    def best(self) -> list[int] | None:
        """Numbers of launches in an order of least peak; None where that takes too long."""
        whole = (1 << len(self.launches)) - 1
        waiting: list[tuple[int, int, tuple[int, ...], int, int]] = [(0, 0, (), 0, 0)]
        seen: set[int] = set()
        while waiting:
            peak, left, order, done, alive = heapq.heappop(waiting)
            if done == whole:
                return list(order)
            if done in seen:
                continue
            seen.add(done)
            if len(seen) > _MOST_SETS:
                return None
            for i, before in enumerate(self.before):
                if not done >> i & 1 and before & done == before:
                    now, after = self._run(i, done, alive)
                    entry = (max(peak, now), left - 1, (*order, i), done | 1 << i, after)
                    heapq.heappush(waiting, entry)
        return None

    def _run(self, i: int, done: int, alive: int) -> tuple[int, int]:
        """Bytes while a launch runs after others, and after it."""
        later = done | 1 << i
        begun = sum(use.bytes for use in self.touched[i] if not use.users & done)
        ended = sum(use.bytes for use in self.touched[i] if use.users & later == use.users)
        saved: dict[Slot, int] = {}
        for (source, target), common in self.shares[i].items():
            if self._ends(source, later) and not self.uses[target].users & done:
                saved[target] = min(target.bytes, saved.get(target, 0) + common)
        now = alive + begun
        return now - sum(saved.values()), now - ended

    def _ends(self, slot: Slot, later: int) -> bool:
        users = self.uses[slot].users
        return users & later == users


def _predecessors(launches: Sequence[Launch]) -> list[int]:
    """For each launch the set of those that must run before it.

    What is written is read after that, and written again after all reads. What can fail does so in
    the order of the program.
    """
    writers: dict[Slot, int] = {}
    users: dict[Slot, int] = {}
    failing = 0
    found: list[int] = []
    for i, launch in enumerate(launches):
        before = failing if can_fail(launch.kernel) else 0
        for argument in launch.arguments:
            slot = argument.place.slot
            before |= (writers if argument.role == "in" else users).get(slot, 0)
        found.append(before & ~(1 << i))
        for argument in launch.arguments:
            slot = argument.place.slot
            users[slot] = users.get(slot, 0) | 1 << i
            if argument.role != "in":
                writers[slot] = writers.get(slot, 0) | 1 << i
        if can_fail(launch.kernel):
            failing |= 1 << i
    return found


def _shares(launch: Launch) -> dict[tuple[Slot, Slot], int]:
    """The bytes that what a launch reads and what it writes can have in common."""
    named = list(zip((p.name for p in launch.kernel.params), launch.arguments, strict=True))
    arena = [(n, a.place.slot, a.role) for n, a in named if a.place.slot.kind == "arena"]
    found: dict[tuple[Slot, Slot], int] = {}
    for name, source, _ in (one for one in arena if one[2] == "in"):
        for _, target, _ in (one for one in arena if one[2] != "in" and one[1] is not source):
            meeting = meeting_of(launch, source, target)
            common = meeting.shared(source.bytes, target.bytes) if meeting else 0
            if name in launch.kernel.in_place and source.bytes == target.bytes:
                common = source.bytes
            found[source, target] = max(common, found.get((source, target), 0))
    return found
