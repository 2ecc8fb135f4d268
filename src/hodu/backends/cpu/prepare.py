"""From a Snapshot to C: passes, lowering, the memory plan, the text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from hodu.lower.lowering import lower
from hodu.lower.program import Program, Slot
from hodu.lower.rules import has_rule
from hodu.passes import fuses, optimize
from hodu.plan.memory import ALIGNMENT, Plan, plan_memory
from hodu.plan.target import Target
from hodu.render.c_program import Options, Weights, render_program
from hodu.snapshot.ir import Node, Snapshot
from hodu.spill import release

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
        with path.open("wb") as file:
            for slot, offset in self.weights.offsets.items():
                assert slot.data is not None
                file.seek(offset)
                file.write(np.ascontiguousarray(slot.data).reshape(-1).view(np.uint8).data)
                release(slot.data)
            file.truncate(self.weights.size)


def prepare(
    snapshot: Snapshot,
    target: Target,
    options: Options | None = None,
    *,
    level: int = 2,
    exact: bool = False,
    observer: Observer | None = None,
) -> Prepared:
    """Everything before the C compiler; raises UnsupportedError listing nodes without a rule."""
    written = replace(options or Options(), exact=exact)
    optimized = optimize(snapshot, level, exact=exact, keep=has_kernel, observer=observer)
    program = lower(optimized, target, fuse=fuses(level), exact=exact)
    plan = plan_memory(program)
    weights = place_weights(program)
    source = render_program(program, plan, weights, written)
    return Prepared(program, plan, weights, written, source)


def has_kernel(node: Node) -> bool:
    """Whether a composite is lowered as it is rather than written out."""
    return has_rule(node.op)


def place_weights(program: Program) -> Weights:
    """Offsets for constants and for what states are at first; equal memory is kept once."""
    offsets: dict[Slot, int] = {}
    seen: dict[tuple[int, int], int] = {}
    top = 0
    for slot in program.slots:
        if slot.kind not in ("constant", "state") or slot.data is None:
            continue
        key = (slot.data.__array_interface__["data"][0], slot.bytes)
        if key not in seen:
            seen[key] = top
            top += -(-slot.bytes // ALIGNMENT) * ALIGNMENT
        offsets[slot] = seen[key]
    return Weights(offsets, top)
