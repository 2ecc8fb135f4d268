"""Shapes: reading, changing, joining and splitting."""

from __future__ import annotations

from typing import Any

import hodu.functional as f
from hodu._tensor import Tensor
from hodu.dims import Dim
from hodu.dispatch.attrs import as_dims
from hodu.dispatch.base import recorder, wrap_dims, wrap_value
from hodu.errors import ShapeError
from hodu.formats.onnx.made import maker, unwrapped
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.registry import onnx_op


@onnx_op("Shape")
def shape(node: OnnxNode, x: Any) -> Tensor:
    """The sizes from `start` to `end`."""
    end = node.attr("end")
    return wrap_dims(list(x.shape)[node.integer("start", 0) : end])


@onnx_op("Size")
def size(node: OnnxNode, x: Any) -> Tensor:
    """The number of elements."""
    return wrap_dims(x.numel() if isinstance(x, Tensor) else x.size)


@onnx_op("Reshape", since=5, moves=True)
def reshape(node: OnnxNode, x: Tensor, shape: Tensor) -> Tensor:
    """Another shape; 0 keeps a size unless allowzero=1, -1 takes the rest."""
    sizes = list(as_dims(shape, "shape"))
    if not node.flag("allowzero"):
        sizes = [x.shape[i] if s == 0 else s for i, s in enumerate(sizes)]
    return x.reshape(sizes)


@onnx_op("Flatten", moves=True)
def flatten(node: OnnxNode, x: Tensor) -> Tensor:
    """Two dimensions: those before `axis` and those from it on."""
    axis = node.integer("axis", 1)
    axis = axis + x.ndim if axis < 0 else axis
    rows: Dim = 1
    for size in x.shape[:axis]:
        rows = rows * size
    columns: Dim = 1
    for size in x.shape[axis:]:
        columns = columns * size
    return x.reshape(rows, columns)


@onnx_op("Transpose", moves=True)
def transpose(node: OnnxNode, x: Tensor) -> Tensor:
    """The dimensions in another order; reversed by default."""
    order = node.integers("perm") or list(reversed(range(x.ndim)))
    before = _put_back(x, order)
    return x.permute(order) if before is None else before


def _put_back(x: Tensor, order: list[int]) -> Tensor | None:
    """What a captured tensor was before its dimensions were put in an order that this undoes."""
    maker = x._value.producer if x._data is None and x._value is not None else None
    if maker is None or maker.op != "permute" or recorder() is None:
        return None
    dims = maker.attrs["dims"]
    if [dims[i] for i in order] != list(range(len(dims))):
        return None
    return wrap_value(maker.inputs[0])


@onnx_op("Squeeze", since=13, moves=True)
def squeeze(node: OnnxNode, x: Tensor, axes: Tensor | None = None) -> Tensor:
    """Without the given dimensions of size 1, or any of them."""
    return _squeezed(x, None if axes is None else [int(a) for a in as_dims(axes, "axes")])


@onnx_op("Squeeze", moves=True)
def squeeze_attribute(node: OnnxNode, x: Tensor) -> Tensor:
    """Before opset 13: the axes are an attribute."""
    return _squeezed(x, node.integers("axes"))


def _squeezed(x: Tensor, axes: list[int] | None) -> Tensor:
    if axes is None:
        return f.squeeze(x)
    inner = unwrapped(x, axes[0]) if len(axes) == 1 else None
    if inner is not None:
        return inner
    for axis in axes:
        if isinstance(x.shape[axis], int) and x.shape[axis] != 1:
            raise ShapeError(
                f"Squeeze takes out dimensions of size 1, and dimension {axis} of "
                f"{list(x.shape)} has {x.shape[axis]}"
            )
        x = x if isinstance(x.shape[axis], int) else _first(x, axis)
    return f.squeeze(x, axes)


def _first(x: Tensor, axis: int) -> Tensor:
    """With size 1 along an axis of unknown size, which must have it because it is squeezed.

    A range that might have been shorter has that size from the start.
    """
    size = [1 if i == axis % x.ndim else n for i, n in enumerate(x.shape)]
    made = maker(x)
    if made is None or made.op != "slice":
        return f.expand(x, size)
    return f._slice(wrap_value(made.inputs[0]), made.attrs["start"], size, made.attrs["step"])


@onnx_op("Unsqueeze", since=13, moves=True)
def unsqueeze(node: OnnxNode, x: Tensor, axes: Tensor) -> Tensor:
    """With dimensions of size 1 at the given places of the result."""
    return _unsqueezed(x, [int(a) for a in as_dims(axes, "axes")])


@onnx_op("Unsqueeze", moves=True)
def unsqueeze_attribute(node: OnnxNode, x: Tensor) -> Tensor:
    """Before opset 13: the axes are an attribute."""
    return _unsqueezed(x, node.integers("axes") or [])


def _unsqueezed(x: Tensor, axes: list[int]) -> Tensor:
    rank = x.ndim + len(axes)
    for axis in sorted(a % rank for a in axes):
        x = f.unsqueeze(x, axis)
    return x


@onnx_op("Expand", since=8, moves=True)
def expand(node: OnnxNode, x: Tensor, shape: Tensor) -> Tensor:
    """Broadcast with a shape, in both directions."""
    from hodu.shapes import broadcast_shapes

    wide = broadcast_shapes(x.shape, as_dims(shape, "shape"))
    return x if wide == tuple(x.shape) else f.broadcast_to(x, wide)


@onnx_op("Concat", moves=True)
def concat(node: OnnxNode, *xs: Tensor) -> Tensor:
    """Joined along an axis."""
    if len(xs) == 1:
        return xs[0]
    return f.cat(list(xs), node.integer("axis", 1 if node.opset < 4 else None))


@onnx_op("Split", since=13, moves=True)
def split(node: OnnxNode, x: Tensor, sizes: Tensor | None = None) -> tuple[Tensor, ...]:
    """Cut along an axis into parts of the given sizes, or equal ones."""
    given = None if sizes is None else list(as_dims(sizes, "split"))
    return _split(node, x, given)


@onnx_op("Split", since=2, moves=True)
def split_attribute(node: OnnxNode, x: Tensor) -> tuple[Tensor, ...]:
    """Before opset 13: the sizes are an attribute."""
    return _split(node, x, node.integers("split"))


def _split(node: OnnxNode, x: Tensor, sizes: Any) -> tuple[Tensor, ...]:
    axis = node.integer("axis", 0)
    if sizes is None:
        parts = node.integer("num_outputs", len(node.outputs))
        length = int(x.shape[axis])
        chunk = -(-length // parts)
        sizes = [max(min(chunk, length - i * chunk), 0) for i in range(parts)]
    return tuple(f.split(x, list(sizes), axis))


@onnx_op("Tile", since=6, moves=True)
def tile(node: OnnxNode, x: Tensor, repeats: Tensor) -> Tensor:
    """Repeated along every axis."""
    return f.tile(x, tuple(as_dims(repeats, "repeats")))


@onnx_op("Pad", since=11)
def pad(
    node: OnnxNode,
    x: Tensor,
    pads: Tensor,
    value: Tensor | None = None,
    axes: Tensor | None = None,
) -> Tensor:
    """Padded before and after the given axes; negative pads crop."""
    amounts = [int(p) for p in as_dims(pads, "pads")]
    over = [int(a) for a in as_dims(axes, "axes")] if axes is not None else list(range(x.ndim))
    fill = 0 if value is None else value.item()
    return _padded(x, amounts, over, node.text("mode", "constant"), fill)


@onnx_op("Pad", since=2)
def pad_attribute(node: OnnxNode, x: Tensor) -> Tensor:
    """Before opset 11: everything is an attribute."""
    pads = node.integers("pads") or []
    mode = node.text("mode", "constant")
    return _padded(x, pads, list(range(x.ndim)), mode, node.real("value", 0.0))


def _padded(x: Tensor, amounts: list[int], axes: list[int], mode: str, fill: Any) -> Tensor:
    before, after = [0] * x.ndim, [0] * x.ndim
    for i, axis in enumerate(axes):
        before[axis], after[axis] = amounts[i], amounts[i + len(axes)]
    pairs = [p for axis in reversed(range(x.ndim)) for p in (before[axis], after[axis])]
    modes = {"edge": "replicate", "wrap": "circular"}
    return f.pad(x, pairs, modes.get(mode, mode), fill if mode == "constant" else None)


@onnx_op("DepthToSpace", moves=True)
def depth_to_space(node: OnnxNode, x: Tensor) -> Tensor:
    """Channels moved into blocks of pixels."""
    n, c, h, w = x.shape
    b = node.integer("blocksize")
    if node.text("mode", "DCR") == "DCR":
        parts = x.reshape(n, b, b, c // (b * b), h, w).permute(0, 3, 4, 1, 5, 2)
    else:
        parts = x.reshape(n, c // (b * b), b, b, h, w).permute(0, 1, 4, 2, 5, 3)
    return parts.reshape(n, c // (b * b), h * b, w * b)


@onnx_op("SpaceToDepth", moves=True)
def space_to_depth(node: OnnxNode, x: Tensor) -> Tensor:
    """Blocks of pixels moved into channels."""
    n, c, h, w = x.shape
    b = node.integer("blocksize")
    order = (0, 3, 5, 1, 2, 4) if node.text("mode", "DCR") == "DCR" else (0, 1, 3, 5, 2, 4)
    parts = x.reshape(n, c, h // b, b, w // b, b).permute(order)
    return parts.reshape(n, c * b * b, h // b, w // b)


@onnx_op("Trilu", since=14)
def trilu(node: OnnxNode, x: Tensor, k: Tensor | None = None) -> Tensor:
    """The upper or lower triangle of the last two dimensions."""
    diagonal = 0 if k is None else int(k.item())
    return f.triu(x, diagonal) if node.flag("upper", True) else f.tril(x, diagonal)
