"""From a Snapshot to C: passes, lowering, the memory plan, the text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hodu.dtypes import DType
from hodu.lower.choices import Choices
from hodu.lower.lowering import lower
from hodu.lower.program import Program, Slot
from hodu.lower.rules import has_rule
from hodu.ops._table import Array
from hodu.passes import fuses, optimize
from hodu.passes.strassen import Machine
from hodu.plan.memory import ALIGNMENT, Plan, aligned, least_alignment, plan_memory
from hodu.plan.target import Target
from hodu.render.c_program import Options, Weights, render_program
from hodu.snapshot.ir import Node, Snapshot
from hodu.spill import release
from hodu.toolchain.digest import digest_buffer

if TYPE_CHECKING:
    from hodu.lower.streams.layer import Stream

Observer = Callable[[str, Snapshot], None]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A program with its memory plan, its C text and the places of its constants."""

    program: Program
    plan: Plan
    weights: Weights
    options: Options
    source: str

    def write_weights(self, path: Path) -> None:
        """Write the constants and first states to a file, one after the other."""
        write_weights(path, [self.weights])


def prepare(
    snapshot: Snapshot,
    target: Target,
    options: Options | None = None,
    *,
    level: int = 2,
    exact: bool = False,
    observer: Observer | None = None,
    found: Mapping[str, int] | None = None,
) -> Prepared:
    """Everything before the C compiler; raises UnsupportedError listing nodes without a rule.

    `found` are the candidates that measurements chose, by question.
    """
    written = options or Options()
    written = replace(written, exact=exact, bare=written.bare or target.is_bare)
    optimized = optimize(
        snapshot, level, exact=exact, keep=has_kernel, observer=observer, machine=machine(target)
    )
    program = Recipe(target, level, exact, found).program(optimized)
    alignment = alignment_for(program, target)
    (weights,) = place_weights([program], alignment)
    return rendered(program, plan_memory(program, alignment), weights, written)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How optimized Snapshots become programs for a target; see `prepare`."""

    target: Target
    level: int = 2
    exact: bool = False
    found: Mapping[str, int] | None = None

    def program(self, optimized: Snapshot, streams: Sequence[Stream] = ()) -> Program:
        """The kernels of a Snapshot; firmware has as few as can be, in little memory."""
        program, target = self._kernels(optimized, streams), self.target
        if not (target.is_bare or target.compact):
            return program
        from hodu.backends.cpu.small import with_few_kernels  # programs for hosts load none of it

        return with_few_kernels(program, target)

    def arena_bytes(self, optimized: Snapshot, streams: Sequence[Stream] = ()) -> int:
        """What the arena of a Snapshot takes with some of its layers computed row by row."""
        program = self._kernels(optimized, streams)
        return plan_memory(program, alignment_for(program, self.target)).size

    @property
    def fuses(self) -> bool:
        """Whether a kernel computes more than one node."""
        return fuses(self.level)

    def _kernels(self, optimized: Snapshot, streams: Sequence[Stream]) -> Program:
        """A program in which each layer has kernels of its own."""
        make = partial(
            lower, optimized, self.target, fuse=self.fuses, exact=self.exact, streams=streams
        )
        if self.target.is_bare:
            from hodu.backends.cpu.small import lower_small

            return lower_small(lambda choices: make(choices=choices), self.found)
        return make(choices=Choices(self.found))


def alignment_for(program: Program, target: Target) -> int:
    """Of the arena and the weights: firmware has no room to spare."""
    return least_alignment(program) if target.is_bare else ALIGNMENT


def rendered(program: Program, plan: Plan, weights: Weights, options: Options) -> Prepared:
    """A planned program with its C text."""
    return Prepared(
        program, plan, weights, options, render_program(program, plan, weights, options)
    )


def machine(target: Target) -> Machine | None:
    """What decides whether weights may grow to save arithmetic; None where there is no room."""
    if target.is_bare or target.compact or not target.l3_bytes:
        return None
    return Machine(target.vector_bits, target.l3_bytes // 4)


def has_kernel(node: Node) -> bool:
    """Whether a composite is lowered as it is rather than written out."""
    return has_rule(node.op)


def place_weights(programs: Sequence[Program], alignment: int = ALIGNMENT) -> list[Weights]:
    """Offsets for constants and for what states are at first, in one block for all programs.

    Equal memory is kept once. What several programs have is known by its contents, and so are the
    few constants of firmware, where dtypes of which there is least come first, as code that adds
    little to an address is short.
    """
    is_small = alignment != ALIGNMENT
    key = _address if len(programs) == 1 and not is_small else _contents
    found: list[dict[Slot, int]] = []
    seen: dict[object, int] = {}
    top = 0
    for program in programs:
        offsets: dict[Slot, int] = {}
        slots = [s for s in program.slots if s.kind in ("constant", "state") and s.data is not None]
        for slot in _tables_first(slots) if is_small else slots:
            own = key(slot)
            if own not in seen:
                seen[own] = top
                top += aligned(slot.bytes, alignment)
            offsets[slot] = seen[own]
        found.append(offsets)
    return [Weights(offsets, top) for offsets in found]


def _tables_first(slots: Sequence[Slot]) -> list[Slot]:
    sizes: Counter[DType] = Counter()
    for slot in slots:
        sizes[slot.dtype] += slot.bytes
    return sorted(slots, key=lambda slot: (sizes[slot.dtype], slot.bytes))


def _address(slot: Slot) -> object:
    assert slot.data is not None
    return slot.data.__array_interface__["data"][0], slot.bytes


def _contents(slot: Slot) -> object:
    return digest_buffer(_bytes(slot).data), slot.bytes


def _bytes(slot: Slot) -> Array:
    assert slot.data is not None
    return np.ascontiguousarray(slot.data).reshape(-1).view(np.uint8)


def write_weights(path: Path, parts: Sequence[Weights]) -> None:
    """Write the block of weights that some programs share."""
    written: set[int] = set()
    with path.open("wb") as file:
        for slot, offset in (item for part in parts for item in part.offsets.items()):
            if slot.bytes and offset not in written:
                written.add(offset)
                file.seek(offset)
                file.write(_bytes(slot).data)
            assert slot.data is not None
            release(slot.data)
        file.truncate(parts[0].size)
