"""Projections of one tensor as one product: query, key and value of attention, say.

Linear layers, or products with constant matrices, that read the same tensor become one with their
weights side by side, and slices of its result. Only slices that cost nothing are made: of a single
row, and of what products and attention read as it lies; other results are better finished in the
loops of their own product.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import TypeAlias

import numpy as np

from hodu.passes._elementwise import BINARY, TERNARY, UNARY
from hodu.passes._regions import everywhere
from hodu.shapes import Shape
from hodu.snapshot.ir import Node, Snapshot, Value
from hodu.snapshot.prune import prune
from hodu.snapshot.rebuild import Rebuilder, rebuild

_COLUMNS = {"linear": 0, "matmul": 1}  # the axis of the weight along which the results lie
_VIEWS = ("permute", "slice")
_READERS = {"linear": 1, "matmul": 2, "scaled_dot_product_attention": 3}
"""Ops that read their first inputs as these lie, and how many."""
_FINISHED = frozenset((*UNARY, *BINARY, *TERNARY))
"""Ops that are computed in the loops of the product before them."""

_Part: TypeAlias = "tuple[tuple[int, ...], tuple[int, ...]]"
_WHOLE: _Part = ((), ())  # not cut


def projections(snapshot: Snapshot) -> Snapshot:
    """The Snapshot with the projections of a tensor in one product."""
    return everywhere(snapshot, lambda s: _Joining(s).run())


class _Joining:
    """One walk over one Snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.constants = {v: snapshot.constants[v.name] for v in snapshot.constant_values}
        self.readers: dict[Value, list[tuple[Node, int]]] = defaultdict(list)
        for node in snapshot.nodes:
            for number, value in enumerate(node.inputs):
                if value is not None:
                    self.readers[value].append((node, number))
        self.kept = frozenset(snapshot.outputs.values())
        self.groups: dict[Hashable, list[Node]] = defaultdict(list)
        for node in snapshot.nodes:
            if (key := self._key(node)) is not None:
                self.groups[key].append(node)
        self.done: dict[Value, Value] = {}

    def run(self) -> Snapshot:
        """The Snapshot with each group as one node, where its first one was."""
        if all(len(group) < 2 for group in self.groups.values()):
            return self.snapshot
        return prune(rebuild(self.snapshot, self._step))

    # -- what can be joined ---------------------------------------------------------------------

    def _key(self, node: Node) -> Hashable:
        """What nodes that are joined have in common, None of one that cannot be."""
        if node.op not in _COLUMNS or not self._has_constants(node):
            return None
        source, weight, *bias = node.inputs
        part = self._part(node.outputs[0])
        if part is None or weight is None:
            return None
        return node.op, source, weight.type.dtype, tuple(v is None for v in bias), part

    def _has_constants(self, node: Node) -> bool:
        """Whether the weights, used here alone, and the bias are constants."""
        source, weight, *bias = node.inputs
        return (
            source is not None
            and source.type.rank > 1
            and weight in self.constants
            and weight.type.rank == 2
            and len(self.readers[weight]) == 1
            and weight not in self.kept
            and all(v is None or (v in self.constants and v.type.rank == 1) for v in bias)
        )

    def _part(self, value: Value) -> _Part | None:
        """How a result is cut before it is sliced, None if it is better alone.

        Where a reshape cuts each row, into heads say, a slice before that would have to be copied.
        """
        if value in self.kept or not self.readers[value]:
            return None
        if math.prod(_numbers(value.type.shape[:-1])) == 1:
            finished = any(node.op in _FINISHED for node, _ in self.readers[value])
            return None if finished else _WHOLE
        if self._is_read_in_place(value):
            return _WHOLE
        (reader, _), *more = self.readers[value]
        if more or reader.op != "reshape" or not self._is_read_in_place(reader.outputs[0]):
            return None
        return _cut(value.type.shape, reader.outputs[0].type.shape)

    def _is_read_in_place(self, value: Value) -> bool:
        """Whether only products and attention read it, turned or not."""
        return value not in self.kept and all(
            self._is_read_in_place(node.outputs[0])
            if node.op in _VIEWS
            else number < _READERS.get(node.op, 0)
            for node, number in self.readers[value]
        )

    # -- joining --------------------------------------------------------------------------------

    def _step(self, node: Node, inputs: list[Value | None], out: Rebuilder) -> Sequence[Value]:
        key = self._key(node)
        if node.outputs[0] not in self.done and key is not None and len(self.groups[key]) > 1:
            self._join(self.groups[key], inputs[0], out)
        if node.outputs[0] in self.done:
            return [self.done[node.outputs[0]]]
        return out.copy(node, inputs)

    def _join(self, group: Sequence[Node], source: Value | None, out: Rebuilder) -> None:
        first = group[0]
        given = [
            None if value is None else self._beside(group, number, out)
            for number, value in enumerate(first.inputs[1:], 1)
        ]
        (whole,) = out.call(first.op, (source, *given), first.attrs, first, names=["projections"])
        results = [node.outputs[0] for node in group]
        self._slice(results, whole, -1, first, out)
        part = self._part(results[0])
        if part is not None and part != _WHOLE:
            before, after = part
            shape = (*before, -1, *after)
            (parts,) = out.call("reshape", (whole,), {"shape": shape}, first, names=["parts"])
            cut = [self.readers[result][0][0].outputs[0] for result in results]
            self._slice(cut, parts, len(before), first, out)

    def _slice(
        self, results: Sequence[Value], whole: Value, axis: int, like: Node, out: Rebuilder
    ) -> None:
        """Results as the slices of a whole along an axis, one after the other."""
        start = 0
        for result in results:
            size = result.type.shape
            at = [0] * len(size)
            at[axis] = start
            attrs = {"start": tuple(at), "size": size, "step": (1,) * len(size)}
            (self.done[result],) = out.call("slice", (whole,), attrs, like, names=[result.name])
            count = size[axis]
            assert isinstance(count, int)
            start += count

    def _beside(self, group: Sequence[Node], number: int, out: Rebuilder) -> Value:
        """The weights (1) or biases (2) of all of them as one constant."""
        values = [node.inputs[number] for node in group]
        axis = _COLUMNS[group[0].op] if number == 1 else 0
        parts = [self.constants[v] for v in values if v is not None]
        return out.constant(np.concatenate(parts, axis), "projections")


def _cut(shape: Shape, reshaped: Shape) -> _Part | None:
    """The sizes before and after the axis of parts of a reshape that cuts each row into them."""
    rows, numbers = math.prod(_numbers(shape[:-1])), _numbers(reshaped)
    if not (rows and all(numbers)):
        return None
    axes = (a for a in reversed(range(len(numbers) - 1)) if math.prod(numbers[:a]) == rows)
    return next(((numbers[:a], numbers[a + 1 :]) for a in axes), None)


def _numbers(shape: Shape) -> tuple[int, ...]:
    """Sizes, 0 for one that is not known."""
    return tuple(d if isinstance(d, int) else 0 for d in shape)
