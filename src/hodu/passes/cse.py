"""Common subexpressions: the same op on the same inputs is computed once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hodu.dims import Dim, bare_symbol
from hodu.passes._pattern import COMMUTATIVE
from hodu.passes._regions import everywhere
from hodu.shapes import Shape
from hodu.snapshot.bind_dims import substitute_dims
from hodu.snapshot.ir import Node, Snapshot, Value
from hodu.snapshot.prune import prune
from hodu.snapshot.rebuild import Rebuilder, rebuild


def cse(snapshot: Snapshot) -> Snapshot:
    """The Snapshot without repeated nodes and repeated constants; barriers and random ops stay."""
    return everywhere(snapshot, _cse)


def _cse(snapshot: Snapshot) -> Snapshot:
    merged = _merged_constants(snapshot)
    seen: dict[Any, Sequence[Value]] = {}
    same: dict[str, Dim] = {}

    def step(node: Node, inputs: list[Value | None], out: Rebuilder) -> Sequence[Value]:
        taken = [v if v is None else merged.get(v, v) for v in inputs]
        if node.op == "barrier" or node.definition.random or node.definition.has_regions:
            return out.copy(node, taken)
        key = _key(node, taken)
        if key not in seen:
            seen[key] = out.copy(node, taken)
        for old, kept in zip(node.outputs, seen[key], strict=True):
            same.update(_same_sizes(old.type.shape, kept.type.shape))
        return seen[key]

    merged_nodes = rebuild(snapshot, step)
    return prune(substitute_dims(merged_nodes, same) if same else merged_nodes)


def _same_sizes(old: Shape, kept: Shape) -> dict[str, Dim]:
    """What the sizes that a repeated node found are in terms of those of the node that stays."""
    pairs = zip(old, kept, strict=True)
    return {a.name: b for d, b in pairs if d != b and (a := bare_symbol(d)) is not None}


def _key(node: Node, inputs: Sequence[Value | None]) -> Any:
    operands = [id(v) for v in inputs]
    if node.op in COMMUTATIVE:
        operands.sort()
    # An int and a float that are equal are different attributes, and so are -0.0 and 0.0.
    attrs = tuple((k, repr(v)) for k, v in node.attrs.items())
    return node.op, tuple(operands), attrs


def _merged_constants(snapshot: Snapshot) -> dict[Value, Value]:
    """Each constant that repeats an earlier one, and that one."""
    first: dict[Any, Value] = {}
    merged: dict[Value, Value] = {}
    for value in snapshot.constant_values:
        array = snapshot.constants[value.name]
        key = (value.type, array.tobytes() if array.size <= 64 else id(array))
        if first.setdefault(key, value) is not value:
            merged[value] = first[key]
    return merged
