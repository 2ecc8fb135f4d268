"""Dead-code elimination: only what the outputs need, and the sizes that these have."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from hodu.dims import Sym, symbols
from hodu.snapshot.ir import Node, Snapshot, Value


def prune(snapshot: Snapshot, outputs: Mapping[str, Value] | None = None) -> Snapshot:
    """The Snapshot reduced to the nodes and constants behind `outputs` (default: its own).

    Inputs stay, so that the interface does not depend on what is used.
    """
    wanted = dict(snapshot.outputs if outputs is None else outputs)
    needed = set(wanted.values())
    sizes: set[str] = set()
    kept: list[Node] = []
    for node in reversed(snapshot.nodes):
        if any(v in needed for v in node.outputs) or (sizes and sizes & _found_sizes(node)):
            kept.append(node)
            needed.update(v for v in node.inputs if v is not None)
            sizes.update(symbols(_dims(node)))
    constants = tuple(v for v in snapshot.constant_values if v in needed)
    return dataclasses.replace(
        snapshot,
        outputs=wanted,
        nodes=tuple(reversed(kept)),
        constant_values=constants,
        constants={v.name: snapshot.constants[v.name] for v in constants},
        aliases={k: v for k, v in snapshot.aliases.items() if k in wanted},
    )


def _found_sizes(node: Node) -> set[str]:
    """The names of the sizes that are known only once this node has run."""
    made = set(symbols(d for v in node.outputs for d in v.type.shape))
    return made - set(symbols(d for v in node.inputs if v is not None for d in v.type.shape))


def _dims(node: Node) -> Iterator[Any]:
    """The symbolic sizes among the attributes."""
    for value in node.attrs.values():
        for entry in value if isinstance(value, tuple) else (value,):
            if isinstance(entry, Sym):
                yield entry
