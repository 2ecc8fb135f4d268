"""Kernels that differ in sizes and numbers alone become one, which reads these from a table.

Firmware holds each layer's weights anyhow; with this, layers of one form share their code. The
numbers of a layer stand before a constant that it alone has, its weights, or else in a constant of
their own, so that the loop IR needs nothing new.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace

from hodu.dtypes import i32
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import INDEX, Const, Load
from hodu.kernel.reach import is_short
from hodu.kernel.work import operations
from hodu.lower.contents import uses
from hodu.lower.differences import (
    Differences,
    differences,
    form_without_numbers,
    fresh_name,
)
from hodu.lower.hosts import find_host, with_numbers
from hodu.lower.program import Argument, Launch, Place, Program, Slot, with_launches
from hodu.ops._table import Array


def unite_kernels(program: Program, *, compact: bool = False) -> Program:
    """The program with one kernel for all that differ in sizes and numbers alone.

    They read them where they need them, or once where that is shorter, in `compact` code.
    """
    groups: dict[str, list[Launch]] = {}
    for launch in program.launches():
        if is_short(launch.kernel):
            groups.setdefault(form_without_numbers(launch.kernel), []).append(launch)
    counted = uses(program.steps)
    new: dict[int, Launch] = {}
    for members in groups.values():
        new.update(_united(members, counted, compact))
    return with_launches(program, new)


def _united(
    members: Sequence[Launch], counted: Mapping[Hashable, int], compact: bool
) -> Iterator[tuple[int, Launch]]:
    """Each member with the kernel of all of them and a table, unless there is only one kernel."""
    table = differences([member.kernel for member in members], again=not compact)
    if table is None:
        return
    host = find_host(members, counted, table)
    for number, member in enumerate(members):
        numbers, work = table.row(number), operations(member.kernel) // 2
        if host is None:
            united = _with_parameter(member, table, numbers)
        else:
            united = with_numbers(member, host, table, numbers)
        kernel = replace(united.kernel, work=member.kernel.work or work)
        yield id(member), replace(united, kernel=kernel)


def _with_parameter(member: Launch, table: Differences, numbers: Array) -> Launch:
    """The call of a kernel that reads the numbers from a parameter of its own."""
    kernel = member.kernel
    buf = Buf(fresh_name(kernel), i32, len(numbers), "in")
    body = table.body(kernel, lambda i: Load(buf, Const(i, INDEX)))
    slot = Slot(f"{kernel.name}_sizes", i32, len(numbers), "constant", numbers)
    argument = Argument(Place(slot), "in")
    united = replace(kernel, body=body, params=(*kernel.params, buf))
    return replace(member, kernel=united, arguments=(*member.arguments, argument))
