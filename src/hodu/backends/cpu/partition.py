"""Cutting a Snapshot into parts that are compiled and parts that are interpreted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from hodu.snapshot.ir import Node, Snapshot, Value
from hodu.snapshot.rebuild import Rebuilder, rebuild


@dataclass(frozen=True, slots=True)
class Part:
    """Some nodes as a Snapshot of their own; its inputs and outputs are named as in the whole."""

    snapshot: Snapshot
    native: bool


def partition(snapshot: Snapshot, is_native: Callable[[Node], bool]) -> list[Part] | None:
    """The parts in order of execution; None if a size that depends on the data crosses a cut.

    A part is as large as can be: a node joins the earliest part of its kind that comes after
    everything it needs.
    """
    levels: dict[Node, int] = {}
    for node in snapshot.nodes:
        before = [levels[v.producer] for v in node.inputs if v is not None and v.producer in levels]
        level = max(before, default=0)
        levels[node] = level + (level % 2 == int(is_native(node)))
    groups = [
        [node for node in snapshot.nodes if levels[node] == level]
        for level in sorted(set(levels.values()))
    ]
    parts = [Part(_cut(snapshot, nodes), is_native(nodes[0])) for nodes in groups]
    crossing = (v for part in parts for v in part.snapshot.inputs)
    known = {d for v in snapshot.inputs for d in v.type.shape}
    if any(not isinstance(d, int) and d not in known for v in crossing for d in v.type.shape):
        return None
    return parts


def _cut(snapshot: Snapshot, nodes: list[Node]) -> Snapshot:
    """The part with these nodes: what they need from outside in, what is needed outside out."""
    inside = set(nodes)
    used = dict.fromkeys(v for node in nodes for v in node.inputs if v is not None)
    constants = set(snapshot.constant_values) & used.keys()
    given = [v for v in used if v.producer not in inside and v not in constants]
    results = set(snapshot.outputs.values())
    for node in snapshot.nodes:
        if node not in inside:
            results.update(v for v in node.inputs if v is not None)
    part = replace(
        snapshot,
        inputs=tuple(given),
        nodes=tuple(nodes),
        outputs={v.name: v for node in nodes for v in node.outputs if v in results},
        constant_values=tuple(v for v in snapshot.constant_values if v in constants),
        constants={v.name: snapshot.constants[v.name] for v in constants},
        aliases={},
        states={},
    )
    return rebuild(part, _copy, {v: Value(v.name, v.type) for v in given})


def _copy(node: Node, inputs: list[Value | None], out: Rebuilder) -> tuple[Value, ...]:
    return out.copy(node, inputs)
