"""A program prepared for several processors: one lowering for each, over one block of weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hodu.backends.cpu.prepare import (
    Observer,
    Prepared,
    Recipe,
    alignment_for,
    has_kernel,
    machine,
    place_weights,
    rendered,
    write_weights,
)
from hodu.backends.cpu.streaming import Streamed, choose_streams
from hodu.passes import optimize
from hodu.plan.memory import plan_memory
from hodu.plan.variants import Variant, without_idle
from hodu.render.c_program import Options
from hodu.render.c_variants import render_variants, variant_symbol
from hodu.snapshot.ir import Snapshot
from hodu.toolchain.build import Source


@dataclass(frozen=True, slots=True)
class PreparedVariants:
    """The programs of all variants; `whole` is the model they make up.

    Its program is that for the most capable processor, its text the functions that choose among
    the variants. A single nameless variant is the model itself. `streamed` says how it streams.
    """

    whole: Prepared
    variants: tuple[Variant, ...]
    parts: tuple[Prepared, ...]
    streamed: Streamed | None = None

    def sources(self) -> list[Source]:
        """The functions of the model, then each variant with the flags of its processor."""
        found = [Source(f"{self.whole.options.symbol}.c", self.whole.source)]
        for variant, part in zip(self.variants, self.parts, strict=True):
            if variant.name:
                flags = (*variant.target.flags(), "-fvisibility=hidden")
                found.append(Source(f"{part.options.symbol}.c", part.source, flags))
        return found

    def write_weights(self, path: Path) -> None:
        """Write the weights of all variants to a file."""
        write_weights(path, [part.weights for part in self.parts])

    def describe(self, sizes: Mapping[str, int]) -> list[dict[str, Any]]:
        """Each variant for reports, by the bytes of the objects: the code, weights of its own."""
        return [
            {
                "name": variant.name,
                "processor": variant.target.processor,
                "code_bytes": sizes[f"{self.parts[number].options.symbol}.c"],
                "own_weight_bytes": self._own_bytes(number),
            }
            for number, variant in enumerate(self.variants)
        ]

    def _own_bytes(self, number: int) -> int:
        """The weights that no other variant has."""
        others = [p.weights.offsets for i, p in enumerate(self.parts) if i != number]
        shared = {offset for offsets in others for offset in offsets.values()}
        own = {o: s.bytes for s, o in self.parts[number].weights.offsets.items()}
        return sum(size for offset, size in own.items() if offset not in shared)


def prepare_variants(
    snapshot: Snapshot,
    variants: Sequence[Variant],
    options: Options,
    *,
    level: int = 2,
    exact: bool = False,
    observer: Observer | None = None,
    found: Mapping[str, int] | None = None,
    streaming: bool = False,
) -> PreparedVariants:
    """Everything before the C compiler; raises UnsupportedError listing nodes without a rule.

    `found` are the candidates that measurements chose, by question. States lie alike in the arenas
    of all variants, and every arena is as large as the largest. With `streaming` layers are
    computed by line buffers where that makes the arena of the last variant smaller.
    """
    best = machine(variants[-1].target)  # one Snapshot serves all
    optimized = optimize(
        snapshot, level, exact=exact, keep=has_kernel, observer=observer, machine=best
    )
    streamed = None
    if streaming:
        last = Recipe(variants[-1].target, level, exact, found)
        streamed = choose_streams(
            optimized, last.fuses, lambda streams: last.arena_bytes(optimized, streams)
        )
    if not _has_dots(optimized):
        variants = without_idle(variants)
    streams = () if streamed is None else streamed.streams
    programs = [Recipe(v.target, level, exact, found).program(optimized, streams) for v in variants]
    alignment = alignment_for(programs[-1], variants[-1].target)
    plans = [plan_memory(program, alignment) for program in programs]
    size = max(plan.size for plan in plans)
    parts = tuple(
        rendered(program, replace(plan, size=size), weights, _options_of(variant, options, exact))
        for variant, program, plan, weights in zip(
            variants, programs, plans, place_weights(programs, alignment), strict=True
        )
    )
    whole = parts[-1]
    if whole.options.symbol != options.symbol:
        text = render_variants(whole.program, whole.plan, variants, options)
        whole = replace(whole, options=options, source=text)
    return PreparedVariants(whole, tuple(variants), parts, streamed)


def _has_dots(snapshot: Snapshot) -> bool:
    """Whether there are products of bytes, in regions too."""
    return any(
        node.op in ("integer_conv", "integer_matmul") or any(map(_has_dots, node.regions()))
        for node in snapshot.nodes
    )


def _options_of(variant: Variant, options: Options, exact: bool) -> Options:
    """How the program of a variant is written."""
    if not variant.name:
        return replace(options, exact=exact)
    return replace(
        options,
        symbol=variant_symbol(options.symbol, variant),
        target=f"{variant.target.triple} {variant.target.processor}",
        aliases=False,
        typed=None,
        exact=exact,
    )
