"""The numbers of a layer before the elements of one of its constants.

In a constant of bytes they stand as they would in memory of their own, and are read as words.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Hashable, Mapping, Sequence

import numpy as np

from hodu.dtypes import DType, f32, i8, i16
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import INDEX, Const, Expr, Load, Ramp
from hodu.kernel.intrinsics import word
from hodu.kernel.ir import Block, Copy, Kernel
from hodu.kernel.walk import all_expressions, replace_block, statements
from hodu.lower.contents import MOST_BYTES, contents
from hodu.lower.differences import Differences
from hodu.lower.program import Launch, Place, Slot
from hodu.lower.records import WORD
from hodu.ops._table import Array


def find_host(
    members: Sequence[Launch], counted: Mapping[Hashable, int], table: Differences
) -> int | None:
    """The number of a parameter before which the table may stand: a constant of each alone."""
    dtypes = (i16, f32, i8) if table.are_short else (f32, i8)
    for dtype, number in itertools.product(dtypes, range(len(members[0].kernel.params))):
        if all(_can_host(member, number, dtype, counted) for member in members):
            return number
    return None


def _can_host(member: Launch, number: int, dtype: DType, counted: Mapping[Hashable, int]) -> bool:
    return (
        member.kernel.params[number].dtype is dtype
        and counted[contents(member.arguments[number].place.slot)] == 1
        and is_table(member, number, (1, WORD) if dtype is i8 else (1,))
    )


def is_table(member: Launch, number: int, lanes: Sequence[int] = (1,)) -> bool:
    """Whether a parameter is a constant from its start on, of which loads take so many lanes."""
    buf, place = member.kernel.params[number], member.arguments[number].place
    if place.slot.kind != "constant" or place.slot.data is None or place.offset:
        return False
    if place.slot.dtype is not buf.dtype or place.slot.bytes > MOST_BYTES:
        return False
    copies = [x for x in statements(member.kernel.body) if isinstance(x, Copy)]
    return all(x.source is not buf for x in copies) and all(
        x.lanes in lanes for x in loads_of(member.kernel, buf)
    )


def loads_of(kernel: Kernel, buf: Buf) -> list[Load]:
    """All loads from a buffer."""
    found = all_expressions(kernel.body)
    return [x for x in found if isinstance(x, Load) and x.buf is buf]


def with_numbers(member: Launch, host: int, table: Differences, numbers: Array) -> Launch:
    """The call of a kernel that reads the numbers before the elements of a constant."""
    kernel, argument = member.kernel, member.arguments[host]
    old, slot = kernel.params[host], argument.place.slot
    assert slot.data is not None
    own = _as_elements(numbers, old.dtype, table.are_short)
    buf = dataclasses.replace(old, size=old.size + len(own))
    body = moved(_body(kernel, table, buf), old, buf, Const(len(own), INDEX))
    data = np.concatenate([own, slot.data.reshape(-1)])
    place = Place(Slot(slot.name, slot.dtype, len(data), "constant", data))
    arguments, params = list(member.arguments), list(kernel.params)
    arguments[host], params[host] = dataclasses.replace(argument, place=place), buf
    united = dataclasses.replace(kernel, params=tuple(params), body=body)
    return dataclasses.replace(member, kernel=united, arguments=tuple(arguments))


def moved(body: Block, old: Buf, new: Buf, offset: Expr) -> Block:
    """A body that finds the elements of a buffer in another one, from an offset on."""

    def change(x: Expr) -> Expr | None:
        if not isinstance(x, Load) or x.buf is not old:
            return None
        if isinstance(x.index, Ramp):
            return Load(new, Ramp(offset + x.index.base, x.index.lanes))
        return Load(new, offset + x.index)

    return replace_block(body, change)


def _body(kernel: Kernel, table: Differences, buf: Buf) -> Block:
    if buf.dtype is not i8:
        return table.body(kernel, lambda i: Load(buf, Const(i, INDEX)))
    size, dtype = (2, i16) if table.are_short else (4, None)

    def number(i: int) -> Expr:
        whole = word(Load(buf, Ramp(Const(i * size, INDEX), WORD)))
        return whole if dtype is None else whole.cast(dtype)

    return dataclasses.replace(table, again=False).body(kernel, number)


def _as_elements(numbers: Array, dtype: DType, are_short: bool) -> Array:
    """The numbers as elements of a constant, whole words of them in bytes."""
    if dtype is f32:
        return numbers.view(np.float32)
    narrow = numbers.astype(np.int16) if are_short else numbers
    if dtype is i16:
        return narrow
    raw = narrow.view(np.int8)
    return np.pad(raw, (0, -len(raw) % WORD))
