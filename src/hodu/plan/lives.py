"""When slots are in use, and which of them may lie over one another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hodu.kernel.ir import Overlap
from hodu.lower.program import Argument, Branch, Launch, Place, Program, Repeat, Slot, Step

_PLANNED = ("arena", "output")


@dataclass(frozen=True, slots=True)
class Life:
    """The first and the last time at which memory is in use.

    `also` are the slots that take it over from `slot`, one after the other.
    """

    slot: Slot
    first: int
    last: int
    also: tuple[Slot, ...] = ()

    @property
    def slots(self) -> tuple[Slot, ...]:
        """All that lie there, one after the other."""
        return (self.slot, *self.also)


@dataclass(frozen=True, slots=True)
class Meeting:
    """How many bytes the slot that a kernel reads last may begin after the one it writes first.

    That is `least` or more, or one of `exact`.
    """

    least: int
    exact: tuple[int, ...] = ()

    def shared(self, source: int, target: int) -> int:
        """The most bytes that slots of these sizes can have in common."""
        starts = (max(self.least, min(0, target - source)), *self.exact)
        return max(max(0, min(target, d + source) - max(0, d)) for d in starts)


@dataclass(frozen=True, slots=True)
class Lives:
    """All lives, and the meetings of those whose slots are source and target of one kernel.

    `outputs` are in use from the first kernel that writes them to the end.
    """

    all: tuple[Life, ...]
    meetings: Mapping[tuple[Slot, Slot], Meeting]
    outputs: tuple[Life, ...] = ()

    @property
    def bound(self) -> int:
        """Bytes below which no arena can be."""
        return max(map(self.least_at, range(self.end)), default=0)

    @property
    def peaks(self) -> list[int]:
        """The times that need most."""
        needs = list(map(self.least_at, range(self.end)))
        return [time for time, need in enumerate(needs) if need == max(needs)]

    @property
    def end(self) -> int:
        """The time after the last one."""
        return max((life.last + 1 for life in self.all), default=0)

    def at(self, time: int) -> list[Life]:
        """What is in use at a time."""
        return [life for life in self.all if life.first <= time <= life.last]

    def least_at(self, time: int) -> int:
        """Bytes below which no arena can be, for what is in use at a time."""
        alive = self.at(time)
        sizes = {life.slot: life.slot.bytes for life in alive}
        saved: dict[Slot, int] = {}
        for (source, target), meeting in self.meetings.items():
            if source in sizes and target in sizes:
                common = meeting.shared(sizes[source], sizes[target])
                saved[target] = min(sizes[target], saved.get(target, 0) + common)
        return sum(sizes.values()) - sum(saved.values())


def find_lives(program: Program) -> Lives:
    """When each slot of the arena and each output is in use, in numbers of launches.

    What is used inside a loop and outside of it lives through the whole loop.
    """
    clock = _Clock()
    clock.run(program.steps)
    spans, looped = clock.spans, set[Slot]()
    for slot in (slot for slot in spans if slot.kind == "output"):
        spans[slot] = (spans[slot][0], clock.time)
    for start, end, used in reversed(clock.loops):  # the outer ones first
        for slot in used:
            first, last = spans[slot]
            if first < start or last >= end:
                spans[slot] = (min(first, start), max(last, end - 1))
                looped.add(slot)
    every = {slot: Life(slot, first, last) for slot, (first, last) in spans.items()}
    outputs = tuple(life for slot, life in every.items() if slot.kind == "output")
    lives = {slot: life for slot, life in every.items() if slot.kind == "arena"}
    merged = _merged(lives, clock.launches, looped)
    meetings = _meetings((*merged, *outputs), clock.launches, looped)
    return Lives(merged, dict(meetings), outputs)


# -- taking over --------------------------------------------------------------------------------


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


# -- lying over one another ---------------------------------------------------------------------


def _meetings(
    lives: Sequence[Life], launches: Sequence[tuple[int, Launch]], looped: set[Slot]
) -> Iterator[tuple[tuple[Slot, Slot], Meeting]]:
    of = {slot: life for life in lives for slot in life.slots}
    for time, launch in launches:
        slots = dict.fromkeys(a.place.slot for a in launch.arguments if a.place.slot in of)
        free = [slot for slot in slots if slot not in looped]
        sources = [slot for slot in free if of[slot].last == time > of[slot].first]
        targets = [slot for slot in free if of[slot].first == time]
        for source in sources:
            for target in targets:
                meeting = meeting_of(launch, source, target)
                if meeting is not None:
                    yield (of[source].slot, of[target].slot), meeting


def meeting_of(launch: Launch, source: Slot, target: Slot) -> Meeting | None:
    """How a slot that a kernel only reads may lie to one that it writes."""
    known = {(o.source, o.target): o for o in launch.kernel.overlaps}
    named = list(zip((p.name for p in launch.kernel.params), launch.arguments, strict=True))
    if any(a.role != "in" for _, a in named if a.place.slot is source):
        return None
    found: list[Meeting] = []
    for read, a in named:
        for written, b in named:
            if a.place.slot is source and b.place.slot is target:
                if (read, written) not in known:
                    return None
                found.append(_moved(known[read, written], _start(b) - _start(a)))
    least = max(one.least for one in found)
    exact = {d for one in found for d in one.exact if all(_allows(each, d) for each in found)}
    return Meeting(least, tuple(sorted(d for d in exact if d < least)))


def _moved(overlap: Overlap, by: int) -> Meeting:
    return Meeting(overlap.least + by, tuple(d + by for d in overlap.exact))


def _allows(meeting: Meeting, distance: int) -> bool:
    return distance >= meeting.least or distance in meeting.exact


def _start(argument: Argument) -> int:
    """At which byte of its slot an argument begins."""
    slot = argument.place.slot
    return argument.place.offset * (slot.bytes // slot.size if slot.size else 0)


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
                case Launch():
                    self.launches.append((self.time, step))
                    used |= {self._use(a.place) for a in step.touched}
                    self.time += 1
                case Branch(condition=condition, then=then, orelse=orelse):
                    used.add(self._use(condition))
                    used |= self.run(then) | self.run(orelse)
                case Repeat():
                    used |= self._repeat(step)
        return used

    def _use(self, place: Place) -> Slot:
        slot = place.slot
        if slot.kind in _PLANNED:
            first, _ = self.spans.get(slot, (self.time, self.time))
            self.spans[slot] = (first, self.time)
        return slot

    def _repeat(self, step: Repeat) -> set[Slot]:
        start = self.time
        used = self.run(step.test)
        used.add(self._use(step.condition))
        used |= self.run(step.body)
        self.loops.append((start, self.time, {s for s in used if s.kind in _PLANNED}))
        return used
