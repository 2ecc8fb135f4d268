"""Other names for the values of a Snapshot."""

from __future__ import annotations

from collections.abc import Mapping

from hodu.snapshot.ir import Node, Snapshot, Value
from hodu.snapshot.rebuild import Rebuilder, rebuild


def rename_values(snapshot: Snapshot, names: Mapping[Value, str]) -> Snapshot:
    """The Snapshot with the results of its nodes renamed; a name that is taken gets a number.

    Inputs and constants keep their names, which are part of the interface.
    """

    def step(node: Node, inputs: list[Value | None], out: Rebuilder) -> tuple[Value, ...]:
        wanted = [names.get(v, v.name) for v in node.outputs]
        return out.copy(node, inputs, wanted)

    return rebuild(snapshot, step)
