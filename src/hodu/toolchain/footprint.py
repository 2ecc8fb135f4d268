"""What a firmware takes of a model's objects, read off them: flash by part, memory, stack.

A linker that is told to (`--gc-sections`) keeps what can be reached from the functions that are
called. The same references give the calls, and with the stack of each function, which the C
compiler writes down (`-fstack-usage`), the most that a call needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from hodu.toolchain.elf import Object, Section, read_object

Part: TypeAlias = "tuple[int, int]"
"""A section: the numbers of its object and of itself."""


@dataclass(frozen=True, slots=True)
class Footprint:
    """Bytes that are linked in, and `stack`, the most that one call needs, None if not known.

    `data` lies in flash and is copied to memory, `zero` is memory alone. `outside` are the
    functions that something else has to provide; their stack is not counted.
    """

    code: int
    tables: int
    data: int
    zero: int
    stack: int | None
    outside: tuple[str, ...]

    @property
    def flash(self) -> int:
        """What must be stored where nothing is lost, without weights that have no object here."""
        return self.code + self.tables + self.data

    @property
    def memory(self) -> int:
        """What can be written to, without the stack."""
        return self.data + self.zero


def measure(objects: Sequence[Path], entries: Sequence[str]) -> Footprint:
    """The footprint of what the functions `entries` reach.

    The stack usage of each function is read from the file OBJECT.su beside its object.
    """
    links = _Links([read_object(path) for path in objects])
    kept = links.reached(entries)
    sizes = dict.fromkeys(("code", "tables", "data", "zero"), 0)
    for part in kept:
        sizes[links.kind(part)] += links.section(part).size
    stacks = _stack_usage([path.with_suffix(".su") for path in objects])
    outside = tuple(sorted(links.undefined(kept)))
    return Footprint(**sizes, stack=links.deepest(entries, kept, stacks), outside=outside)


def _stack_usage(paths: Sequence[Path]) -> dict[str, int]:
    """The bytes of each function whose stack does not depend on data."""
    found: dict[str, int] = {}
    for line in (line for p in paths if p.exists() for line in p.read_text("utf-8").splitlines()):
        place, size, kind = line.rsplit("\t", 2)
        if kind == "static":
            found[place.rpartition(":")[2]] = int(size)
    return found


class _Links:
    """The sections of some objects, and which of them need which."""

    def __init__(self, objects: Sequence[Object]) -> None:
        self._objects = objects
        self._exported = {
            symbol.name: (number, symbol.section)
            for number, one in enumerate(objects)
            for symbol in one.symbols
            if symbol.is_global and symbol.section is not None
        }

    def section(self, part: Part) -> Section:
        return self._objects[part[0]].sections[part[1]]

    def names(self, part: Part) -> list[str]:
        """The functions and arrays that a section holds."""
        symbols = self._objects[part[0]].symbols
        return [s.name for s in symbols if s.section == part[1] and s.size]

    def used(self, part: Part) -> Iterator[Part]:
        """The sections that one refers to, without itself."""
        one = self._objects[part[0]]
        for symbol in (one.symbols[number] for number in self.section(part).uses):
            found = self._exported.get(symbol.name)
            if symbol.section is not None:
                found = (part[0], symbol.section)
            if found is not None and found != part:
                yield found

    def reached(self, entries: Sequence[str]) -> set[Part]:
        """The sections that stay when nothing but these functions is called."""
        waiting = [self._exported[name] for name in entries]
        kept: set[Part] = set()
        while waiting:
            part = waiting.pop()
            if part not in kept:
                kept.add(part)
                waiting += self.used(part)
        return kept

    def kind(self, part: Part) -> str:
        section = self.section(part)
        if section.is_code:
            return "code"
        if section.writable:
            return "zero" if section.is_zero else "data"
        return "tables"

    def undefined(self, kept: set[Part]) -> set[str]:
        """The names that the sections use and none of the objects has."""
        found = (
            self._objects[part[0]].symbols[number]
            for part in kept
            for number in self.section(part).uses
        )
        return {s.name for s in found if s.section is None and s.name not in self._exported} - {""}

    def deepest(
        self, entries: Sequence[str], kept: set[Part], stacks: Mapping[str, int]
    ) -> int | None:
        """The most stack below one of the functions; None with calls through pointers."""
        if any(self.section(p).is_code for k in kept if not self._is_code(k) for p in self.used(k)):
            return None
        known: dict[Part, int | None] = {}
        depths = [self._depth(self._exported[name], stacks, known) for name in entries]
        return None if None in depths else max(d for d in depths if d is not None)

    def _is_code(self, part: Part) -> bool:
        return self.section(part).is_code

    def _depth(
        self, part: Part, stacks: Mapping[str, int], known: dict[Part, int | None]
    ) -> int | None:
        """The stack of a function and of what it calls; None where it may call itself."""
        if part not in known:
            known[part] = None
            names = self.names(part)
            called = [self._depth(p, stacks, known) for p in self.used(part) if self._is_code(p)]
            if len(names) == 1 and names[0] in stacks and None not in called:
                deepest = max((d for d in called if d is not None), default=0)
                known[part] = stacks[names[0]] + deepest
        return known[part]
