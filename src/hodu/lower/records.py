"""Tables with an entry for each channel as records of few bytes, before the weights.

A layer of bytes has a bias and a scale for each channel. Next to each other they take no more bits
than their values need: a float the lowest bits of what it is above a number that all have in
common, an integer its own. A record has whole bytes, and a word that begins at any of them is read
by one instruction. What is read are the same numbers.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hodu.dtypes import f32, i8, i16, i32
from hodu.kernel.algebra import constant
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import INDEX, Binary, Const, Expr, Load, Ramp, Var
from hodu.kernel.intrinsics import word
from hodu.kernel.ir import Block, Let
from hodu.kernel.walk import replace, replace_block
from hodu.kernel.work import loads
from hodu.lower.contents import contents, uses
from hodu.lower.differences import form_without_numbers, fresh_name
from hodu.lower.hosts import WORD, is_table, moved
from hodu.lower.program import Argument, Launch, Place, Program, Slot, with_launches
from hodu.ops._table import Array

_MOST_BITS = 64  # of a record
_CODE_BYTES = 16  # that reading records adds to a kernel


def join_tables(program: Program, *, compact: bool = False) -> Program:
    """The program with records in the place of tables, where they take fewer bytes.

    Reading them takes a few instructions more, so that but for `compact` code only tables are
    joined of which no entry is read twice.
    """
    groups: dict[str, list[Launch]] = {}
    for launch in program.launches():
        if not launch.more:
            groups.setdefault(form_without_numbers(launch.kernel), []).append(launch)
    counted = uses(program.steps)
    new: dict[int, Launch] = {}
    for members in groups.values():
        new.update(_joined(members, counted, compact))
    return with_launches(program, new)


def _joined(
    members: Sequence[Launch], counted: Mapping[Hashable, int], compact: bool
) -> Iterator[tuple[int, Launch]]:
    """Each member with records, unless its tables are as small."""
    tables = _tables(members, compact)
    weights = [] if __import__("os").environ.get("NOW") else _weights(members)
    if not tables or not _are_alone(members, [*tables, *weights], counted):
        return
    layout = _layout(members, tables)
    if layout is None or _saved(members, tables, layout) <= _CODE_BYTES:
        return
    for member in members:
        yield id(member), _Joining(member, layout, weights).launch()


def _tables(members: Sequence[Launch], compact: bool) -> list[int]:
    """The parameters that have an entry for each of the same channels."""
    found: dict[tuple[int, ...], list[int]] = {}
    for number, param in enumerate(members[0].kernel.params):
        if param.dtype in (i16, i32, f32) and all(
            is_table(m, number) and (compact or _is_read_once(m, number)) for m in members
        ):
            sizes = tuple(m.kernel.params[number].size for m in members)
            found.setdefault(sizes, []).append(number)
    return max(found.values(), key=len, default=[])


def _is_read_once(member: Launch, number: int) -> bool:
    buf = member.kernel.params[number]
    count = loads(member.kernel, buf)
    return count is not None and count <= buf.size


def _weights(members: Sequence[Launch]) -> list[int]:
    """The first parameter of bytes before which records may stand, if there is one."""
    for number, param in enumerate(members[0].kernel.params):
        if param.dtype is i8 and all(is_table(m, number, (1, WORD)) for m in members):
            return [number]
    return []


def _are_alone(
    members: Sequence[Launch], tables: Sequence[int], counted: Mapping[Hashable, int]
) -> bool:
    """Whether memory has the tables for these members only, of which some may have all in common."""
    rows = [tuple(contents(m.arguments[i].place.slot) for i in tables) for m in members]
    return all(counted[key] == rows.count(row) for row in rows for key in row)


# -- records --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Field:
    """Where the entries of a parameter stand: bits from the start of a record of `bytes`."""

    number: int
    is_float: bool
    start: int
    bits: int
    bytes: int

    @property
    def byte(self) -> int:
        """Where the word begins that has the bits, in the record as far as it can."""
        return max(min(self.start // 8, self.bytes - WORD), 0)

    def read(self, buf: Buf, at: Expr, base: Expr) -> Expr:
        """The entry of the record at a position, of a float above `base`."""
        whole = word(Load(buf, Ramp(at * self.bytes + self.byte, WORD)))
        below = self.start - 8 * self.byte
        if self.is_float:
            lowest = whole >> below if below else whole
            return ((lowest & ((1 << self.bits) - 1)) + base).bitcast(f32)
        above = 32 - self.bits - below
        highest = whole << above if above else whole
        return highest >> (32 - self.bits)

    def codes(self, data: Array) -> Array:
        """The entries of a table as the bits of a record."""
        wide = (_bits(data) - _base(data)) if self.is_float else data.astype(np.int64)
        return (wide & ((1 << self.bits) - 1)).astype(np.uint64) << np.uint64(self.start)


def _layout(members: Sequence[Launch], tables: Sequence[int]) -> tuple[_Field, ...] | None:
    """The fields of a record that serves all members, None where some is in no word."""
    widths = {i: max(_width(_data(m, i)) for m in members) for i in tables}
    size = -(-sum(widths.values()) // 8)
    fields: list[_Field] = []
    start = 0
    for number, bits in sorted(widths.items(), key=lambda pair: -pair[1]):
        if len(fields) == len(tables) - 1:
            start = 8 * size - bits  # the last one ends the record
        is_float = members[0].kernel.params[number].dtype is f32
        fields.append(_Field(number, is_float, start, bits, size))
        start += bits
    fit = all(f.start - 8 * f.byte + f.bits <= 32 for f in fields)
    return tuple(fields) if fit and 8 * size <= _MOST_BITS else None


def _data(member: Launch, number: int) -> Array:
    data = member.arguments[number].place.slot.data
    assert data is not None
    return data.reshape(-1)


def _width(data: Array) -> int:
    """How many bits every entry of a table fits."""
    if data.dtype == np.float32:
        return max(int((_bits(data) - _base(data)).max()).bit_length(), 1)
    low, high = int(data.min()), int(data.max())
    return max(high, -low - 1, 0).bit_length() + 1


def _bits(data: Array) -> Array:
    return data.view(np.uint32).astype(np.int64)


def _base(data: Array) -> int:
    """What all floats have in common: a number of 16 bits, shifted."""
    return int(_bits(data).min()) >> 16 << 16


def _saved(members: Sequence[Launch], tables: Sequence[int], layout: Sequence[_Field]) -> int:
    """How many bytes of tables there are less."""
    before = sum(m.arguments[i].place.slot.bytes for m in members for i in tables)
    records = sum(m.kernel.params[tables[0]].size for m in members)
    return before - records * layout[0].bytes


# -- kernels --------------------------------------------------------------------------------------


class _Joining:
    """A call with records in the place of its tables, and with the weights behind them."""

    def __init__(self, member: Launch, layout: Sequence[_Field], weights: Sequence[int]) -> None:
        self.member, self.layout, self.kernel = member, layout, member.kernel
        self.weights = weights[0] if weights else None
        records = self._records()
        parts = [records] if self.weights is None else [records, _data(member, self.weights)]
        self.data, self.behind = np.concatenate(parts), len(records)
        self.buf = Buf(fresh_name(self.kernel, "records"), i8, len(self.data), "in")

    def launch(self) -> Launch:
        """The new call."""
        gone = {f.number for f in self.layout}
        place = gone.pop() if self.weights is None else self.weights
        slot = Slot(self.buf.name, i8, self.buf.size, "constant", self.data)
        params, arguments = list(self.kernel.params), list(self.member.arguments)
        params[place], arguments[place] = self.buf, Argument(Place(slot), "in")
        kept = [i for i in range(len(params)) if i not in gone]
        kernel = dataclasses.replace(
            self.kernel, params=tuple(params[i] for i in kept), body=self._body()
        )
        return dataclasses.replace(
            self.member, kernel=kernel, arguments=tuple(arguments[i] for i in kept)
        )

    def _records(self) -> Array:
        """The records as bytes, whole words of them, with room to read a word of the last one."""
        rows = sum(f.codes(_data(self.member, f.number)) for f in self.layout)
        size = self.layout[0].bytes
        raw = np.asarray(rows, "<u8").view(np.int8).reshape(-1, 8)[:, :size].reshape(-1)
        beyond = max(WORD - size, 0)
        return np.pad(raw, (0, beyond + -(len(raw) + beyond) % WORD))

    def _body(self) -> Block:
        fields = {self.kernel.params[f.number]: f for f in self.layout}
        bases = {f.number: self._base(f.number) for f in self.layout if f.is_float}

        def change(x: Expr) -> Expr | None:
            field = fields.get(x.buf) if isinstance(x, Load) else None
            if not isinstance(x, Load) or field is None:
                return None
            base = bases[field.number].var if field.is_float else constant(0, i32)
            return field.read(self.buf, replace(x.index, change), base)

        body = replace_block(self.kernel.body, change)
        if self.weights is not None:
            behind = Var(fresh_name(self.kernel, "behind"), INDEX, 1, (0, 2 * self.behind))
            old = self.kernel.params[self.weights]
            body = (Let(behind, Const(self.behind, INDEX)), *moved(body, old, self.buf, behind))
        return (*bases.values(), *body)

    def _base(self, number: int) -> Let:
        """Its number has 16 bits in the table of what kernels of one form differ in."""
        high = constant(_base(_data(self.member, number)) >> 16, i16)
        var = Var(f"{fresh_name(self.kernel, 'base')}{number}", i32)
        return Let(var, Binary("shl", constant(high.value, i32), constant(16, i32)))
