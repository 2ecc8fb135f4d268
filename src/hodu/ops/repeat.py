"""Repeating a tensor, or what it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dims import Dim, provably_different, symbol
from hodu.dispatch.attrs import as_dim, as_dims
from hodu.dispatch.base import TensorBase
from hodu.dtypes import INDEX
from hodu.errors import ShapeError, ValueRangeError
from hodu.ops._arguments import non_negative, spread
from hodu.ops._rules import axis_of, replace_dim
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, function, op
from hodu.shapes import Shape, TensorType, broadcast_shapes, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor


def expanded_shape(old: Shape, size: Shape) -> Shape:
    """`size` with -1 replaced by the dimension of `old` in its place; raises ShapeError."""
    added = len(size) - len(old)
    if added < 0:
        raise ShapeError(
            f"a tensor of shape {format_shape(old)} does not expand to {format_shape(size)}",
            hint="the new shape needs at least as many dimensions",
        )
    result = list(size)
    for i, dim in enumerate(old, start=added):
        result[i] = dim if size[i] == -1 else size[i]
        if dim != 1 and provably_different(dim, result[i]) and provably_different(dim, 1):
            raise ShapeError(
                f"a tensor of shape {format_shape(old)} does not expand to "
                f"{format_shape(size)}: {dim} against {size[i]} in dimension {i}",
                hint="only dimensions of size 1 expand; -1 keeps a size",
            )
    non_negative(result, "the new shape")
    return tuple(result)


@op("expand(Tensor input, Dim[] size) -> Tensor")
class Expand:
    """Dimensions of size 1 repeated to `size`, new ones put in front; -1 keeps a size; a view."""

    view, public, on_dims = True, False, True
    samples = [
        S((2, 1, 3), size=(2, 4, 3)),
        S((3,), size=(2, -1)),
        S((), size=(2, 0)),
        S((1, 0), size=(3, 0)),
        S((), size=()),
    ]

    def infer(x: TensorType, size: Shape) -> TensorType:
        return TensorType(expanded_shape(x.shape, size), x.dtype)

    def eager(x: Array, size: tuple[int, ...]) -> Array:
        if -1 not in size:
            return np.broadcast_to(x, size)
        kept = size[len(size) - x.ndim :]
        own = tuple(n if s == -1 else s for n, s in zip(x.shape, kept, strict=True))
        return np.broadcast_to(x, size[: len(size) - x.ndim] + own)

    vjp = {"input": lambda ct: ct}


@function()
def expand(input: Tensor, size: Any, *more: Any) -> Tensor:
    """Dimensions of size 1 repeated to the sizes given; -1 keeps one; a view."""
    return F._expand(input, spread(size, more))


@function()
def expand_as(input: Tensor, other: Tensor) -> Tensor:
    """Dimensions of size 1 repeated to the shape of `other`; a view."""
    return F._expand(input, other.shape)


@function()
def broadcast_to(input: Tensor, size: Any) -> Tensor:
    """Dimensions of size 1 repeated to `size`; a view."""
    return F._expand(input, size)


@function(methods=False)
def broadcast_tensors(*tensors: Tensor) -> tuple[Tensor, ...]:
    """The tensors expanded to the shape to which all of them broadcast; views."""
    shape = broadcast_shapes(*(t.shape for t in tensors))
    return tuple(F._expand(t, shape) for t in tensors)


@op("repeat(Tensor input, Dim[] repeats) -> Tensor")
class Repeat:
    """The tensor laid side by side with itself, `repeats` times along each dimension."""

    public = False
    samples = [
        S((2, 3), repeats=(2, 3)),
        S((2, 3), repeats=(2, 1, 2)),
        S((), repeats=(3,)),
        S((), repeats=()),
        S((2, 3), repeats=(0, 2)),
        S((0, 2), repeats=(2, 2)),
    ]

    def infer(x: TensorType, repeats: Shape) -> TensorType:
        added = len(repeats) - x.rank
        if added < 0:
            raise ShapeError(
                f"repeats={format_shape(repeats)} has fewer entries than {format_shape(x.shape)} "
                "has dimensions",
                hint="give one for each dimension; tile() fills up with 1 in front",
            )
        non_negative(repeats, "repeats")
        shape = (1,) * added + x.shape
        return TensorType(tuple(n * r for n, r in zip(shape, repeats, strict=True)), x.dtype)

    def eager(x: Array, repeats: tuple[int, ...]) -> Array:
        if len(repeats) < x.ndim or min(repeats, default=0) < 0:
            raise ValueError("repeats do not fit")
        return np.tile(x, repeats)

    def compose(x: Tensor, repeats: Shape) -> Tensor:
        shape = (1,) * (len(repeats) - len(x.shape)) + x.shape
        pairs = list(zip(repeats, shape, strict=True))
        spaced = F._reshape(x, [d for n in shape for d in (1, n)])
        copies = F._expand(spaced, [d for pair in pairs for d in pair])
        return F._reshape(copies, [n * r for n, r in pairs])

    vjp = {"input": lambda ct, input_type, repeats: _copies_added(ct, input_type.shape, repeats)}


def _copies_added(ct: Tensor, shape: Shape, repeats: Shape) -> Tensor:
    padded = (1,) * (len(repeats) - len(shape)) + shape
    spaced = F._reshape(ct, [d for pair in zip(repeats, padded, strict=True) for d in pair])
    return F._reshape(F.sum(spaced, range(0, 2 * len(repeats), 2)), shape) if repeats else ct


@function()
def repeat(input: Tensor, repeats: Any, *more: Any) -> Tensor:
    """The tensor `repeats` times along each dimension, given as numbers or one sequence."""
    return F._repeat(input, spread(repeats, more))


@function()
def tile(input: Tensor, dims: Any, *more: Any) -> Tensor:
    """Like `repeat`; where `dims` has too few entries, 1 is put in front."""
    counts = as_dims(spread(dims, more), "dims")
    return F._repeat(input, (1,) * (len(input.shape) - len(counts)) + counts)


@op("repeat_interleave(Tensor input, Tensor repeats, int dim, Dim? output_size=None) -> Tensor")
class RepeatInterleave:
    """Each slice along `dim` as many times in a row as `repeats` says; one entry is for all."""

    public = False
    promoted = ("repeats",)
    dtypes = INDEX
    samples = [
        S((3, 2), T((3,), "i64", values=[2, 0, 1]), dim=0),
        S((2, 3), T((3,), "i32", values=[1, 2, 3]), dim=-1, output_size=6),
        S((2, 2), T((1,), "i64", values=[3]), dim=1),
        S((2, 2), T((), "i64", values=2), dim=0),
        S((0,), T((0,), "i64"), dim=0),
    ]

    def infer(
        x: TensorType, repeats: TensorType, dim: int, output_size: Dim | None = None
    ) -> TensorType:
        axis = axis_of(dim, x.rank)
        entries: Dim = repeats.shape[0] if repeats.rank == 1 else 1
        size = x.shape[axis]
        if repeats.rank > 1 or (entries != 1 and provably_different(entries, size)):
            raise ShapeError(
                f"repeats of shape {format_shape(repeats.shape)} do not fit dimension {axis} of "
                f"{format_shape(x.shape)}",
                hint="give one number for each slice, or one for all",
            )
        total = symbol("repeat_interleave", lo=0) if output_size is None else output_size
        return TensorType(replace_dim(x.shape, axis, total), x.dtype)

    def eager(x: Array, repeats: Array, dim: int, output_size: int | None = None) -> Array:
        if (repeats < 0).any():
            raise ValueRangeError(f"repeats has the negative entry {repeats.min()}")
        result = np.repeat(x, repeats.astype(np.int64), dim)
        if output_size is not None and result.shape[dim] != output_size:
            raise ValueRangeError(
                f"output_size={output_size}, but repeats add up to {result.shape[dim]}"
            )
        return result

    vjp = {"input": lambda ct, input_type, repeats, dim: _runs_added(ct, input_type, repeats, dim)}


def _runs_added(ct: Tensor, input: TensorType, repeats: Tensor, dim: int) -> Tensor:
    axis = axis_of(dim, input.rank)
    size, total = input.shape[axis], ct.shape[axis]
    places = F._repeat_interleave(F.arange(size), repeats, 0, total)
    return F.index_add(F.zeros(input.shape, dtype=ct.dtype), axis, places, ct)


@function()
def repeat_interleave(
    input: Tensor, repeats: Any = None, dim: int | None = None, *, output_size: Dim | None = None
) -> Tensor:
    """Each slice along `dim` (each element without `dim`) `repeats` times in a row.

    `repeats` is a number or a tensor of one for each slice. Alone, `input` is taken as the repeats
    of the numbers 0, 1, 2 and so on. `output_size` names the result's size in a capture.
    """
    if repeats is None:
        return F.repeat_interleave(F.arange(input.shape[0]), input, 0, output_size=output_size)
    if dim is None:
        return F.repeat_interleave(F.flatten(input), repeats, 0, output_size=output_size)
    if not isinstance(repeats, TensorBase) and np.ndim(repeats) > 0:
        repeats = F.tensor(repeats)
    if not isinstance(repeats, TensorBase):
        return _each_repeated(input, as_dim(repeats, "repeats"), axis_of(dim, len(input.shape)))
    if output_size is None and repeats._data is not None:
        entries = input.shape[axis_of(dim, len(input.shape))] if repeats._data.size == 1 else 1
        output_size = int(repeats._data.sum()) * entries
    return F._repeat_interleave(input, repeats, dim, output_size)


def _each_repeated(input: Tensor, count: Dim, axis: int) -> Tensor:
    non_negative((count,), "repeats")
    shape = input.shape or (1,)
    spaced = F._reshape(input, (*shape[: axis + 1], 1, *shape[axis + 1 :]))
    copies = F._expand(spaced, (*shape[: axis + 1], count, *shape[axis + 1 :]))
    return F._reshape(copies, replace_dim(shape, axis, shape[axis] * count))
