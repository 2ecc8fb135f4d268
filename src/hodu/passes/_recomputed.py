"""Whether a Snapshot computes again what is there already."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np

from hodu.ops._table import Array
from hodu.snapshot.ir import Node, Snapshot, Value
from hodu.snapshot.prune import prune


def values_read(snapshot: Snapshot) -> set[Value]:
    """The values that are inputs of nodes, or outputs."""
    read = {v for node in snapshot.nodes for v in node.inputs if v is not None}
    return read | set(snapshot.outputs.values())


class Recomputed:
    """A region of one result, whose inputs are `given` in the Snapshot around it.

    `constants` are contents of values around it; what they make of a node may be one of them.
    """

    def __init__(
        self, region: Snapshot, given: Mapping[Value, Value], constants: Mapping[Value, Array]
    ) -> None:
        self.region, self.given, self.constants = region, given, constants
        self.found: dict[tuple[Value, Value], bool] = {}

    def holds(self, value: Value) -> bool:
        """Whether the region's result is `value`."""
        (result,) = self.region.outputs.values()
        return self._same(result, value)

    def _same(self, inner: Value | None, outer: Value | None) -> bool:
        if inner is None or outer is None:
            return inner is outer
        key = inner, outer
        if key not in self.found:
            self.found[key] = self._compared(inner, outer)
        return self.found[key]

    def _compared(self, inner: Value, outer: Value) -> bool:
        if outer in self.constants:
            known = self._known(inner)
            return known is not None and _equal(known, self.constants[outer])
        if inner in self.given:
            return self.given[inner] is outer
        a, b = inner.producer, outer.producer
        return (
            a is not None
            and b is not None
            and a.op == b.op
            and not a.definition.random
            and _attrs(a) == _attrs(b)
            and a.outputs.index(inner) == b.outputs.index(outer)
            and len(a.inputs) == len(b.inputs)
            and all(map(self._same, a.inputs, b.inputs))
        )

    def _known(self, inner: Value) -> Array | None:
        """The contents of a value of the region, None if they are not known."""
        part = prune(self.region, {"y0": inner})
        read = values_read(part)
        used = tuple(v for v in part.inputs if v in read)
        if not all(self.given[v] in self.constants for v in used):
            return None
        arrays = [self.constants[self.given[v]] for v in used]
        return dataclasses.replace(part, inputs=used).run(*arrays)[0]


def _attrs(node: Node) -> dict[str, str]:
    """What tells attributes apart: an int and an equal float are different, as are -0.0 and 0.0."""
    return {k: str(v) if isinstance(v, Snapshot) else repr(v) for k, v in node.attrs.items()}


def _equal(a: Array, b: Array) -> bool:
    return a.dtype == b.dtype and a.shape == b.shape and bool(np.array_equal(a, b))
