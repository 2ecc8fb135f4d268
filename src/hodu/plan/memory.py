"""Where the slots of the arena lie: one block of memory, shared by what is never alive together.

Slots are placed greedily, the largest first, each at the lowest address that is free for as long
as it lives. (Y. Pisarchyk and J. Lee, "Efficient Memory Management for Deep Neural Net
Inference", 2020, "greedy by size".) Where that takes more than is alive at once, and there are few
slots, other orders are tried in which some slots lie at the upper end.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from hodu.kernel.narrow import stored
from hodu.lower.program import Branch, Launch, Place, Program, Repeat, Slot, Step

ALIGNMENT = 64
_FEW, _TRIES = 64, 200


@dataclass(frozen=True, slots=True)
class Life:
    """The first and the last time at which memory of the arena is in use.

    `also` are the slots that take it over from `slot`, one after the other.
    """

    slot: Slot
    first: int
    last: int
    also: tuple[Slot, ...] = ()


Placed: TypeAlias = "tuple[int, int, Life]"
"""Where a slot begins and ends."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Byte offsets of the slots in the arena; `bound` is the most that is alive at once.

    The arena begins at, and offsets are, multiples of `alignment`.
    """

    offsets: Mapping[Slot, int]
    size: int
    lives: tuple[Life, ...]
    bound: int
    alignment: int = ALIGNMENT

    def at_peak(self) -> list[Life]:
        """What is alive when most is, the largest first."""
        time = max(range(_end(self.lives)), key=lambda t: _alive(self.lives, t), default=0)
        alive = [life for life in self.lives if life.first <= time <= life.last]
        return sorted(alive, key=lambda life: -life.slot.bytes)


def least_alignment(program: Program) -> int:
    """What processors without vectors need: the width of the widest element, 4 bytes at least."""
    return max([4, *(stored(slot.dtype).itemsize for slot in program.slots)])


def aligned(size: int, alignment: int = ALIGNMENT) -> int:
    """The next multiple of the alignment."""
    return -(-size // alignment) * alignment


def plan_memory(program: Program, alignment: int = ALIGNMENT) -> Plan:
    """Offsets for every arena slot and every state; states live from run to run."""
    offsets: dict[Slot, int] = {}
    top = 0
    for port in program.states:
        offsets[port.slot] = top
        top += aligned(port.slot.bytes, alignment)
    lives = find_lives(program)
    bound = max((_alive(lives, t) for t in range(_end(lives))), default=0)
    placed = _place(lives, alignment, bound)
    for start, _, life in placed:
        offsets.update(dict.fromkeys((life.slot, *life.also), top + start))
    return Plan(offsets, top + _top(placed), lives, bound, alignment)


def _place(lives: Sequence[Life], alignment: int, bound: int) -> list[Placed]:
    """The smallest placement that is found."""
    by_size = sorted(lives, key=lambda life: (-life.slot.bytes, life.first))
    best = _greedy(by_size, alignment, None, frozenset())
    if len(lives) > _FEW:
        return best
    chance = random.Random(0)
    cap = aligned(bound, alignment)
    for _ in range(_TRIES):
        if _top(best) <= cap:
            break
        order = sorted(by_size, key=lambda life: -life.slot.bytes * chance.uniform(0.5, 1.0))
        upper = frozenset(life.slot for life in lives if chance.random() < 0.5)
        best = min(best, _greedy(order, alignment, cap, upper), key=_top)
    return best


def _greedy(
    lives: Sequence[Life], alignment: int, cap: int | None, upper: frozenset[Slot]
) -> list[Placed]:
    """Each slot at the lowest address, those of `upper` at the highest below the cap."""
    placed: list[Placed] = []
    for life in lives:
        size = aligned(life.slot.bytes, alignment)
        busy = [(s, e) for s, e, o in placed if o.first <= life.last and life.first <= o.last]
        start = _highest(size, cap, busy) if cap and life.slot in upper else None
        start = _lowest(size, busy) if start is None else start
        placed.append((start, start + size, life))
    return placed


def _top(placed: Sequence[Placed]) -> int:
    return max((end for _, end, _ in placed), default=0)


def _lowest(size: int, busy: Sequence[tuple[int, int]]) -> int:
    at = 0
    for start, end in sorted(busy):
        if at + size <= start:
            break
        at = max(at, end)
    return at


def _highest(size: int, cap: int, busy: Sequence[tuple[int, int]]) -> int | None:
    """The highest start of what ends below the cap; None where there is no room."""
    end = cap
    for low, high in sorted(busy, key=lambda span: -span[1]):
        if high <= end - size:
            break
        end = min(end, low)
    return end - size if end >= size else None


def _end(lives: tuple[Life, ...]) -> int:
    return max((life.last + 1 for life in lives), default=0)


def _alive(lives: tuple[Life, ...], time: int) -> int:
    return sum(life.slot.bytes for life in lives if life.first <= time <= life.last)


def find_lives(program: Program) -> tuple[Life, ...]:
    """When each slot of the arena is in use, in numbers of launches.

    What is used inside a loop and outside of it lives through the whole loop.
    """
    clock = _Clock()
    clock.run(program.steps)
    spans, looped = clock.spans, set[Slot]()
    for start, end, used in reversed(clock.loops):  # the outer ones first
        for slot in used:
            first, last = spans[slot]
            if first < start or last >= end:
                spans[slot] = (min(first, start), max(last, end - 1))
                looped.add(slot)
    lives = {slot: Life(slot, first, last) for slot, (first, last) in spans.items()}
    return _merged(lives, clock.launches, looped)


def _merged(
    lives: dict[Slot, Life], launches: Sequence[tuple[int, Launch]], looped: set[Slot]
) -> tuple[Life, ...]:
    """Lives in which an output takes over the memory of an input that dies with its kernel.

    What is `looped` is wanted again in the next turn and neither gives nor takes.
    """
    heads: dict[Slot, Slot] = {}
    for time, launch in launches:
        if not launch.kernel.in_place:
            continue
        written = next(a.place.slot for a in launch.arguments if a.role == "out")
        if written in looped:
            continue
        for parameter, argument in zip(launch.kernel.params, launch.arguments, strict=True):
            source = lives.get(heads.get(argument.place.slot, argument.place.slot))
            target = lives.get(written)
            if parameter.name not in launch.kernel.in_place or source is None or target is None:
                continue
            if argument.place.slot in looped:
                continue
            if _hands_over(source, target, time):
                taken = (*source.also, written, *lives.pop(written).also)
                lives[source.slot] = Life(source.slot, source.first, target.last, taken)
                heads[written] = source.slot
                break
    return tuple(lives.values())


def _hands_over(source: Life, target: Life, time: int) -> bool:
    """Whether one slot is last used, and the other first, by the kernel of this time."""
    same = source.slot.bytes == target.slot.bytes
    return same and source.last == time == target.first and source is not target


class _Clock:
    def __init__(self) -> None:
        self.time = 0
        self.spans: dict[Slot, tuple[int, int]] = {}
        self.loops: list[tuple[int, int, set[Slot]]] = []
        self.launches: list[tuple[int, Launch]] = []

    def run(self, steps: Sequence[Step]) -> set[Slot]:
        """Pass the time of some steps; returns the slots that they use."""
        used: set[Slot] = set()
        for step in steps:
            match step:
                case Launch(arguments=arguments):
                    self.launches.append((self.time, step))
                    used |= {self._use(a.place) for a in arguments}
                    self.time += 1
                case Branch(condition=condition, then=then, orelse=orelse):
                    used.add(self._use(condition))
                    used |= self.run(then) | self.run(orelse)
                case Repeat():
                    used |= self._repeat(step)
        return used

    def _use(self, place: Place) -> Slot:
        slot = place.slot
        if slot.kind == "arena":
            first, _ = self.spans.get(slot, (self.time, self.time))
            self.spans[slot] = (first, self.time)
        return slot

    def _repeat(self, step: Repeat) -> set[Slot]:
        start = self.time
        used = self.run(step.test)
        used.add(self._use(step.condition))
        used |= self.run(step.body)
        self.loops.append((start, self.time, {s for s in used if s.kind == "arena"}))
        return used
