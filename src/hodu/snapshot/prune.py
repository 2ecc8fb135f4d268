"""Dead-code elimination: only what the outputs need."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from hodu.snapshot.ir import Node, Snapshot, Value


def prune(snapshot: Snapshot, outputs: Mapping[str, Value] | None = None) -> Snapshot:
    """The Snapshot reduced to the nodes and constants behind `outputs` (default: its own).

    Inputs stay, so that the interface does not depend on what is used.
    """
    wanted = dict(snapshot.outputs if outputs is None else outputs)
    needed = set(wanted.values())
    kept: list[Node] = []
    for node in reversed(snapshot.nodes):
        if any(v in needed for v in node.outputs):
            kept.append(node)
            needed.update(v for v in node.inputs if v is not None)
    constants = tuple(v for v in snapshot.constant_values if v in needed)
    return dataclasses.replace(
        snapshot,
        outputs=wanted,
        nodes=tuple(reversed(kept)),
        constant_values=constants,
        constants={v.name: snapshot.constants[v.name] for v in constants},
        aliases={k: v for k, v in snapshot.aliases.items() if k in wanted},
    )
