"""What a compiled program takes: memory, weights, kernels and their work."""

from __future__ import annotations

from typing import Any

from hodu.backends.cpu.interface import unbound_dims
from hodu.backends.cpu.prepare import Prepared, has_kernel, machine
from hodu.errors import UnsupportedError
from hodu.kernel.work import moved, operations
from hodu.lower.lowering import lower
from hodu.lower.program import Launch, Program, Slot
from hodu.passes import optimize
from hodu.plan.memory import Plan, plan_memory
from hodu.plan.target import host
from hodu.snapshot.ir import Snapshot


def describe(ready: Prepared) -> dict[str, Any]:
    """A program in numbers, for JSON.

    What `memory` gives, the bytes of the weights, and each step with its floating-point operations
    (0 where unknown) and the bytes of what it reads and writes.
    """
    return {
        "name": ready.program.name,
        **memory(ready.program, ready.plan),
        "weight_bytes": ready.weights.size,
        "kernels": [_kernel(launch) for launch in ready.program.launches()],
    }


def memory(program: Program, plan: Plan) -> dict[str, Any]:
    """Bytes of the arena, of states, of the most that is alive at once, and what is alive then.

    Where in the arena each state lies.
    Of outputs in whose memory something lies until they are written, the bytes that it takes.
    """
    lent = _lent(plan)
    return {
        "arena_bytes": plan.size,
        "arena_bound": plan.bound,
        "state_bytes": sum(port.slot.bytes for port in program.states),
        "states": [
            {"name": port.name, "offset": plan.offsets[port.slot], "bytes": port.slot.bytes}
            for port in program.states
        ],
        "peak": [{"name": life.slot.name, "bytes": life.slot.bytes} for life in plan.at_peak()],
        "in_outputs": [
            {"name": port.name, "bytes": lent[port.slot]}
            for port in program.outputs
            if port.slot in lent
        ],
    }


def _lent(plan: Plan) -> dict[Slot, int]:
    """The bytes of each output that its guests take."""
    found: dict[Slot, int] = {}
    for guest in plan.guests:
        host, end = plan.hosts[guest.slot], plan.offsets[guest.slot] + guest.slot.bytes
        found[host] = max(end, found.get(host, 0))
    return found


def planned_memory(snapshot: Snapshot) -> dict[str, Any] | None:
    """The memory of a Snapshot when it is compiled for this machine, without compiling it.

    None for one with named sizes, or with nodes for which there is no code.
    """
    if unbound_dims(snapshot):
        return None
    try:
        program = lower(optimize(snapshot, keep=has_kernel, machine=machine(host())), host())
    except UnsupportedError:
        return None
    return memory(program, plan_memory(program))


def _kernel(launch: Launch) -> dict[str, Any]:
    slots = {argument.place.slot: None for argument in launch.touched}
    size, accesses = sum(slot.bytes for slot in slots), moved(launch.kernel)
    return {
        "name": launch.label,
        "operations": 2 * launch.kernel.work or operations(launch.kernel),
        "bytes": size if accesses is None else min(size, accesses),
    }
