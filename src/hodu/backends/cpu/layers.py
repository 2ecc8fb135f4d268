"""A compiled program layer by layer: what each call of a kernel computes, and where memory goes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from hodu.lower.program import Argument, Launch, Program
from hodu.ops._table import REGISTRY
from hodu.plan.memory import Plan
from hodu.render.dedupe import function_name, same_kernels
from hodu.snapshot.ir import Node
from hodu.snapshot.statistics import multiplications_of


def describe_layers(program: Program, symbol: str) -> list[dict[str, Any]]:
    """Each call of a kernel, in order, for JSON.

    Its ops, the C function, the nodes of the model, the multiply-accumulates of one run, and the
    bytes of the weights that it reads and of what it writes, with the names of that.
    """
    launches = list(program.launches())
    functions = {
        id(launch): function_name(symbol, number, kernel)
        for number, (kernel, users) in enumerate(same_kernels(launches))
        for launch in users
    }
    owners = _owners(launches)
    return [
        {
            "name": launch.label,
            "function": functions[id(launch)],
            "nodes": [*dict.fromkeys(n.loc for n in launch.nodes if n.loc)],
            "macs": _multiplications([n for n in launch.nodes if owners[n] is launch]),
            "weight_bytes": _bytes(a for a in launch.touched if a.place.slot.kind == "constant"),
            "output_bytes": _bytes(a for a in launch.touched if a.role != "in"),
            "writes": [a.place.slot.name for a in launch.touched if a.role != "in"],
        }
        for launch in launches
    ]


def describe_arena(program: Program, plan: Plan) -> list[dict[str, Any]]:
    """What lies where in the arena and from which step to which, the lowest first, for JSON."""
    last = sum(1 for _ in program.launches()) - 1
    states = [(port.slot, (), 0, max(last, 0)) for port in program.states]
    lives = [(life.slot, life.also, life.first, life.last) for life in plan.lives]
    rows = [
        {
            "name": ", ".join(one.name for one in (slot, *also)),
            "offset": plan.offsets[slot],
            "bytes": slot.bytes,
            "first": first,
            "last": end,
        }
        for slot, also, first, end in (*states, *lives)
    ]
    return sorted(rows, key=lambda row: (row["offset"], row["first"]))


def _owners(launches: Sequence[Launch]) -> dict[Node, Launch]:
    """The last launch of each node, which has its result: several may prepare it."""
    return {node: launch for launch in launches for node in launch.nodes}


def _multiplications(nodes: Sequence[Node]) -> int:
    """Of nodes of the table; those that lowering makes for its own use multiply nothing."""
    found = multiplications_of(node for node in nodes if node.op in REGISTRY).total
    return found if isinstance(found, int) else 0


def _bytes(arguments: Iterable[Argument]) -> int:
    slots = {argument.place.slot: None for argument in arguments}
    return sum(slot.bytes for slot in slots)
