"""Passes reach into the bodies of control flow, which are Snapshots that nodes own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hodu.snapshot.ir import Node, Snapshot, Value
from hodu.snapshot.rebuild import Rebuilder, rebuild


def everywhere(snapshot: Snapshot, change: Callable[[Snapshot], Snapshot]) -> Snapshot:
    """`change` applied to every body of control flow, the innermost first, then to the whole.

    It must keep the inputs and outputs of what it is given, and their types.
    """

    def step(node: Node, inputs: list[Value | None], out: Rebuilder) -> Sequence[Value]:
        if not node.definition.has_regions:
            return out.copy(node, inputs)
        attrs = {
            k: everywhere(v, change) if isinstance(v, Snapshot) else v
            for k, v in node.attrs.items()
        }
        return out.call(node.op, inputs, attrs, node, [v.type for v in node.outputs])

    if any(node.definition.has_regions for node in snapshot.nodes):
        snapshot = rebuild(snapshot, step)
    return change(snapshot)
