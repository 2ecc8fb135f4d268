"""Kernels that differ in sizes and numbers alone become one, which reads these from a table.

Firmware holds each layer's weights anyhow; with this, layers of one form share their code. The
numbers of a layer stand before a constant that it alone has, its weights, or else in a constant of
their own, so that the loop IR needs nothing new.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence

import numpy as np

from hodu.dtypes import DType, f32, i16, i32
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import INDEX, Const, Expr, Load
from hodu.kernel.ir import Block, Copy, Kernel
from hodu.kernel.reach import is_short
from hodu.kernel.walk import all_expressions, replace_block, statements
from hodu.kernel.work import operations
from hodu.lower.differences import (
    Differences,
    differences,
    form_without_numbers,
    fresh_name,
)
from hodu.lower.program import (
    Argument,
    Branch,
    Launch,
    Place,
    Program,
    Repeat,
    Slot,
    Step,
    slots_of,
)
from hodu.ops._table import Array

_MOST_HOST_BYTES = 1 << 22  # of a constant that is copied to stand behind its numbers


def unite_kernels(program: Program, *, compact: bool = False) -> Program:
    """The program with one kernel for all that differ in sizes and numbers alone.

    They read them where they need them, or once where that is shorter, in `compact` code.
    """
    groups: dict[str, list[Launch]] = {}
    for launch in program.launches():
        if is_short(launch.kernel):
            groups.setdefault(form_without_numbers(launch.kernel), []).append(launch)
    uses = _uses(program.steps)
    new: dict[int, Launch] = {}
    for members in groups.values():
        new.update(_united(members, uses, compact))
    steps = tuple(_steps(program.steps, new))
    before, after = dict.fromkeys(slots_of(program.steps)), dict.fromkeys(slots_of(steps))
    kept = [s for s in program.slots if s in after or s not in before]
    added = [s for s in after if s not in before]
    return dataclasses.replace(program, steps=steps, slots=(*kept, *added))


def _uses(steps: Sequence[Step]) -> dict[Slot, int]:
    """How often slots are used, constants with the same elements together: memory has them once."""
    counted = Counter(slots_of(steps))
    keys = {slot: _contents(slot) for slot in counted}
    together: Counter[Hashable] = Counter()
    for slot, count in counted.items():
        together[keys[slot]] += count
    return {slot: together[keys[slot]] for slot in counted}


def _contents(slot: Slot) -> Hashable:
    if slot.kind != "constant" or slot.data is None or slot.bytes > _MOST_HOST_BYTES:
        return slot
    return slot.dtype, slot.data.tobytes()


def _steps(steps: Sequence[Step], new: Mapping[int, Launch]) -> Iterator[Step]:
    for step in steps:
        match step:
            case Launch():
                yield new.get(id(step), step)
            case Branch(then=then, orelse=orelse):
                parts = tuple(_steps(then, new)), tuple(_steps(orelse, new))
                yield dataclasses.replace(step, then=parts[0], orelse=parts[1])
            case Repeat(test=test, body=body):
                test, body = tuple(_steps(test, new)), tuple(_steps(body, new))
                yield dataclasses.replace(step, test=test, body=body)


def _united(
    members: Sequence[Launch], uses: Mapping[Slot, int], compact: bool
) -> Iterator[tuple[int, Launch]]:
    """Each member with the kernel of all of them and a table, unless there is only one kernel."""
    table = differences([member.kernel for member in members], again=not compact)
    if table is None:
        return
    host = _host(members, uses, (i16, f32) if table.are_short else (f32,))
    for number, member in enumerate(members):
        numbers = table.row(number)
        if host is None:
            yield id(member), _with_parameter(member, table, numbers)
        else:
            yield id(member), _with_host(member, table, numbers, host)


def _with_parameter(member: Launch, table: Differences, numbers: Array) -> Launch:
    """The call of a kernel that reads the numbers from a parameter of its own."""
    kernel = member.kernel
    buf = Buf(fresh_name(kernel), i32, len(numbers), "in")
    body = table.body(kernel, lambda i: Load(buf, Const(i, INDEX)))
    slot = Slot(f"{kernel.name}_sizes", i32, len(numbers), "constant", numbers)
    argument = Argument(Place(slot), "in")
    united = _changed(kernel, body, (*kernel.params, buf))
    return dataclasses.replace(member, kernel=united, arguments=(*member.arguments, argument))


def _with_host(member: Launch, table: Differences, numbers: Array, host: int) -> Launch:
    """The call of a kernel that reads the numbers before the elements of one of its constants."""
    kernel, argument, count = member.kernel, member.arguments[host], len(numbers)
    old, slot = kernel.params[host], argument.place.slot
    assert slot.data is not None
    own = numbers.astype(np.int16) if old.dtype is i16 else numbers.view(np.float32)
    data = np.concatenate([own, slot.data.reshape(-1)])
    buf = dataclasses.replace(old, size=old.size + count)

    def moved(x: Expr) -> Expr | None:
        return Load(buf, x.index + count) if isinstance(x, Load) and x.buf is old else None

    body = replace_block(table.body(kernel, lambda i: Load(buf, Const(i, INDEX))), moved)
    place = Place(Slot(slot.name, slot.dtype, slot.size + count, "constant", data))
    arguments = list(member.arguments)
    arguments[host] = dataclasses.replace(argument, place=place)
    params = tuple(buf if param is old else param for param in kernel.params)
    united = _changed(kernel, body, params)
    return dataclasses.replace(member, kernel=united, arguments=tuple(arguments))


def _changed(kernel: Kernel, body: Block, params: tuple[Buf, ...]) -> Kernel:
    work = kernel.work or operations(kernel) // 2
    return dataclasses.replace(kernel, params=params, body=body, work=work)


def _host(
    members: Sequence[Launch], uses: Mapping[Slot, int], dtypes: Sequence[DType]
) -> int | None:
    """The number of a parameter that is a constant for each member alone, of the first dtype."""
    for dtype, number in itertools.product(dtypes, range(len(members[0].kernel.params))):
        if all(_can_host(member, number, dtype, uses) for member in members):
            return number
    return None


def _can_host(member: Launch, number: int, dtype: DType, uses: Mapping[Slot, int]) -> bool:
    """Whether the table may stand before the elements of a parameter of this dtype."""
    slot = member.arguments[number].place.slot
    is_own = slot.kind == "constant" and slot.data is not None and uses[slot] == 1
    if slot.dtype is not dtype or member.kernel.params[number].dtype is not dtype:
        return False
    if not is_own or slot.bytes > _MOST_HOST_BYTES or member.arguments[number].place.offset:
        return False
    buf = member.kernel.params[number]
    copies = [x for x in statements(member.kernel.body) if isinstance(x, Copy)]
    loads = [x for x in all_expressions(member.kernel.body) if isinstance(x, Load) and x.buf is buf]
    return all(x.lanes == 1 for x in loads) and all(x.source is not buf for x in copies)
