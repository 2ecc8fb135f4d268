"""Slicing, gathering, scattering and searching."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import hodu.functional as f
from hodu.dispatch.attrs import as_dims
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.registry import onnx_op

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_FAR = 2**31 - 1


@onnx_op("Slice", since=10, moves=True)
def slice_(
    node: OnnxNode,
    x: Tensor,
    starts: Tensor,
    ends: Tensor,
    axes: Tensor | None = None,
    steps: Tensor | None = None,
) -> Tensor:
    """Ranges along the given axes."""
    lows, highs = as_dims(starts, "starts"), as_dims(ends, "ends")
    over = range(len(lows)) if axes is None else [int(a) for a in as_dims(axes, "axes")]
    strides = [1] * len(lows) if steps is None else [int(s) for s in as_dims(steps, "steps")]
    return _sliced(x, lows, highs, list(over), strides)


@onnx_op("Slice", moves=True)
def slice_attributes(node: OnnxNode, x: Tensor) -> Tensor:
    """Before opset 10: the ranges are attributes."""
    lows, highs = node.integers("starts") or [], node.integers("ends") or []
    over = node.integers("axes", list(range(len(lows)))) or []
    return _sliced(x, lows, highs, over, [1] * len(lows))


def _sliced(x: Tensor, lows: Any, highs: Any, axes: list[int], steps: list[int]) -> Tensor:
    key: list[slice] = [slice(None)] * x.ndim
    for low, high, axis, step in zip(lows, highs, axes, steps, strict=True):
        key[axis] = slice(_near(low), _near(high), step)
    return x[tuple(key)]


def _near(bound: Any) -> Any:
    """Huge bounds mean "to the end"; None says so also where the size is symbolic."""
    return None if isinstance(bound, int) and abs(bound) >= _FAR else bound


@onnx_op("Gather", moves=True)
def gather(node: OnnxNode, x: Tensor, indices: Tensor) -> Tensor:
    """Entries of one axis by index; negative ones count from the end."""
    axis = node.integer("axis", 0)
    key: list[Any] = [slice(None)] * x.ndim
    key[axis] = indices
    return x[tuple(key)]


@onnx_op("GatherElements", since=11, moves=True)
def gather_elements(node: OnnxNode, x: Tensor, indices: Tensor) -> Tensor:
    """Elements by an index for each."""
    axis = node.integer("axis", 0)
    return f.gather(x, axis, indices, wrap=True)


@onnx_op("GatherND", since=11, moves=True)
def gather_nd(node: OnnxNode, x: Tensor, indices: Tensor) -> Tensor:
    """Slices by index tuples."""
    return f.gather_nd(x, indices, node.integer("batch_dims", 0))


@onnx_op("ScatterElements", "Scatter", since=9)
def scatter_elements(node: OnnxNode, x: Tensor, indices: Tensor, updates: Tensor) -> Tensor:
    """Updates written, or reduced, at an index for each."""
    kinds = {"none": "set", "add": "sum", "mul": "prod", "max": "amax", "min": "amin"}
    how = kinds[node.text("reduction", "none")]
    return f._scatter(x, node.integer("axis", 0), indices, updates, reduce=how, wrap=True)


@onnx_op("ScatterND", since=11)
def scatter_nd(node: OnnxNode, x: Tensor, indices: Tensor, updates: Tensor) -> Tensor:
    """Slices written, or reduced, at index tuples."""
    return f.scatter_nd(x, indices, updates, reduction=node.text("reduction", "none"))


@onnx_op("TensorScatter", since=24)
def tensor_scatter(
    node: OnnxNode, cache: Tensor, update: Tensor, starts: Tensor | None = None
) -> Tensor:
    """A cache with the update written from a start on, one a batch entry, maybe around the end."""
    axis = node.integer("axis", -2) % cache.ndim
    steps = f.arange(update.shape[axis]).reshape([-1] + [1] * (cache.ndim - axis - 1))
    places = steps if starts is None else steps + starts.reshape([-1] + [1] * (cache.ndim - 1))
    if node.text("mode", "linear") == "circular":
        length: Any = cache.shape[axis]
        places = f.remainder(places, length)
    return f.scatter(cache, axis, f.broadcast_to(places, update.shape), update)


@onnx_op("NonZero", since=9)
def nonzero(node: OnnxNode, x: Tensor) -> Tensor:
    """The places of non-zero elements, one column each."""
    return f.nonzero(x).permute(1, 0)


@onnx_op("Compress", since=9, moves=True)
def compress(node: OnnxNode, x: Tensor, condition: Tensor) -> Tensor:
    """Entries of an axis, or of the flat tensor, where the condition holds."""
    axis = node.attr("axis")
    if axis is None:
        x, axis = x.reshape(-1), 0
    places = f.nonzero(condition).reshape(-1)
    return f.index_select(x, axis, places)


@onnx_op("OneHot", since=9, moves=True)
def one_hot(node: OnnxNode, indices: Tensor, depth: Tensor, values: Tensor) -> Tensor:
    """A row of off values with the on value at the index."""
    count: Any
    (count,) = as_dims(depth.reshape(-1).to("i64"), "depth")
    places = indices.to("i64")
    places = f.where(places < 0, places + count, places)
    axis = node.integer("axis", -1)
    axis = axis + indices.ndim + 1 if axis < 0 else axis
    classes = f.arange(count).reshape([-1] + [1] * (indices.ndim - axis))
    return f.where(f.unsqueeze(places, axis) == classes, values[1], values[0])


@onnx_op("TopK", since=10)
def topk(node: OnnxNode, x: Tensor, k: Tensor) -> tuple[Tensor, Tensor]:
    """The k extreme entries along an axis and their indices."""
    (count,) = as_dims(k, "k")
    axis = node.integer("axis", -1)
    # The lower index comes first among equals, which a stable sort gives and topk need not.
    found = f.sort(x, axis, descending=node.flag("largest", True), stable=True)
    keep = [slice(None)] * (axis % x.ndim) + [slice(0, count)]
    return found[0][tuple(keep)], found[1][tuple(keep)]


@onnx_op("TopK")
def topk_attribute(node: OnnxNode, x: Tensor) -> tuple[Tensor, Tensor]:
    """Before opset 10: k is an attribute."""
    result = f.topk(x, node.integer("k"), node.integer("axis", -1))
    return result[0], result[1]


@onnx_op("ReverseSequence", since=10, moves=True)
def reverse_sequence(node: OnnxNode, x: Tensor, lengths: Tensor) -> Tensor:
    """The first entries along the time axis reversed, as many as each batch entry says."""
    time, batch = node.integer("time_axis", 0), node.integer("batch_axis", 1)
    steps = f.arange(x.shape[time])
    ends = lengths.unsqueeze(1)
    order = f.where(steps < ends, ends - 1 - steps, steps)
    order = order if batch < time else order.permute(1, 0)
    return f.gather(x, time, _spread(order, x))


def _spread(order: Tensor, x: Tensor) -> Tensor:
    """Indices for the first two axes, repeated over the rest."""
    shaped = order.reshape(*order.shape, *[1] * (x.ndim - 2))
    return f.broadcast_to(shaped, x.shape)


@onnx_op("Unique", since=11)
def unique(node: OnnxNode, x: Tensor) -> tuple[Tensor, ...]:
    """Distinct entries with first places, inverse places and counts."""
    axis = node.attr("axis")
    flat = axis is None and x.ndim != 1
    found = f._unique(x.reshape(-1) if flat else x, axis)
    inverse, counts = found.inverse_indices, found.counts
    by_entry = f.argsort(inverse, stable=True)
    first = f.index_select(by_entry, 0, f.cumsum(counts, 0) - counts)
    if node.flag("sorted", True):
        return found.output, first, inverse, counts
    order = f.argsort(first)
    values = f.index_select(found.output, axis or 0, order)
    rank = f.argsort(order)
    first, counts = (f.index_select(t, 0, order) for t in (first, counts))
    return values, first, f.index_select(rank, 0, inverse), counts
