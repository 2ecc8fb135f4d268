"""Programs for a small core with streams of one's own choice."""

from __future__ import annotations

from collections.abc import Sequence

from hodu.backends.cpu.prepare import Prepared, Recipe, alignment_for, place_weights, rendered
from hodu.lower.lowering import groups_of
from hodu.lower.streams.find import Grouped
from hodu.lower.streams.layer import Stream
from hodu.plan.memory import plan_memory
from hodu.plan.target import Target, named
from hodu.render.c_program import Options
from hodu.snapshot.ir import Snapshot

CORE = named("cortex-m4")
WRITTEN = Options(bare=True, pointer_bytes=4)


def streams_of(snapshot: Snapshot) -> list[Stream]:
    """All streams of an optimized Snapshot."""
    return [*Grouped(snapshot, groups_of(snapshot)).streams()]


def with_streams(snapshot: Snapshot, streams: Sequence[Stream], core: Target = CORE) -> Prepared:
    """The program of an optimized Snapshot with some streams."""
    made = Recipe(core).program(snapshot, streams)
    alignment = alignment_for(made, core)
    (weights,) = place_weights([made], alignment)
    return rendered(made, plan_memory(made, alignment), weights, WRITTEN)
