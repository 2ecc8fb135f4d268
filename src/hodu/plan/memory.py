"""Where the slots of the arena lie: one block of memory, shared by what is never alive together.

Slots are placed greedily, each at the lowest address that is free for as long as it lives. The
largest come first (Y. Pisarchyk and J. Lee, "Efficient Memory Management for Deep Neural Net
Inference", 2020, "greedy by size"); where that takes more than is ever alive, other orders are
tried, and the one that takes least is used.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hodu.lower.program import Branch, Launch, Place, Program, Repeat, Slot, Step

ALIGNMENT = 64
_MOST_TO_TRY = 1024  # lives, for which other orders take a second at most


@dataclass(frozen=True, slots=True)
class Life:
    """The first and the last time at which memory of the arena is in use.

    `also` are the slots that take it over from `slot`, one after the other.
    """

    slot: Slot
    first: int
    last: int
    also: tuple[Slot, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Byte offsets of the slots in the arena; `bound` is the most that is alive at once."""

    offsets: Mapping[Slot, int]
    size: int
    lives: tuple[Life, ...]
    bound: int

    def at_peak(self) -> list[Life]:
        """What is alive when most is, the largest first."""
        time = max(range(_end(self.lives)), key=lambda t: _alive(self.lives, t), default=0)
        alive = [life for life in self.lives if life.first <= time <= life.last]
        return sorted(alive, key=lambda life: -life.slot.bytes)


_Placed = tuple[int, int, Life]


def plan_memory(program: Program) -> Plan:
    """Offsets for every arena slot and every state; states live from run to run."""
    offsets: dict[Slot, int] = {}
    top = 0
    for port in program.states:
        offsets[port.slot] = top
        top += _aligned(port.slot.bytes)
    lives = find_lives(program)
    alive = [_alive(lives, t) for t in range(_end(lives))]
    bound = max(alive, default=0)
    placed = _placed(lives, bound, alive.index(bound) if alive else 0)
    for start, _, life in placed:
        offsets.update(dict.fromkeys((life.slot, *life.also), top + start))
    return Plan(offsets, top + _top(placed), lives, bound)


def _placed(lives: tuple[Life, ...], bound: int, peak: int) -> list[_Placed]:
    """The lives with where they begin and end, in the order that takes least memory.

    `peak` is when `bound` bytes are alive.
    """
    found: list[list[_Placed]] = []
    orders = (_by_size, _by_area, _by_time, functools.partial(_from_peak, peak))
    for order in orders if len(lives) <= _MOST_TO_TRY else orders[:1]:
        placed: list[_Placed] = []
        for life in sorted(lives, key=order):
            start = _lowest(life, placed)
            placed.append((start, start + _aligned(life.slot.bytes), life))
        if _top(placed) <= bound:
            return placed
        found.append(placed)
    return min(found, key=_top)


def _top(placed: Sequence[_Placed]) -> int:
    return max((end for _, end, _ in placed), default=0)


def _by_size(life: Life) -> tuple[int, int]:
    return -life.slot.bytes, life.first


def _by_area(life: Life) -> tuple[int, int]:
    return -life.slot.bytes * (life.last - life.first + 1), life.first


def _by_time(life: Life) -> tuple[int, int]:
    return life.first, -life.slot.bytes


def _from_peak(peak: int, life: Life) -> tuple[int, int]:
    return max(life.first - peak, peak - life.last, 0), -life.slot.bytes


def _lowest(life: Life, placed: Sequence[_Placed]) -> int:
    size = _aligned(life.slot.bytes)
    at = 0
    busy = [(s, e) for s, e, o in placed if o.first <= life.last and life.first <= o.last]
    for start, end in sorted(busy):
        if at + size <= start:
            break
        at = max(at, end)
    return at


def _aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT


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
