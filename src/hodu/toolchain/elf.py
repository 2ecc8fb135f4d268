"""Reading ELF object files: sections, symbols, and which sections refer to which symbols."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hodu.errors import ToolchainError

_WRITE, _ALLOC, _EXEC = 1, 2, 4
_SYMTAB, _RELA, _NOBITS, _REL = 2, 4, 8, 9
_UNDEFINED, _RESERVED = 0, 0xFF00
_FUNCTION, _LOCAL = 2, 0
# Of the file, of a section, of a symbol and of a relocation, by the width of addresses.
_HEADER = {32: "<16xHHIIIIIHHHHHH", 64: "<16xHHIQQQIHHHHHH"}
_SECTION = {32: "<IIIIIIIIII", 64: "<IIQQQQIIQQ"}
_SYMBOL = {32: "<IIIBBH", 64: "<IBBHQQ"}
_ENTRY = {(32, _REL): "<II", (32, _RELA): "<IIi", (64, _REL): "<QQ", (64, _RELA): "<QQq"}


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name and the number of the section in which it is, None where it is undefined.

    `value` is its place in the section, in a linked file its address.
    """

    name: str
    section: int | None
    value: int
    size: int
    is_function: bool
    is_global: bool


@dataclass(frozen=True, slots=True)
class Section:
    """A part of an object; `uses` are the numbers of the symbols it refers to.

    What is `loaded` is there when the program runs; what `is_zero` takes no room in the file.
    """

    name: str
    size: int
    loaded: bool
    writable: bool
    is_code: bool
    is_zero: bool
    uses: frozenset[int]


@dataclass(frozen=True, slots=True)
class Object:
    """The sections and symbols of an object file, by their numbers in it."""

    sections: tuple[Section, ...]
    symbols: tuple[Symbol, ...]


def read_object(path: Path) -> Object:
    """Read a little-endian ELF object; raises ToolchainError for anything else."""
    data = path.read_bytes()
    if data[:4] != b"\x7fELF" or len(data) < 64 or data[4] not in (1, 2) or data[5] != 1:
        raise ToolchainError(f"{str(path)!r} is no little-endian ELF file")
    try:
        return _Reader(data).read()
    except (struct.error, IndexError, ValueError) as error:
        raise ToolchainError(f"{str(path)!r} is a damaged ELF file: {error}") from error


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._bits = 32 * data[4]
        header = struct.unpack_from(_HEADER[self._bits], data)
        start, (width, count, names) = header[5], header[-3:]
        form = _SECTION[self._bits]
        self._heads: list[Any] = [
            struct.unpack_from(form, data, start + width * i) for i in range(count)
        ]
        self._names = self._contents(names)

    def read(self) -> Object:
        uses: dict[int, set[int]] = {}
        for head in self._heads:
            if head[1] in (_REL, _RELA):
                uses.setdefault(head[7], set()).update(self._referred(head))
        sections = [self._section(i, frozenset(uses.get(i, ()))) for i in range(len(self._heads))]
        tables = [i for i, head in enumerate(self._heads) if head[1] == _SYMTAB]
        return Object(tuple(sections), tuple(self._symbols(tables[0])) if tables else ())

    def _contents(self, number: int) -> bytes:
        offset, size = self._heads[number][4:6]
        return self._data[offset : offset + size]

    def _section(self, number: int, uses: frozenset[int]) -> Section:
        name, kind, flags, _, _, size = self._heads[number][:6]
        return Section(
            _text(self._names, name),
            size,
            bool(flags & _ALLOC),
            bool(flags & _WRITE),
            bool(flags & _EXEC),
            kind == _NOBITS,
            uses,
        )

    def _symbols(self, number: int) -> Iterator[Symbol]:
        names = self._contents(self._heads[number][6])
        for fields in struct.iter_unpack(_SYMBOL[self._bits], self._contents(number)):
            if self._bits == 32:
                name, value, size, info, _, section = fields
            else:
                name, info, _, section, value, size = fields
            inside = section != _UNDEFINED and section < _RESERVED
            yield Symbol(
                _text(names, name),
                section if inside else None,
                value,
                size,
                info & 15 == _FUNCTION,
                info >> 4 != _LOCAL,
            )

    def _referred(self, head: Any) -> Iterator[int]:
        kind, offset, size = head[1], head[4], head[5]
        shift = 8 if self._bits == 32 else 32
        form = _ENTRY[self._bits, kind]
        for fields in struct.iter_unpack(form, self._data[offset : offset + size]):
            if fields[1] >> shift:
                yield fields[1] >> shift


def _text(table: bytes, at: int) -> str:
    return table[at : table.index(b"\0", at)].decode("utf-8", "replace")
