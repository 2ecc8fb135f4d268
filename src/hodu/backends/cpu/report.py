"""What a compiled program takes: memory, weights, kernels and their work."""

from __future__ import annotations

from typing import Any

from hodu.backends.cpu.prepare import Prepared
from hodu.kernel.work import operations
from hodu.lower.program import Launch


def describe(ready: Prepared) -> dict[str, Any]:
    """A program in numbers, for JSON.

    Bytes of the arena, of the most that is alive at once (`arena_bound`) and of what is alive then
    (`peak`), of the weights; and each step with its floating-point operations (0 where unknown)
    and the bytes of what it reads and writes.
    """
    plan = ready.plan
    return {
        "name": ready.program.name,
        "arena_bytes": plan.size,
        "arena_bound": plan.bound,
        "peak": [{"name": life.slot.name, "bytes": life.slot.bytes} for life in plan.at_peak()],
        "state_bytes": sum(port.slot.bytes for port in ready.program.states),
        "weight_bytes": ready.weights.size,
        "kernels": [_kernel(launch) for launch in ready.program.launches()],
    }


def _kernel(launch: Launch) -> dict[str, Any]:
    slots = {argument.place.slot: None for argument in launch.arguments}
    return {
        "name": launch.label,
        "operations": 2 * launch.kernel.work or operations(launch.kernel),
        "bytes": sum(slot.bytes for slot in slots),
    }
