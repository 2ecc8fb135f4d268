"""Kernels that differ in their numbers alone become one, which reads its own from a table.

Numbers are sizes, and those that layers compute with, as zero points and scales. Firmware holds
each layer's weights anyhow; with this, layers of one form share their code. The table is a constant
of the program, one for each call, so that the loop IR needs nothing new.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from hodu.dtypes import FROM_NUMPY, DType, f32, i32
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import INDEX, Const, Expr, Var
from hodu.kernel.form import form_of, names_in
from hodu.kernel.ir import Kernel
from hodu.kernel.reach import is_short
from hodu.kernel.walk import replace_block
from hodu.kernel.work import operations
from hodu.lower.hosted import count_uses, find_host, with_table
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
from hodu.lower.reread import read_sizes
from hodu.ops._table import Array

_Number: TypeAlias = "tuple[DType, int]"
"""A dtype and an integer, or the bits of a float."""


def unite_kernels(program: Program) -> Program:
    """The program with one kernel for all that differ in numbers alone."""
    groups: dict[str, list[Launch]] = {}
    for launch in program.launches():
        if is_short(launch.kernel):
            groups.setdefault(_form(launch.kernel), []).append(launch)
    new: dict[int, Launch] = {}
    uses = count_uses(program)
    for members in groups.values():
        new.update(_united(members, uses))
    steps = tuple(_steps(program.steps, new))
    used = dict.fromkeys(slots_of(steps))
    kept = [s for s in program.slots if s.kind != "constant" or s in used or not uses[s]]
    added = [s for s in used if s not in set(kept)]
    return dataclasses.replace(program, steps=steps, slots=(*kept, *added))


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


def _form(kernel: Kernel) -> str:
    """The form of a kernel without its sizes; equal ones are united."""
    return form_of(dataclasses.replace(kernel, body=replace_block(kernel.body, _Blanks())))


class _Blanks:
    """Puts variables that no kernel names so in the place of numbers, and remembers the numbers."""

    def __init__(self) -> None:
        self.numbers: list[_Number] = []

    def __call__(self, x: Expr) -> Expr | None:
        if not _is_number(x):
            return None
        assert isinstance(x, Const)
        value = np.float32(x.value).view(np.int32) if x.dtype is f32 else x.value
        self.numbers.append((x.dtype, int(value)))
        return Var(f"#{len(self.numbers) - 1}", x.dtype)


class _Fill:
    """Puts back the numbers that all have, and variables for the others."""

    def __init__(self, variables: Sequence[Var | None]) -> None:
        self._rest = iter(variables)

    def __call__(self, x: Expr) -> Expr | None:
        if not _is_number(x):
            return None
        found = next(self._rest)
        return x if found is None else found


def _is_number(x: Expr) -> bool:
    return isinstance(x, Const) and x.lanes == 1 and x.dtype in (INDEX, i32, f32)


def _numbers(kernel: Kernel) -> tuple[_Number, ...]:
    blanks = _Blanks()
    replace_block(kernel.body, blanks)
    return tuple(blanks.numbers)


def _united(members: Sequence[Launch], uses: Counter[Slot]) -> Iterator[tuple[int, Launch]]:
    """Each member with the kernel of all of them and a table, unless there is only one kernel."""
    columns = list(zip(*(_numbers(m.kernel) for m in members), strict=True))
    differing = list(dict.fromkeys(c for c in columns if len(set(c)) > 1))
    if not differing:
        return
    places = [differing.index(c) if c in differing else None for c in columns]
    wide = np.array([[bits for _, bits in c] for c in differing], np.int32).T
    narrow = wide.astype(np.int16)
    tables: Array = narrow if (narrow == wide).all() else wide
    name = _unused("sizes", [member.kernel for member in members])
    held = [_variable(name, i, column) for i, column in enumerate(differing)]
    host = find_host(members, FROM_NUMPY[tables.dtype], uses)
    for table, member in zip(tables, members, strict=True):
        filled = _filled(member, held, places)
        if host is None:
            yield id(member), _reading(*_with_own(filled, table), held)
        else:
            yield id(member), _reading(*with_table(filled, host, table), held)


def _variable(name: str, place: int, column: Sequence[_Number]) -> Var:
    """A variable for numbers of one dtype."""
    dtype, values = column[0][0], [value for _, value in column]
    limits = (None, None) if dtype is f32 else (min(values), max(values))
    return Var(f"{name}_{place}", dtype, 1, limits)


def _filled(member: Launch, held: Sequence[Var], places: Sequence[int | None]) -> Launch:
    """The call of a kernel on variables; `places` says which of them each number is."""
    variables = [None if place is None else held[place] for place in places]
    body = replace_block(member.kernel.body, _Fill(variables))
    work = member.kernel.work or operations(member.kernel) // 2
    return dataclasses.replace(
        member, kernel=dataclasses.replace(member.kernel, body=body, work=work)
    )


def _with_own(member: Launch, table: Array) -> tuple[Launch, Buf]:
    """The call with a table as one more argument, and its buffer."""
    kernel = member.kernel
    buf = Buf(_unused("sizes", [kernel]), FROM_NUMPY[table.dtype], len(table), "in")
    slot = Slot(f"{kernel.name}_sizes", buf.dtype, len(table), "constant", table)
    arguments = (*member.arguments, Argument(Place(slot), "in"))
    longer = dataclasses.replace(kernel, params=(*kernel.params, buf))
    return dataclasses.replace(member, kernel=longer, arguments=arguments), buf


def _reading(member: Launch, table: Buf, held: Sequence[Var]) -> Launch:
    """The call of the kernel that reads its variables from the beginning of a buffer."""
    body = read_sizes(member.kernel.body, held, table)
    return dataclasses.replace(member, kernel=dataclasses.replace(member.kernel, body=body))


def _unused(name: str, kernels: Sequence[Kernel]) -> str:
    """A name like this one with which no name of the kernels begins."""
    taken = [other for kernel in kernels for other in names_in(kernel)]
    while any(other.startswith(name) for other in taken):
        name += "_"
    return name
