"""Copies at the end of a computation left out: what is copied is computed in its last place.

That is how a state is updated in place, what a loop carries is replaced, and the result of a loop
becomes an output, and how a tensor that is needed no more is changed where it lies. A
`copy V -> T` may go when V, which nothing else needs, can be T from the step that first writes V
on: until the copy no step looks at what T was before, but for that step where it reads an element
of T just before it writes the same one; after the copy one of the two is used no more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from hodu.kernel.algebra import is_number
from hodu.kernel.ir import Copy
from hodu.kernel.walk import can_fail
from hodu.lower.program import (
    Argument,
    Branch,
    Launch,
    Place,
    Repeat,
    Slot,
    Step,
    launches_of,
    slots_of,
    written_by,
)


def without_copies(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The same program with fewer copies.

    States and updated inputs are written after the last step that can fail, so that a run that
    fails leaves all of them as they were; steps that do nothing but fail go first for that.
    """
    return _Block(_checks_first(steps)).merged()


def _checks_first(steps: Sequence[Step]) -> list[Step]:
    """The steps in an order in which those that write nothing follow what they read at once."""
    moved: list[Step] = []
    for step in steps:
        at = len(moved)
        if _only_checks(step):
            read = set(slots_of((step,)))
            while at and not _only_checks(moved[at - 1]) and not read & written_by(moved[at - 1]):
                at -= 1
        moved.insert(at, step)
    return moved


def _only_checks(step: Step) -> bool:
    return isinstance(step, Launch) and all(a.role == "in" for a in step.arguments)


class _Block:
    """Steps that run one after the other; `shared` is memory that steps outside use too."""

    def __init__(self, steps: Sequence[Step], shared: Iterable[Slot] | None = None) -> None:
        self.steps: list[Step | None] = list(steps)
        self.touched = [set(slots_of((step,))) for step in steps]
        self.shared = frozenset(shared or ())
        self.is_outermost = shared is None
        failing = (i for i, s in enumerate(steps) if any(map(_fails, launches_of((s,)))))
        self.last_failing = max(failing, default=-1)

    def merged(self) -> tuple[Step, ...]:
        """The steps without the copies that are not needed."""
        self._merge_inside()
        for number, step in enumerate(self.steps):
            copied = _whole_copy(step)
            if copied is not None and self._is_needless(number, *copied):
                self._merge(number, *copied)
        return tuple(step for step in self.steps if step is not None)

    def _merge_inside(self) -> None:
        users = Counter(slot for touched in self.touched for slot in touched)
        for number, step in enumerate(self.steps):
            if isinstance(step, (Branch, Repeat)):
                touched = self.touched[number]
                shared = {s for s in touched if users[s] > 1 or s in self.shared}
                inner = _merged_inside(step, shared)
                self.steps[number] = inner
                self.touched[number] = set(slots_of((inner,)))

    def _is_needless(self, number: int, source: Slot, target: Slot) -> bool:
        first = next(i for i, touched in enumerate(self.touched) if source in touched)
        return (
            source.kind == "arena"
            and source not in self.shared
            and first < number
            and self._may_write(first, target)
            and not self._meet(first, number, source, target)
            and _begins(self.steps[first], source, target)
        )

    def _meet(self, first: int, copy: int, source: Slot, target: Slot) -> bool:
        """Whether both have contents of their own at a time, from the first use of the source."""
        before, after = self.touched[first + 1 : copy], self.touched[copy + 1 :]
        if any(target in touched for touched in before):
            return True
        return all(any(slot in touched for touched in after) for slot in (source, target))

    def _may_write(self, first: int, target: Slot) -> bool:
        if target.kind in ("state", "updated"):
            return self.is_outermost and first > self.last_failing
        return target.kind in ("arena", "output")

    def _merge(self, number: int, source: Slot, target: Slot) -> None:
        self._drop(number)
        for i, touched in enumerate(self.touched):
            if source not in touched:
                continue
            if _whole_copy(self.steps[i]) == (target, source):
                self._drop(i)
                continue
            (self.steps[i],) = _renamed((self.steps[i],), source, target)
            self.touched[i] = (touched - {source}) | {target}

    def _drop(self, number: int) -> None:
        self.steps[number] = None
        self.touched[number] = set()


def _fails(launch: Launch) -> bool:
    return can_fail(launch.kernel)


def _merged_inside(step: Branch | Repeat, shared: set[Slot]) -> Step:
    outside = shared | {step.condition.slot}
    match step:
        case Branch(then=then, orelse=orelse):
            then = _Block(then, outside | set(slots_of(orelse))).merged()
            orelse = _Block(orelse, outside | set(slots_of(then))).merged()
            return replace(step, then=then, orelse=orelse)
        case Repeat(test=test, body=body):
            return replace(step, body=_Block(body, outside | set(slots_of(test))).merged())


def _whole_copy(step: Step | None) -> tuple[Slot, Slot] | None:
    """The slots of a step that copies all of one to another of the same type."""
    if not isinstance(step, Launch) or len(step.kernel.body) != 1:
        return None
    (copy,) = step.kernel.body
    if not isinstance(copy, Copy):
        return None
    places = dict(zip(step.kernel.params, (a.place for a in step.arguments), strict=True))
    source, target = places[copy.source], places[copy.target]
    size = target.slot.size
    parts = (copy.source_index, 0), (copy.target_index, 0), (copy.count, size)
    alike = source.slot.dtype is target.slot.dtype and source.slot.size == size
    if not alike or source.offset or target.offset or not all(is_number(*part) for part in parts):
        return None
    return source.slot, target.slot


def _begins(step: Step | None, source: Slot, target: Slot) -> bool:
    """Whether a step, the first that touches `source`, writes it and can do so in `target`."""
    assert step is not None
    if _whole_copy(step) == (target, source):
        return True
    launch = next((x for x in launches_of((step,)) if source in slots_of((x,))), None)
    if launch is None:
        return False
    roles = {a.role for a in launch.arguments if a.place.slot is source}
    if "in" in roles:
        return False
    if target not in slots_of((step,)):
        return True
    return step is launch and roles == {"out"} and _is_in_place(launch, source, target)


def _is_in_place(launch: Launch, source: Slot, target: Slot) -> bool:
    written = {a.place for a in launch.arguments if a.role != "in" and a.place.slot is source}
    old = [
        (parameter.name, argument)
        for parameter, argument in zip(launch.kernel.params, launch.arguments, strict=True)
        if argument.place.slot is target
    ]
    return written == {Place(source)} and all(
        name in launch.kernel.in_place and argument == Argument(Place(target), "in")
        for name, argument in old
    )


def _renamed(steps: Sequence[Step | None], old: Slot, new: Slot) -> tuple[Step, ...]:
    """The steps with one slot in the place of another."""

    def place(given: Place) -> Place:
        return replace(given, slot=new) if given.slot is old else given

    def renamed(step: Step) -> Step:
        match step:
            case Launch(arguments=arguments):
                return replace(
                    step, arguments=tuple(replace(a, place=place(a.place)) for a in arguments)
                )
            case Branch(condition=condition, then=then, orelse=orelse):
                return Branch(
                    place(condition), _renamed(then, old, new), _renamed(orelse, old, new)
                )
            case Repeat(test=test, condition=condition, body=body):
                return Repeat(_renamed(test, old, new), place(condition), _renamed(body, old, new))

    return tuple(renamed(step) for step in steps if step is not None)
