"""Constants by what they hold: memory has those with the same elements once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

from hodu.lower.program import Slot, Step, slots_of

MOST_BYTES = 1 << 22  # of a constant that is copied to stand with others


def contents(slot: Slot) -> Hashable:
    """What slots have in common that are one in memory."""
    if slot.kind != "constant" or slot.data is None or slot.bytes > MOST_BYTES:
        return slot
    return slot.dtype, slot.data.tobytes()


def uses(steps: Sequence[Step]) -> Counter[Hashable]:
    """How often steps are given each of the `contents`."""
    counted: Counter[Hashable] = Counter()
    for slot, count in Counter(slots_of(steps)).items():
        counted[contents(slot)] += count
    return counted
