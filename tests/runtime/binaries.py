"""What libraries and programs of Linux, Windows and macOS import and export."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Interface:
    """Names that a file exports, libraries that it loads, and names that it takes from them."""

    exports: set[str] = field(default_factory=set)
    libraries: set[str] = field(default_factory=set)
    imports: set[str] = field(default_factory=set)


def interface(data: bytes) -> Interface:
    """Of a shared library or program: ELF, PE or Mach-O of 64 bits."""
    readers = {b"\x7fELF": _elf, b"MZ": _pe, b"\xcf\xfa\xed\xfe": _macho}
    return next(read(data) for magic, read in readers.items() if data.startswith(magic))


def _text(data: bytes, at: int) -> str:
    return data[at : data.index(b"\0", at)].decode()


def _elf(data: bytes) -> Interface:
    found = Interface()
    (sections,) = struct.unpack_from("<Q", data, 40)
    size, count = struct.unpack_from("<HH", data, 58)
    tables = [struct.unpack_from("<IIQQQQIIQQ", data, sections + i * size) for i in range(count)]
    for _, kind, _, _, at, length, link, *_ in tables:
        if kind == 11:  # dynamic symbols
            for name, info, _, place, *_ in struct.iter_unpack("<IBBHQQ", data[at : at + length]):
                names = found.exports if place else found.imports
                if name and info >> 4:  # not local
                    names.add(_text(data, tables[link][4] + name))
        if kind == 6:  # dynamic
            strings = tables[link][4]
            for tag, value in struct.iter_unpack("<QQ", data[at : at + length]):
                if tag == 1:
                    found.libraries.add(_text(data, strings + value))
    return found


def _pe(data: bytes) -> Interface:
    found = Interface()
    (start,) = struct.unpack_from("<I", data, 0x3C)
    count, optional = struct.unpack_from("<H12xH", data, start + 6)
    sections = [
        struct.unpack_from("<IIII", data, start + 24 + optional + i * 40 + 8) for i in range(count)
    ]

    def place(address: int) -> int:
        return next(
            address - at + offset
            for size, at, raw, offset in sections
            if at <= address < at + max(size, raw)
        )

    exports, imports = (struct.unpack_from("<I", data, start + 136 + i * 8)[0] for i in (0, 1))
    if exports:
        (number,) = struct.unpack_from("<I", data, place(exports) + 24)
        (names,) = struct.unpack_from("<I", data, place(exports) + 32)
        for i in range(number):
            found.exports.add(
                _text(data, place(struct.unpack_from("<I", data, place(names) + 4 * i)[0]))
            )
    at = place(imports) if imports else 0
    while imports and (library := struct.unpack_from("<I", data, at + 12)[0]):
        found.libraries.add(_text(data, place(library)))
        lookup = place(struct.unpack_from("<I", data, at)[0])
        while name := struct.unpack_from("<Q", data, lookup)[0]:
            found.imports.add(_text(data, place(name) + 2))
            lookup += 8
        at += 20
    return found


def _macho(data: bytes) -> Interface:
    found = Interface()
    for kind, at in _commands(data):
        if kind == 0xC:  # a library to load
            found.libraries.add(_text(data, at + struct.unpack_from("<I", data, at + 8)[0]))
        if kind == 2:  # the table of symbols
            start, count, strings, _ = struct.unpack_from("<IIII", data, at + 8)
            for i in range(count):
                name, flags = struct.unpack_from("<IB", data, start + 16 * i)
                if flags & 1:  # external
                    names = found.exports if flags & 0xE else found.imports
                    names.add(_text(data, strings + name).removeprefix("_"))
    return found


def _commands(data: bytes) -> Iterator[tuple[int, int]]:
    (count,) = struct.unpack_from("<I", data, 16)
    at = 32
    for _ in range(count):
        kind, size = struct.unpack_from("<II", data, at)
        yield kind, at
        at += size
