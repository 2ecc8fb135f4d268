"""The processors for which one library holds code side by side, to choose when it is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hodu.artifact import OutputFormat
from hodu.errors import ArgumentError, UnsupportedError
from hodu.plan.target import Target, named

_TARGETS = {
    "baseline": ("x86-64", 0),
    "avx2": ("x86-64-v3", 1),
    "avxvnni": ("x86-64-v3-vnni", 1 | 4),
    "avx512": ("x86-64-v4", 1 | 2),
    "avx512vnni": ("x86-64-v4-vnni", 1 | 2 | 8),
}
NAMES = tuple(_TARGETS)
"""From what every processor has to the fastest; what they need is in the bits of cpu.h."""
_FOR_DOTS = {"avxvnni": "avx2", "avx512vnni": "avx512"}

COMPILED = (
    OutputFormat.OBJECT,
    OutputFormat.STATIC_LIBRARY,
    OutputFormat.SHARED_LIBRARY,
    OutputFormat.EXECUTABLE,
    OutputFormat.WHEEL,
)
"""The formats that hold code of processors."""


@dataclass(frozen=True, slots=True)
class Variant:
    """Code for some processors of a family; what they must have, `needs`, in the bits of cpu.h."""

    name: str
    needs: int
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
    chosen = {name: found for name, found in _TARGETS.items() if name in names}
    bits = max(named(target).vector_bits for target, _ in chosen.values())
    return tuple(
        Variant(name, needs, replace(named(target), triple=triple, packed_bits=bits))
        for name, (target, needs) in chosen.items()
    )


def without_idle(variants: Sequence[Variant]) -> tuple[Variant, ...]:
    """For a model without dot products of bytes: without those that would equal another one."""
    names = {variant.name for variant in variants}
    return tuple(v for v in variants if _FOR_DOTS.get(v.name) not in names)
