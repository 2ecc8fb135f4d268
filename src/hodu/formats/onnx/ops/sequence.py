"""Sequences (Python lists) and optionals (None where empty), of a known structure in captures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

import hodu.functional as f
from hodu.dispatch.attrs import as_dims
from hodu.dispatch.base import wrap
from hodu.formats.onnx.moving import run_on_places
from hodu.formats.onnx.narrow import NarrowTensor
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.registry import onnx_op

if TYPE_CHECKING:
    from hodu._tensor import Tensor


def _position(node: OnnxNode, position: Tensor, length: int, last: int) -> int:
    """A position counted from the front; `last` is the largest that is allowed."""
    given = int(position.item())
    index = given + length if given < 0 else given
    if not 0 <= index <= last:
        raise IndexError(f"position {given} in a sequence of {length} elements")
    return index


@onnx_op("SequenceEmpty", since=11)
def sequence_empty(node: OnnxNode) -> list[Any]:
    """A sequence of nothing."""
    return []


@onnx_op("SequenceConstruct", since=11)
def sequence_construct(node: OnnxNode, *xs: Any) -> list[Any]:
    """A sequence of the inputs."""
    return list(xs)


@onnx_op("SequenceInsert", since=11)
def sequence_insert(
    node: OnnxNode, values: list[Any], x: Any, position: Tensor | None = None
) -> list[Any]:
    """The sequence with a tensor put in at a position, by default the end."""
    n = len(values)
    index = n if position is None else _position(node, position, n, n)
    return [*values[:index], x, *values[index:]]


@onnx_op("SequenceErase", since=11)
def sequence_erase(node: OnnxNode, values: list[Any], position: Tensor | None = None) -> list[Any]:
    """The sequence without the tensor at a position, by default the last."""
    n = len(values)
    index = n - 1 if position is None else _position(node, position, n, n - 1)
    return [*values[:index], *values[index + 1 :]]


@onnx_op("SequenceAt", since=11)
def sequence_at(node: OnnxNode, values: list[Any], position: Tensor) -> Any:
    """The tensor at a position."""
    return values[_position(node, position, len(values), len(values) - 1)]


@onnx_op("SequenceLength", since=11)
def sequence_length(node: OnnxNode, values: list[Any]) -> Tensor:
    """The number of tensors."""
    return f.tensor(len(values), dtype="i64")


@onnx_op("ConcatFromSequence", since=11)
def concat_from_sequence(node: OnnxNode, values: list[Any]) -> Any:
    """The tensors joined along an axis, or stacked along a new one."""
    axis, join = node.integer("axis"), f.stack if node.flag("new_axis") else f.cat
    if any(isinstance(v, (np.ndarray, NarrowTensor)) for v in values):
        return run_on_places(lambda _, *xs: join(list(xs), axis), node, values)
    return join(values, axis)


@onnx_op("SplitToSequence", since=11)
def split_to_sequence(node: OnnxNode, x: Any, split: Tensor | None = None) -> list[Any]:
    """Parts along an axis: of the given sizes, of one size, or of size 1, which may be dropped."""
    axis = node.integer("axis", 0)
    if split is None:
        parts = _parts(node, x, [1] * int(x.shape[axis]), axis)
        if node.flag("keepdims", True):
            return parts
        return [_apply(node, lambda _, p: f.squeeze(p, axis), p) for p in parts]
    sizes = [int(s) for s in as_dims(split, "split")]
    if split.ndim == 0:
        size, length = sizes[0], int(x.shape[axis])
        sizes = [min(size, length - start) for start in range(0, length, size)]
    return _parts(node, x, sizes, axis)


def _apply(node: OnnxNode, handler: Any, x: Any) -> Any:
    if isinstance(x, (np.ndarray, NarrowTensor)):
        return run_on_places(handler, node, [x])
    return handler(node, x)


def _parts(node: OnnxNode, x: Any, sizes: list[int], axis: int) -> list[Any]:
    return list(_apply(node, lambda _, t: f.split(t, sizes, axis), x))


@onnx_op("SequenceMap", since=17)
def sequence_map(node: OnnxNode, values: list[Any], *others: Any) -> Sequence[list[Any]]:
    """A graph run for each element; further sequences go along, tensors are repeated."""
    body, rows = node.attr("body"), []
    for i, value in enumerate(values):
        extra = [other[i] if isinstance(other, list) else other for other in others]
        rows.append(node.run_graph(body, [value, *extra]))
    return tuple([row[k] for row in rows] for k in range(len(body.output)))


@onnx_op("Optional", since=15)
def optional(node: OnnxNode, x: Any = None) -> Any:
    """An optional that holds the input, or nothing."""
    return x


@onnx_op("OptionalHasElement", since=15)
def optional_has_element(node: OnnxNode, x: Any = None) -> Tensor:
    """Whether the optional holds something."""
    return wrap(np.asarray(x is not None))


@onnx_op("OptionalGetElement", since=15)
def optional_get_element(node: OnnxNode, x: Any) -> Any:
    """What the optional holds."""
    if x is None:
        raise ValueError("the optional is empty")
    return x
