"""Reading and writing at places that tensors name."""

from __future__ import annotations

import numpy as np

from hodu.dims import Dim
from hodu.dtypes import i64
from hodu.errors import UnsupportedError
from hodu.formats.onnx.dtypes import limits_of
from hodu.formats.onnx.export.emitter import Emitter
from hodu.formats.onnx.export.ops.moving import shape_of_input
from hodu.formats.onnx.export.registry import exports
from hodu.ops._table import Array
from hodu.shapes import broadcast_shapes
from hodu.snapshot.ir import Node

_REDUCTIONS = {"set": None, "none": None, "sum": "add", "prod": "mul", "amax": "max", "amin": "min"}


def _flat(g: Emitter, node: Node, *names: str) -> list[str]:
    """The names, of vectors of one element where the op is called on numbers."""
    if shape_of_input(node):
        return list(names)
    return [g.op("Reshape", name, g.ints([1])) for name in names]


def _back(g: Emitter, node: Node, result: str) -> str:
    return result if shape_of_input(node) else g.op("Reshape", result, g.ints([]))


@exports("gather")
def gather(g: Emitter, node: Node, x: str, index: str) -> str:
    """One element for each index, along an axis."""
    if not shape_of_input(node):
        x = g.op("Reshape", x, g.ints([1]))
        return g.op("Reshape", g.op("Gather", x, index), g.shape(node.outputs[0].type.shape))
    if not shape_of_input(node, 1):
        return g.op("Gather", x, index, axis=node.attrs["dim"])
    return g.op("GatherElements", x, index, axis=node.attrs["dim"])


@exports("embedding")
def embedding(g: Emitter, node: Node, x: str, weight: str) -> str:
    """Rows of the weight."""
    return g.op("Gather", weight, x, axis=0)


@exports("gather_nd")
def gather_nd(g: Emitter, node: Node, x: str, indices: str) -> str:
    """Parts by tuples of indices."""
    return g.op("GatherND", x, indices, batch_dims=node.attrs["batch_dims"])


@exports("scatter")
def scatter(g: Emitter, node: Node, x: str, index: str, src: str) -> str:
    """Elements written, or joined with others, along an axis."""
    how, axis = node.attrs["reduce"], node.attrs["dim"]
    if how not in _REDUCTIONS:
        raise UnsupportedError(f"with reduce={how!r}")
    if not shape_of_input(node, 2) and shape_of_input(node, 1):
        src = g.op("Expand", src, g.op("Shape", index))
    elif shape_of_input(node, 2) != shape_of_input(node, 1):
        ends, axes = shape_of_input(node, 1), range(len(shape_of_input(node, 1)))
        src = g.op("Slice", src, g.ints([0] * len(ends)), g.shape(ends), g.ints(list(axes)))
    x, index, src = _flat(g, node, x, index, src)
    if not node.attrs["include_self"] and how != "set":
        neutral = g.op("Expand", g.const(_neutral(node, how)), g.op("Shape", index))
        x = g.op("ScatterElements", x, index, neutral, axis=axis)
    written = g.op("ScatterElements", x, index, src, axis=axis, reduction=_REDUCTIONS[how])
    return _back(g, node, written)


def _neutral(node: Node, how: str) -> Array:
    """The number that joining does not see."""
    dtype = node.outputs[0].type.dtype
    if how in ("sum", "prod"):
        return np.array(how == "prod").astype(dtype.numpy)
    if dtype.is_float:
        return np.array(-np.inf if how == "amax" else np.inf).astype(dtype.numpy)
    if not dtype.is_integer:
        return np.array(how == "amin")
    return np.array(limits_of(dtype.numpy)[how != "amax"], dtype.numpy)


@exports("scatter_nd")
def scatter_nd(g: Emitter, node: Node, x: str, indices: str, updates: str) -> str:
    """Parts written, or joined, by tuples of indices."""
    how = node.attrs["reduction"]
    return g.op("ScatterND", x, indices, updates, reduction=None if how == "none" else how)


class _Key:
    """A key of index tensors: its axes, what they broadcast to, and where that stands.

    As in NumPy, the broadcast axes stand where the indexed ones stood, if these are neighbours,
    else first.
    """

    def __init__(self, node: Node, count: int) -> None:
        given = node.inputs[1 : 1 + count]
        self.rank = len(shape_of_input(node))
        self.axes = [a for a, v in enumerate(given) if v is not None]
        self.shape: tuple[Dim, ...] = broadcast_shapes(
            *(v.type.shape for v in given if v is not None)
        )
        neighbours = self.axes == list(range(self.axes[0], self.axes[0] + len(self.axes)))
        self.start = self.axes[0] if neighbours else 0

    def first(self) -> list[int]:
        """The axes of the input with the indexed ones in front."""
        return [*self.axes, *(a for a in range(self.rank) if a not in self.axes)]

    def placed(self) -> list[int]:
        """For each axis of the result, where it is when the broadcast ones are in front."""
        n = len(self.shape)
        rest = [n + i for i in range(self.rank - len(self.axes))]
        return [*rest[: self.start], *range(n), *rest[self.start :]]

    def tuples(self, g: Emitter, indices: list[str | None]) -> str:
        """The index tensors as one, with a tuple in its last axis."""
        shape = g.shape(self.shape)
        columns = [
            g.op("Unsqueeze", g.op("Expand", g.cast(i, i64), shape), g.ints([-1]))
            for i in indices
            if i is not None
        ]
        return g.op("Concat", *columns, axis=-1)


def _transposed(g: Emitter, x: str, order: list[int]) -> str:
    return x if order == sorted(order) else g.op("Transpose", x, perm=order)


@exports("index")
def index_(g: Emitter, node: Node, x: str, indices: list[str | None]) -> str:
    """Parts by index tensors, as in NumPy."""
    present = [(a, i) for a, i in enumerate(indices) if i is not None]
    if not present:
        return x
    if len(present) == 1:
        return g.op("Gather", x, present[0][1], axis=present[0][0])
    key = _Key(node, len(indices))
    picked = g.op("GatherND", _transposed(g, x, key.first()), key.tuples(g, indices))
    return _transposed(g, picked, key.placed())


@exports("index_put")
def index_put(g: Emitter, node: Node, x: str, indices: list[str | None], values: str) -> str:
    """Parts by index tensors written, or added to."""
    if all(i is None for i in indices):
        raise UnsupportedError("without an index")
    key = _Key(node, len(indices))
    shape = shape_of_input(node)
    rest: list[Dim] = [shape[a] for a in range(key.rank) if a not in key.axes]
    whole = [*rest[: key.start], *key.shape, *rest[key.start :]]
    spread = g.op("Expand", values, g.shape(whole))
    updates = _transposed(g, spread, [key.placed().index(i) for i in range(len(whole))])
    written = g.op(
        "ScatterND",
        _transposed(g, x, key.first()),
        key.tuples(g, indices),
        updates,
        reduction="add" if node.attrs["accumulate"] else None,
    )
    return _transposed(g, written, [key.first().index(i) for i in range(key.rank)])


@exports("nonzero")
def nonzero(g: Emitter, node: Node, x: str) -> str:
    """The places of elements that are not zero, one a row."""
    if not shape_of_input(node):
        raise UnsupportedError("of a number, whose places are no rows")
    return g.op("Transpose", g.op("NonZero", x), perm=[1, 0])


@exports("unique")
def unique(g: Emitter, node: Node, x: str) -> list[str]:
    """Distinct elements in order, where each went, and how often it came."""
    found, _, inverse, counts = g.multi("Unique", [x], 4, axis=node.attrs["dim"], sorted=1)
    if node.attrs["dim"] is None and len(shape_of_input(node)) != 1:
        inverse = g.op("Reshape", inverse, g.op("Shape", x))
    return [found, inverse, counts]
