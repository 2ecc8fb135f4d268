"""Tables with an entry for each channel become records of few bytes before the weights.

A layer of bytes has a bias and a scale for each channel. Next to each other they take no more bits
than their values need, and a word that begins at any byte is read by one instruction. What is read
are the same numbers.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Iterator, Mapping, Sequence

import numpy as np

from hodu.dtypes import f32, i8, i16, i32
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import INDEX, Const, Expr, Load, Var
from hodu.kernel.ir import Block, Let
from hodu.kernel.walk import replace, replace_block
from hodu.kernel.work import loads, stores
from hodu.lower.contents import contents, uses
from hodu.lower.differences import form_without_numbers, fresh_name
from hodu.lower.hosts import is_table, moved
from hodu.lower.program import Argument, Launch, Place, Program, Slot, with_launches
from hodu.lower.records import WORD, Field, base_of, layouts, pack
from hodu.ops._table import Array

_CODE_BYTES = 16  # that reading records adds to a kernel


def join_tables(program: Program, *, compact: bool = False) -> Program:
    """The program with records in the place of tables, where they take fewer bytes.

    Reading them takes a few instructions more, so that none of those are joined of which more is
    read than is stored, and but for `compact` code none of which an entry is read twice.
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
    if not tables or not _are_alone(members, tables, counted):
        return
    found = layouts([[_data(m, i) for i in tables] for m in members])
    if found is None or _saved(members, tables, found) <= _CODE_BYTES:
        return
    weights = _weights(members)
    if weights is not None and not _are_alone(members, [*tables, weights], counted):
        weights = None
    for member, fields in zip(members, found, strict=True):
        placed = dict(zip(tables, fields, strict=True))
        yield id(member), _Joining(member, placed, weights).launch()


def _tables(members: Sequence[Launch], compact: bool) -> list[int]:
    """The parameters that have an entry for each of the same channels."""
    found: dict[tuple[int, ...], list[int]] = {}
    for number, param in enumerate(members[0].kernel.params):
        sizes = tuple(m.kernel.params[number].size for m in members)
        if param.dtype not in (i16, i32, f32) or 0 in sizes:
            continue
        if all(is_table(m, number) and _is_seldom_read(m, number, compact) for m in members):
            found.setdefault(sizes, []).append(number)
    tables = max(found.values(), key=len, default=[])
    return sorted(tables, key=lambda i: members[0].kernel.params[i].dtype is not f32)


def _is_seldom_read(member: Launch, number: int, compact: bool) -> bool:
    buf = member.kernel.params[number]
    count, stored = loads(member.kernel, buf), stores(member.kernel)
    if count is None or stored is None:
        return False
    return count <= stored if compact else count <= min(stored, buf.size)


def _weights(members: Sequence[Launch]) -> int | None:
    """The first parameter of bytes before which records may stand."""
    for number, param in enumerate(members[0].kernel.params):
        if param.dtype is i8 and all(is_table(m, number, (1, WORD)) for m in members):
            return number
    return None


def _are_alone(
    members: Sequence[Launch], numbers: Sequence[int], counted: Mapping[Hashable, int]
) -> bool:
    """Whether memory has these constants for the members alone; some may have all in common."""
    rows = [tuple(contents(m.arguments[i].place.slot) for i in numbers) for m in members]
    return all(counted[key] == rows.count(row) for row in rows for key in row)


def _saved(
    members: Sequence[Launch], tables: Sequence[int], found: Sequence[Sequence[Field]]
) -> int:
    """How many bytes of tables there are less with records."""
    before = sum(m.arguments[i].place.slot.bytes for m in members for i in tables)
    sizes = zip((m.kernel.params[tables[0]].size for m in members), found, strict=True)
    return before - sum(count * fields[0].size for count, fields in sizes)


def _data(member: Launch, number: int) -> Array:
    data = member.arguments[number].place.slot.data
    assert data is not None
    return data.reshape(-1)


class _Joining:
    """A call with records in the place of its tables, and with the weights behind them."""

    def __init__(self, member: Launch, fields: Mapping[int, Field], weights: int | None) -> None:
        self.member, self.kernel = member, member.kernel
        self.fields, self.weights = fields, weights
        records = pack({field: _data(member, i) for i, field in fields.items()})
        parts = [records] if weights is None else [records, _data(member, weights)]
        self.data, self.behind = np.concatenate(parts), len(records)
        self.buf = Buf(fresh_name(self.kernel, "records"), i8, len(self.data), "in")

    def launch(self) -> Launch:
        """The new call."""
        place = next(iter(self.fields)) if self.weights is None else self.weights
        slot = Slot(self.buf.name, i8, self.buf.size, "constant", self.data)
        params, arguments = list(self.kernel.params), list(self.member.arguments)
        params[place], arguments[place] = self.buf, Argument(Place(slot), "in")
        kept = [i for i in range(len(params)) if i == place or i not in self.fields]
        joined = tuple(params[i] for i in kept), tuple(arguments[i] for i in kept)
        kernel = dataclasses.replace(self.kernel, params=joined[0], body=self._body())
        return dataclasses.replace(self.member, kernel=kernel, arguments=joined[1])

    def _body(self) -> Block:
        fields = {self.kernel.params[i]: field for i, field in self.fields.items()}
        bases = {
            self.kernel.params[i]: self._named("base", base_of(_data(self.member, i)), i)
            for i, field in self.fields.items()
            if field.is_float
        }

        def change(x: Expr) -> Expr | None:
            if not isinstance(x, Load) or x.buf not in fields:
                return None
            base, at = bases.get(x.buf), replace(x.index, change)
            if base is None:
                return fields[x.buf].read(self.buf, at)
            return fields[x.buf].read(self.buf, at, base.var).bitcast(f32)

        body = replace_block(self.kernel.body, change)
        if self.weights is not None:
            behind = self._named("behind", Const(self.behind, INDEX))
            old = self.kernel.params[self.weights]
            body = (behind, *moved(body, old, self.buf, behind.var))
        return (*bases.values(), *body)

    def _named(self, name: str, value: Expr, number: int | str = "") -> Let:
        """A number with a name, so that what is written does not depend on it."""
        limits = (0, 2 * self.behind) if value.dtype is INDEX else (None, None)
        return Let(Var(f"{fresh_name(self.kernel, name)}{number}", value.dtype, 1, limits), value)
