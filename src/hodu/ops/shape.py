"""The same elements under another shape."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dims import Dim, dim_floordiv, provably_different
from hodu.dispatch.attrs import as_dims, as_ints
from hodu.dtypes import DType, as_dtype, f32, f64, i16, u8
from hodu.errors import OutOfRangeError, ShapeError
from hodu.ops._arguments import spread
from hodu.ops._rules import axis_of, replace_dim
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, function, op
from hodu.shapes import Shape, TensorType, format_shape
from hodu.shapes import numel as _numel

if TYPE_CHECKING:
    from hodu._tensor import Tensor


def resolve_shape(old: Shape, new: Shape) -> Shape:
    """`new` with its -1 worked out from the element count of `old`; raises ShapeError."""
    if sum(isinstance(d, int) and d == -1 for d in new) > 1:
        raise ShapeError(f"shape {format_shape(new)} has more than one -1")
    if any(isinstance(d, int) and d < -1 for d in new):
        raise ShapeError(f"shape {format_shape(new)} has a negative size")
    total = _numel(old)
    known = _numel(d for d in new if d != -1)
    if -1 not in new:
        inferred: Dim = 1
    elif isinstance(known, int) and known == 0:
        raise ShapeError(
            f"the -1 in {format_shape(new)} may be any size, as the other sizes make 0 elements",
            hint="write the size out",
        )
    else:
        inferred = dim_floordiv(total, known)
    if provably_different(known * inferred, total):
        raise ShapeError(
            f"shape {format_shape(old)} of {total} elements does not reshape to "
            f"{format_shape(new)}",
            hint="both shapes must have the same number of elements",
        )
    return tuple(inferred if d == -1 else d for d in new)


@op("reshape(Tensor input, Dim[] shape) -> Tensor")
class Reshape:
    """The elements in row-major order under another shape; a view where the strides allow it."""

    view, public, on_dims = True, False, True
    samples = [
        S((2, 3, 4), shape=(6, 4)),
        S((2, 3, 4), shape=(-1,)),
        S((2, 6), shape=(3, -1, 2)),
        S((), shape=(1, 1)),
        S((1,), shape=()),
        S((0, 3), shape=(3, 0)),
        S((0, 3), shape=(-1, 3)),
    ]

    def infer(x: TensorType, shape: Shape) -> TensorType:
        return TensorType(resolve_shape(x.shape, shape), x.dtype)

    def eager(x: Array, shape: tuple[int, ...]) -> Array:
        return x.reshape(resolve_shape(x.shape, shape) if x.size == 0 else shape)

    vjp = {"input": lambda ct, input_type: F._reshape(ct, input_type.shape)}
    vjp_eager = {"input": lambda ct, input_type: ct.reshape(input_type.shape)}


@function()
def reshape(input: Tensor, shape: Any, *more: Any) -> Tensor:
    """The elements under another shape, given as numbers or one sequence; one may be -1."""
    return F._reshape(input, spread(shape, more))


@function()
def reshape_as(input: Tensor, other: Tensor) -> Tensor:
    """The elements under the shape of `other`."""
    return F._reshape(input, other.shape)


@op("view_dtype(Tensor input, DType dtype) -> Tensor")
class ViewDtype:
    """The same bytes read as another dtype; the last size changes with the size of an element."""

    nondiff = "bytes read as another dtype"
    view, public = True, False
    samples = [
        S(T((3, 4), "f32"), dtype=u8),
        S(T((3, 4), "u8"), dtype=i16),
        S(T((2, 6), "i32"), dtype=f32),
        S(T((), "i64"), dtype=f64),
        S(T((0, 4), "u8"), dtype=i16),
    ]

    def infer(x: TensorType, dtype: DType) -> TensorType:
        if x.dtype.bits == dtype.bits:
            return TensorType(x.shape, dtype)
        if not x.shape:
            raise ShapeError(f"a 0-d tensor of {x.dtype} cannot be read as {dtype}")
        size = dim_floordiv(x.shape[-1] * x.dtype.bits, dtype.bits)
        if provably_different(size * dtype.bits, x.shape[-1] * x.dtype.bits):
            raise ShapeError(
                f"{x.shape[-1]} elements of {x.dtype} are not a whole number of {dtype}",
                hint="the bytes of the last dimension must divide by the size of the dtype",
            )
        return TensorType(replace_dim(x.shape, x.rank - 1, size), dtype)

    def eager(x: Array, dtype: DType) -> Array:
        same = x.itemsize == dtype.itemsize or x.flags.c_contiguous
        return (x if same else x.copy()).view(dtype.numpy)


@function()
def view(input: Tensor, shape: Any, *more: Any) -> Tensor:
    """A view under another shape, or read as another dtype; never copies."""
    if isinstance(shape, (DType, str, type, np.dtype)):
        return _view_dtype(input, as_dtype(shape))
    dims = as_dims(spread(shape, more), "shape")
    array = input._data
    if array is not None and not array.flags.c_contiguous:
        sizes = resolve_shape(array.shape, dims)
        try:
            np.reshape(array, tuple(int(d) for d in sizes), copy=False)
        except ValueError:
            raise ShapeError(
                f"no view of shape {format_shape(sizes)} exists of a tensor of shape "
                f"{format_shape(array.shape)} with strides {input.stride()}",
                hint="use .reshape(...), which copies where it must",
            ) from None
    return F._reshape(input, dims)


def _view_dtype(input: Tensor, dtype: DType) -> Tensor:
    array = input._data
    if array is not None and dtype.bits != input.dtype.bits and not array.flags.c_contiguous:
        raise ShapeError(
            f"a tensor with strides {input.stride()} cannot be read as {dtype} without a copy",
            hint="use .contiguous().view(...)",
        )
    return F._view_dtype(input, dtype)


@function()
def view_as(input: Tensor, other: Tensor) -> Tensor:
    """A view under the shape of `other`; never copies."""
    return F.view(input, other.shape)


@function()
def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """The dimensions from `start_dim` to `end_dim`, both included, made into one."""
    shape = input.shape
    start = axis_of(start_dim, len(shape), "start_dim")
    end = axis_of(end_dim, len(shape), "end_dim")
    if start > end:
        raise OutOfRangeError(f"start_dim={start_dim} comes after end_dim={end_dim}")
    return F._reshape(input, (*shape[:start], _numel(shape[start : end + 1]), *shape[end + 1 :]))


@function()
def ravel(input: Tensor) -> Tensor:
    """All the elements in one dimension."""
    return F.flatten(input)


@function()
def unflatten(input: Tensor, dim: int, sizes: Any) -> Tensor:
    """One dimension split into several; one of `sizes` may be -1."""
    axis, shape = axis_of(dim, len(input.shape)), input.shape
    parts = resolve_shape(shape[axis : axis + 1], as_dims(sizes, "sizes"))
    return F._reshape(input, (*shape[:axis], *parts, *shape[axis + 1 :]))


@op("squeeze(Tensor input, int[] dim) -> Tensor")
class Squeeze:
    """The dimensions `dim`, which must have size 1, taken out; a view."""

    view, public, on_dims = True, False, True
    samples = [
        S((2, 1, 3, 1), dim=(1, 3)),
        S((1, 4), dim=(-2,)),
        S((2, 3), dim=()),
        S((1, 0), dim=(0,)),
    ]

    def infer(x: TensorType, dim: tuple[int, ...]) -> TensorType:
        axes = [axis_of(d, x.rank) for d in dim]
        if len(set(axes)) != len(axes):
            raise OutOfRangeError(f"dim={dim} names a dimension twice")
        for axis in axes:
            if provably_different(x.shape[axis], 1):
                raise ShapeError(f"dimension {axis} of {format_shape(x.shape)} is not 1")
        return TensorType(tuple(d for i, d in enumerate(x.shape) if i not in axes), x.dtype)

    def eager(x: Array, dim: tuple[int, ...]) -> Array:
        return np.squeeze(x, dim)

    vjp = {"input": lambda ct, input_type: F._reshape(ct, input_type.shape)}


@function()
def squeeze(input: Tensor, dim: int | Sequence[int] | None = None) -> Tensor:
    """All dimensions of size 1 taken out, or those of `dim` that are; symbolic ones stay."""
    shape = input.shape
    if dim is None:
        wanted: Iterable[int] = range(len(shape))
    else:
        wanted = {axis_of(d, len(shape)) for d in as_ints(dim, "dim")} if shape else ()
    return F._squeeze(input, tuple(a for a in wanted if shape[a] == 1))


@op("unsqueeze(Tensor input, int dim) -> Tensor")
class Unsqueeze:
    """A dimension of size 1 put in at `dim`; a view."""

    view, on_dims = True, True
    samples = [S((2, 3), dim=1), S((), dim=0), S((2, 0), dim=-1), S((4,), dim=-2)]

    def infer(x: TensorType, dim: int) -> TensorType:
        axis = axis_of(dim, x.rank + 1)
        return TensorType((*x.shape[:axis], 1, *x.shape[axis:]), x.dtype)

    def eager(x: Array, dim: int) -> Array:
        return np.expand_dims(x, dim)

    vjp = {"input": lambda ct, dim: F._squeeze(ct, dim)}


@function()
def contiguous(input: Tensor) -> Tensor:
    """The tensor itself if its elements lie in row-major order without gaps, else a copy."""
    return input if input.is_contiguous() else F.clone(input)


@function(methods=False)
def numel(input: Tensor) -> Dim:
    """The number of elements."""
    return _numel(input.shape)
