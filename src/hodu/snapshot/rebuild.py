"""Rebuilding a Snapshot node by node, which is how passes change one."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from hodu.dtypes import FROM_NUMPY
from hodu.ops._table import REGISTRY, Array
from hodu.shapes import TensorType
from hodu.snapshot.infer import infer_types
from hodu.snapshot.ir import Node, Snapshot, Value, group, make_node
from hodu.spill import Spill

Step: TypeAlias = "Callable[[Node, list[Value | None], Rebuilder], Sequence[Value]]"


class Rebuilder:
    """The new Snapshot's nodes so far; a step adds to them."""

    def __init__(self, taken: set[str]) -> None:
        self.nodes: list[Node] = []
        self.constants: dict[Value, Array] = {}
        self._taken = taken
        self._spill = Spill()

    def copy(
        self, node: Node, inputs: Sequence[Value | None], names: Sequence[str] | None = None
    ) -> tuple[Value, ...]:
        """Add `node` on new inputs, with its attributes and types, and names if none are given."""
        hints = names or [v.name for v in node.outputs]
        named = [(self._name(n), v.type) for n, v in zip(hints, node.outputs, strict=True)]
        return self._add(make_node(node.op, inputs, node.attrs, named, node.loc))

    def call(
        self,
        op: str,
        inputs: Sequence[Value | None],
        attrs: Mapping[str, Any],
        like: Node,
        types: Sequence[TensorType] | None = None,
        names: Sequence[str] | None = None,
    ) -> tuple[Value, ...]:
        """Add a node of another op in the place of `like`.

        Its types are inferred if not given; without `names` it takes those of `like`.
        """
        definition = REGISTRY[op]
        if types is None:
            given = [None if v is None else v.type for v in inputs]
            types = infer_types(definition, group(definition.schema, given), attrs)
        hints = [v.name for v in like.outputs] if names is None else names
        hints = hints if len(hints) == len(types) else []
        named = [(self._name(hints[i] if hints else op), t) for i, t in enumerate(types)]
        return self._add(make_node(op, inputs, attrs, named, like.loc))

    def constant(self, array: Array, name: str) -> Value:
        """Add a constant with the contents of an array."""
        value = Value(self._name(name), TensorType(array.shape, FROM_NUMPY[array.dtype]))
        self.constants[value] = self._spill.keep(array)
        return value

    def undo(self, nodes: int, constants: int | None = None) -> None:
        """Take back what came after the first `nodes` and `constants`, which nothing may use."""
        for node in self.nodes[nodes:]:
            self._taken.difference_update(v.name for v in node.outputs)
        del self.nodes[nodes:]
        if constants is not None:
            for value in list(self.constants)[constants:]:
                self._taken.discard(value.name)
                del self.constants[value]

    def _name(self, hint: str) -> str:
        name, number = hint, 0
        while name in self._taken:
            number += 1
            name = f"{hint}_{number}"
        self._taken.add(name)
        return name

    def _add(self, node: Node) -> tuple[Value, ...]:
        self.nodes.append(node)
        return node.outputs


def rebuild(
    snapshot: Snapshot, step: Step, inputs: Mapping[Value, Value] | None = None
) -> Snapshot:
    """The Snapshot with `step(node, new_inputs, rebuilder)` in the place of every node.

    A step returns the new values of the node's outputs: what `rebuilder.copy` or
    `rebuilder.call` gave, or values that were there before. `inputs` replaces input values.
    """
    replaced = dict(inputs or {})
    fixed = [replaced.get(v, v) for v in (*snapshot.inputs, *snapshot.constant_values)]
    new: dict[Value, Value] = dict(
        zip((*snapshot.inputs, *snapshot.constant_values), fixed, strict=True)
    )
    rebuilder = Rebuilder({v.name for v in fixed})
    for node in snapshot.nodes:
        taken = [None if v is None else new[v] for v in node.inputs]
        new.update(zip(node.outputs, step(node, taken, rebuilder), strict=True))
    return dataclasses.replace(
        snapshot,
        inputs=tuple(new[v] for v in snapshot.inputs),
        nodes=tuple(rebuilder.nodes),
        constant_values=(*snapshot.constant_values, *rebuilder.constants),
        constants={**snapshot.constants, **{v.name: a for v, a in rebuilder.constants.items()}},
        outputs={name: new[v] for name, v in snapshot.outputs.items()},
    )
