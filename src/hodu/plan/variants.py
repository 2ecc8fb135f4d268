"""The processors for which one library holds code side by side, to choose when it is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hodu.artifact import OutputFormat
from hodu.errors import ArgumentError, UnsupportedError
from hodu.plan.target import Target, named

_TARGETS = {"baseline": "x86-64", "avx2": "x86-64-v3", "avx512": "x86-64-v4"}
NAMES = tuple(_TARGETS)
"""From what every processor has to what the fewest have; the numbers are those of cpu.h."""

COMPILED = (
    OutputFormat.OBJECT,
    OutputFormat.STATIC_LIBRARY,
    OutputFormat.SHARED_LIBRARY,
    OutputFormat.EXECUTABLE,
)
"""The formats that hold code of processors."""


@dataclass(frozen=True, slots=True)
class Variant:
    """Code for one level of a processor family, by name and by its number."""

    name: str
    level: int
    target: Target


def has_variants(triple: str) -> bool:
    """Whether there are variants for the processors of a triple."""
    return triple.startswith("x86_64-")


def default_variants(format: OutputFormat, triple: str) -> tuple[Variant, ...]:
    """The variants that a file holds unless a processor is named; none where one code serves."""
    joins = format is not OutputFormat.OBJECT or "linux" in triple  # of several objects one
    return variants_for(triple) if joins and format in COMPILED and has_variants(triple) else ()


def variants_for(triple: str, names: Sequence[str] = NAMES) -> tuple[Variant, ...]:
    """The named variants for a triple, the most widely usable first; they share packed weights.

    Raises ArgumentError for names that there are not, UnsupportedError for other processors.
    """
    unknown = [name for name in names if name not in NAMES]
    if unknown or not names:
        raise ArgumentError(
            f"there is no variant {', '.join(unknown)!r}" if unknown else "no variant is named",
            hint=f"the variants are {', '.join(NAMES)}",
        )
    if not has_variants(triple):
        raise UnsupportedError(
            f"there are no variants for {triple}",
            hint="they are for x86-64; elsewhere one code serves, which --mcpu chooses",
        )
    levels = sorted({NAMES.index(name) for name in names})
    targets = [named(_TARGETS[NAMES[level]]) for level in levels]
    bits = max(target.vector_bits for target in targets)
    return tuple(
        Variant(NAMES[level], level, replace(target, triple=triple, packed_bits=bits))
        for level, target in zip(levels, targets, strict=True)
    )
