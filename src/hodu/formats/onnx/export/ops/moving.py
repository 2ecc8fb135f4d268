"""Ops that move elements: shapes, orders, slices, joins, padding."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hodu.dims import Dim, Sym
from hodu.dtypes import i64
from hodu.errors import UnsupportedError
from hodu.formats.onnx.export.emitter import Emitter
from hodu.formats.onnx.export.registry import exports
from hodu.shapes import Shape
from hodu.snapshot.ir import Node

_END, _FAR = np.iinfo(np.int64).min, np.iinfo(np.int64).max


def shape_of_input(node: Node, position: int = 0) -> Shape:
    """The shape of an input that is there."""
    value = node.inputs[position]
    assert value is not None
    return value.type.shape


@exports("reshape")
def reshape(g: Emitter, node: Node, x: str) -> str:
    """Another shape; one symbolic size among known ones is what is left over."""
    dims = node.attrs["shape"]
    symbolic = [i for i, d in enumerate(dims) if isinstance(d, Sym)]
    if len(symbolic) == 1 and all(isinstance(d, Sym) or d > 0 for d in dims):
        return g.op("Reshape", x, g.ints([-1 if i in symbolic else d for i, d in enumerate(dims)]))
    return g.op("Reshape", x, g.shape(dims), allowzero=1 if 0 in dims else None)


@exports("view_dtype", since=26)
def view_dtype(g: Emitter, node: Node, x: str) -> str:
    """The same bits as another type of the same width; ONNX has none of other widths."""
    dtype = node.attrs["dtype"]
    if g.type_of(x).bits != dtype.bits:
        raise UnsupportedError(f"{g.type_of(x)} read as {dtype}, which is of another width")
    return g.op("BitCast", x, result=dtype, to=dtype.onnx)


@exports("permute")
def permute(g: Emitter, node: Node, x: str) -> str:
    """The axes in another order."""
    rank = node.outputs[0].type.rank
    return g.op("Transpose", x, perm=[d % rank for d in node.attrs["dims"]]) if rank else x


@exports("squeeze")
def squeeze(g: Emitter, node: Node, x: str) -> str:
    """Without axes of size 1."""
    shape, dim = shape_of_input(node), node.attrs["dim"]
    axes = range(len(shape)) if dim is None else [d % len(shape) for d in dim if shape]
    gone = [a for a in axes if shape[a] == 1]
    return g.op("Squeeze", x, g.ints(gone)) if gone else x


@exports("unsqueeze")
def unsqueeze(g: Emitter, node: Node, x: str) -> str:
    """With an axis of size 1."""
    return g.op("Unsqueeze", x, g.ints([node.attrs["dim"]]))


@exports("expand")
def expand(g: Emitter, node: Node, x: str) -> str:
    """Broadcast to a shape."""
    return g.op("Expand", x, g.shape(node.outputs[0].type.shape))


@exports("flip")
def flip(g: Emitter, node: Node, x: str) -> str:
    """Axes backwards."""
    dims = list(node.attrs["dims"])
    n = len(dims)
    if not n or not shape_of_input(node):
        return x
    ends = g.ints([_END] * n)
    return g.op("Slice", x, g.ints([-1] * n), ends, g.ints(dims), g.ints([-1] * n))


@exports("cat")
def cat(g: Emitter, node: Node, parts: list[str]) -> str:
    """One after another along an axis; vectors of nothing among tensors are left out."""
    rank = node.outputs[0].type.rank
    kept = [p for p, v in zip(parts, node.inputs, strict=True) if v and v.type.rank == rank]
    return kept[0] if len(kept) == 1 else g.op("Concat", *kept, axis=node.attrs["dim"])


@exports("split")
def split(g: Emitter, node: Node, x: str) -> list[str]:
    """Parts of given sizes along an axis."""
    sizes = node.attrs["sizes"]
    if len(sizes) == 1:
        return [x]
    return g.multi("Split", [x, g.shape(sizes)], len(sizes), axis=node.attrs["dim"])


@exports("slice")
def slice_(g: Emitter, node: Node, x: str) -> str:
    """Every step-th element; axes that stay whole are not named."""
    shape, attrs = shape_of_input(node), node.attrs
    every = zip(shape, attrs["start"], attrs["size"], attrs["step"], strict=True)
    cut = [(a, *rest) for a, (d, *rest) in enumerate(every) if rest != [0, d, 1]]
    if not cut:
        return x
    starts, ends = [c[1] for c in cut], [_end(*c[1:]) for c in cut]
    axes, steps = [c[0] for c in cut], [c[3] for c in cut]
    return g.op("Slice", x, g.shape(starts), g.shape(ends), g.ints(axes), g.ints(steps))


def _end(start: Dim, size: Dim, step: int) -> Dim:
    """Where a slice ends; before the first element there is no index but the least one."""
    if size == 0:
        return start
    end = start + size * step
    if step > 0:
        return end
    if isinstance(end, Sym):
        raise UnsupportedError("a slice backwards of a symbolic size")
    return end if end >= 0 else _END


@exports("slice_put")
def slice_put(g: Emitter, node: Node, x: str, source: str) -> str:
    """Where a mask of the slice is true, the source, its elements taken to their places."""
    shape, attrs = shape_of_input(node), node.attrs
    mask, spread = np.ones((1,) * len(shape), bool), g.op("Expand", source, g.shape(attrs["size"]))
    every = zip(shape, attrs["start"], attrs["size"], attrs["step"], strict=True)
    for axis, (extent, start, size, step) in enumerate(every):
        if (start, size, step) == (0, extent, 1):
            continue
        if any(isinstance(d, Sym) for d in (extent, start, size)):
            raise UnsupportedError("a write to a slice of a symbolic size")
        if size == 0:
            return x
        places = np.zeros(extent, np.int64)
        written = start + step * np.arange(size)
        places[written] = np.arange(size)
        inside = np.zeros(extent, bool)
        inside[written] = True
        mask = mask & inside.reshape([-1 if a == axis else 1 for a in range(len(shape))])
        spread = g.op("Gather", spread, g.const(places), axis=axis)
    return g.op("Where", g.const(mask), spread, x)


_MODES = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


@exports("pad")
def pad(g: Emitter, node: Node, x: str) -> str:
    """Elements before and after; what is taken away goes first."""
    before, after, mode = node.attrs["before"], node.attrs["after"], node.attrs["mode"]
    if not before:
        return x
    if any(isinstance(d, Sym) for d in (*before, *after)):
        raise UnsupportedError("padding of a symbolic size")
    if mode == "constant":
        return g.op("Pad", x, g.ints([*before, *after]), g.number(node.attrs["value"], x))
    if mode == "circular" and g.opset < 19:
        raise UnsupportedError("circular padding comes with opset 19")
    if mode != "reflect":  # What is mirrored may be cropped; what is continued is not.
        x = _cropped(g, x, before, after)
    x = g.op("Pad", x, g.ints([max(d, 0) for d in (*before, *after)]), mode=_MODES[mode])
    return _cropped(g, x, before, after) if mode == "reflect" else x


def _cropped(g: Emitter, x: str, before: Sequence[int], after: Sequence[int]) -> str:
    """What negative padding leaves of a tensor."""
    if min(*before, *after) >= 0:
        return x
    starts = [max(-d, 0) for d in before]
    ends = [min(d, 0) or _FAR for d in after]
    return g.op("Slice", x, g.ints(starts), g.ints(ends), g.ints(list(range(len(before)))))


@exports("tril", "triu")
def triangle(g: Emitter, node: Node, x: str) -> str:
    """One side of a diagonal, zeros on the other."""
    offset = g.const(i64.numpy.type(node.attrs["diagonal"]))
    return g.op("Trilu", x, offset, upper=int(node.op == "triu"))


@exports("repeat_interleave")
def repeat_interleave(g: Emitter, node: Node, x: str, repeats: str) -> str:
    """Each element several times in a row, where it is known how often."""
    times = g.known(repeats)
    if times is None or node.attrs["dim"] is None:
        raise UnsupportedError("by counts that depend on data")
    axis = node.attrs["dim"]
    size = shape_of_input(node)[axis]
    if isinstance(size, Sym):
        raise UnsupportedError("along an axis of a symbolic size")
    return g.op("Gather", x, g.const(np.repeat(np.arange(size), times)), axis=axis)
