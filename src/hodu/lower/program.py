"""What lowering yields: kernels called in order on slots of memory, with loops and branches.

    Program = slots, steps, sites
    Step    = Launch(kernel, arguments, more) | Branch(condition) | Repeat(condition)
    Slot    = input | updated | output | constant | state | arena | shapes

A slot is memory of one dtype; where an arena slot lies is planned later (`hodu.plan.memory`). An
`updated` slot is that of an input which the run leaves with new contents.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from hodu.dtypes import DType
from hodu.kernel.buffer import Role
from hodu.kernel.ir import Kernel
from hodu.kernel.narrow import stored
from hodu.ops._table import Array
from hodu.shapes import TensorType
from hodu.snapshot.ir import Node

SlotKind = Literal["input", "updated", "output", "constant", "state", "arena", "shapes"]


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """Memory of `size` elements; `data` is the contents of a constant, or the first of a state."""

    name: str
    dtype: DType
    size: int
    kind: SlotKind
    data: Array | None = None

    @property
    def bytes(self) -> int:
        """How much memory it takes."""
        return self.size * stored(self.dtype).itemsize

    def __repr__(self) -> str:
        return f"{self.kind} {self.name}: {self.dtype}[{self.size}]"


@dataclass(frozen=True, slots=True)
class Place:
    """A part of a slot: from an element on."""

    slot: Slot
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Argument:
    """What a kernel gets for one of its parameters."""

    place: Place
    role: Role


@dataclass(frozen=True, slots=True)
class Call:
    """A kernel on memory of its own, which may be all but the first argument that it is given."""

    kernel: Kernel
    arguments: tuple[Argument, ...]

    @property
    def rest(self) -> tuple[Argument, ...]:
        """The arguments that calls for parts of the same memory share."""
        return self.arguments[1:]


@dataclass(frozen=True, slots=True)
class Launch:
    """A call of a kernel, which computes `nodes`; `label` names their ops, for profiles.

    `more` are calls of kernels of the same form, which differ in the sizes of parameters. No call
    touches what another one writes, and where they are `shared` out, threads divide them.
    """

    kernel: Kernel
    arguments: tuple[Argument, ...]
    label: str
    where: str | None = None
    nodes: tuple[Node, ...] = ()
    more: tuple[Call, ...] = ()
    shared: bool = False

    @property
    def calls(self) -> tuple[Call, ...]:
        """All calls, its own first."""
        return (Call(self.kernel, self.arguments), *self.more)

    @property
    def touched(self) -> Iterator[Argument]:
        """The arguments of all calls."""
        for call in self.calls:
            yield from call.arguments


@dataclass(frozen=True, slots=True)
class Branch:
    """`then` where the bool at `condition` holds, else `orelse`."""

    condition: Place
    then: tuple[Step, ...]
    orelse: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """`test`, then `body` as long as the bool at `condition` holds."""

    test: tuple[Step, ...]
    condition: Place
    body: tuple[Step, ...]


Step: TypeAlias = "Launch | Branch | Repeat"


@dataclass(frozen=True, slots=True)
class Port:
    """An input, output or state of a program: its name, its type and its memory.

    The shape of an output whose sizes depend on the data is symbolic; `capacity` is then the
    greatest it can be.
    """

    name: str
    type: TensorType
    slot: Slot
    capacity: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Program:
    """A whole model as calls of kernels; `sites` are the texts of errors that kernels report."""

    name: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    states: tuple[Port, ...]
    slots: tuple[Slot, ...]
    steps: tuple[Step, ...]
    sites: tuple[str, ...]
    metadata: Mapping[str, str] = field(default_factory=dict)

    def launches(self) -> Iterator[Launch]:
        """Every call of a kernel, in the order of the text."""
        yield from launches_of(self.steps)


def launches_of(steps: Sequence[Step]) -> Iterator[Launch]:
    """Every call of a kernel in steps, in the order of the text."""
    for step in steps:
        match step:
            case Launch():
                yield step
            case Branch(then=then, orelse=orelse):
                yield from launches_of((*then, *orelse))
            case Repeat(test=test, body=body):
                yield from launches_of((*test, *body))


def slots_of(steps: Sequence[Step]) -> Iterator[Slot]:
    """The slots that steps read or write."""
    for step in steps:
        match step:
            case Launch():
                yield from (argument.place.slot for argument in step.touched)
            case Branch(condition=condition, then=then, orelse=orelse):
                yield condition.slot
                yield from slots_of((*then, *orelse))
            case Repeat(test=test, condition=condition, body=body):
                yield condition.slot
                yield from slots_of((*test, *body))


def with_launches(program: Program, new: Mapping[int, Launch]) -> Program:
    """The program with other calls, by the id of those that they stand for."""
    steps = tuple(_steps(program.steps, new))
    before, after = dict.fromkeys(slots_of(program.steps)), dict.fromkeys(slots_of(steps))
    kept = [s for s in program.slots if s in after or s not in before]
    added = [s for s in after if s not in before]
    return replace(program, steps=steps, slots=(*kept, *added))


def _steps(steps: Sequence[Step], new: Mapping[int, Launch]) -> Iterator[Step]:
    for step in steps:
        match step:
            case Launch():
                yield new.get(id(step), step)
            case Branch(then=then, orelse=orelse):
                parts = tuple(_steps(then, new)), tuple(_steps(orelse, new))
                yield replace(step, then=parts[0], orelse=parts[1])
            case Repeat(test=test, body=body):
                test, body = tuple(_steps(test, new)), tuple(_steps(body, new))
                yield replace(step, test=test, body=body)


def written_by(step: Step) -> set[Slot]:
    """The slots that a step may write; of a branch or a loop, all that it touches."""
    if not isinstance(step, Launch):
        return set(slots_of((step,)))
    return {argument.place.slot for argument in step.touched if argument.role != "in"}
