"""Overlapping views: windows along a dimension, and views by strides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dims import Dim, dim_floordiv, dim_max
from hodu.dispatch.attrs import as_dims, as_ints
from hodu.dtypes import i64
from hodu.errors import ArgumentError, OutOfRangeError, ShapeError, ValueRangeError
from hodu.ops._arguments import non_negative
from hodu.ops._rules import axis_of, replace_dim
from hodu.ops._samples import S
from hodu.ops._table import Array, F, function, op
from hodu.shapes import Shape, TensorType, format_shape, numel

if TYPE_CHECKING:
    from hodu._tensor import Tensor


def windows(x: Tensor, axis: int, size: int, step: int, dilation: int, count: Dim) -> Tensor:
    """Dimension `axis` as `count` windows of `size` elements, put in its place as two."""
    starts = F.unsqueeze(F._arange(0, count, step, i64), -1)
    index = F._reshape(F._add(starts, F._arange(0, size, dilation, i64)), (count * size,))
    taken = F.index_select(x, axis, index)
    return F._reshape(taken, (*x.shape[:axis], count, size, *x.shape[axis + 1 :]))


@op("unfold(Tensor input, int dimension, int size, int step) -> Tensor")
class Unfold:
    """Windows of `size` elements along `dimension`, `step` apart, as a new last one; a view."""

    view = True
    samples = [
        S((7,), dimension=0, size=3, step=2),
        S((2, 5, 3), dimension=1, size=2, step=1),
        S((4, 2), dimension=-2, size=4, step=3),
        S((3,), dimension=0, size=0, step=1),
        S((), dimension=0, size=1, step=1),
    ]

    def infer(x: TensorType, dimension: int, size: int, step: int) -> TensorType:
        axis = axis_of(dimension, x.rank, "dimension")
        shape = x.shape or (1,)
        if step < 1 or size < 0:
            raise ValueRangeError(f"size={size} must not be negative and step={step} be positive")
        if isinstance(shape[axis], int) and size > shape[axis]:
            raise ShapeError(f"a window of {size} does not fit dimension {axis} of {shape[axis]}")
        count = dim_floordiv(shape[axis] - size, step) + 1
        result = (*replace_dim(shape, axis, count), size)
        return TensorType(result if x.rank else (size,), x.dtype)

    def eager(x: Array, dimension: int, size: int, step: int) -> Array:
        if not x.ndim:
            if size > 1 or dimension not in (0, -1) or size < 0 or step < 1:
                raise ValueError("window does not fit")
            return x.reshape(1)[:size]
        if step < 1 or not 0 <= size <= x.shape[dimension]:
            raise ValueError("window does not fit")
        axis = range(x.ndim)[dimension]
        shape = (*x.shape[:axis], (x.shape[axis] - size) // step + 1, *x.shape[axis + 1 :], size)
        stride = x.strides[axis]
        strides = (*x.strides[:axis], stride * step, *x.strides[axis + 1 :], stride)
        return _strided(x, shape, strides)

    def compose(x: Tensor, dimension: int, size: int, step: int) -> Tensor:
        if not x.shape:
            return F._split(F._reshape(x, (1,)), (size, 1 - size))[0]
        axis = axis_of(dimension, len(x.shape))
        count = dim_floordiv(x.shape[axis] - size, step) + 1
        return F.movedim(windows(x, axis, size, step, 1, count), axis + 1, -1)


def _strided(x: Array, shape: tuple[int, ...], strides: tuple[int, ...]) -> Array:
    """A view from the first element of `x` on.

    It is made of integers, because NumPy's `as_strided` does not take f8.
    """
    plain = x.view(f"u{x.itemsize}")
    view = np.lib.stride_tricks.as_strided(plain, shape, strides, writeable=x.flags.writeable)
    return view.view(x.dtype)


def _farthest(size: Shape, stride: tuple[int, ...], offset: int) -> Dim:
    """The greatest element that a view by strides reaches; it starts at `offset`."""
    last: Dim = offset
    for n, s in zip(size, stride, strict=True):
        last = last + dim_max(n - 1, 0) * s
    return last


@op("as_strided(Tensor input, Dim[] size, int[] stride, int storage_offset=0) -> Tensor")
class AsStrided:
    """Element (i, j, ...) is element `storage_offset + i*stride[0] + j*stride[1] + ...` of the
    input in row-major order; a view."""

    view, public = True, False
    samples = [
        S((3, 4), size=(2, 2), stride=(4, 1)),
        S((6,), size=(4, 3), stride=(1, 1)),
        S((6,), size=(2, 2), stride=(2, 0), storage_offset=3),
        S((2, 3), size=(), stride=(), storage_offset=5),
        S((2,), size=(0, 9), stride=(9, 9)),
    ]

    def infer(
        x: TensorType, size: Shape, stride: tuple[int, ...], storage_offset: int = 0
    ) -> TensorType:
        if len(size) != len(stride):
            raise ArgumentError(f"size={size} and stride={stride} differ in length")
        non_negative(size)
        if storage_offset < 0 or any(s < 0 for s in stride):
            raise ValueRangeError(
                f"stride={stride} and storage_offset={storage_offset} must not be negative"
            )
        last, total = _farthest(size, stride, storage_offset), numel(x.shape)
        if 0 not in size and isinstance(last, int) and isinstance(total, int) and last >= total:
            raise OutOfRangeError(
                f"size={format_shape(size)}, stride={list(stride)} and "
                f"storage_offset={storage_offset} reach element {last} of a tensor of {total}"
            )
        return TensorType(size, x.dtype)

    def eager(
        x: Array, size: tuple[int, ...], stride: tuple[int, ...], storage_offset: int = 0
    ) -> Array:
        if min((*size, *stride, storage_offset), default=0) < 0 or len(size) != len(stride):
            raise ValueError("not a size and its strides")
        if 0 in size:
            return np.empty(size, x.dtype)
        flat = x.reshape(-1)
        if _farthest(size, stride, storage_offset) >= flat.size:
            raise ValueError("the view leaves the tensor")
        return _strided(flat[storage_offset:], size, tuple(s * x.itemsize for s in stride))

    def compose(x: Tensor, size: Shape, stride: tuple[int, ...], storage_offset: int = 0) -> Tensor:
        index = F.tensor(storage_offset)
        for i, (n, s) in enumerate(zip(size, stride, strict=True)):
            steps = F.mul(F._arange(0, n, 1, i64), s)
            index = F._add(index, F._reshape(steps, (n, *(1,) * (len(size) - 1 - i))))
        return F._reshape(F.index_select(F.flatten(x), 0, F.flatten(index)), size)


@function()
def as_strided(input: Tensor, size: Any, stride: Any, storage_offset: int = 0) -> Tensor:
    """A view with these sizes and strides (in elements) of a contiguous tensor.

    Raises OutOfRangeError where an element would lie outside the tensor.
    """
    if not input.is_contiguous():
        raise ShapeError(
            f"as_strided() takes a contiguous tensor, this one has strides {input.stride()}",
            hint="use .contiguous() first; strides then count its elements in row-major order",
        )
    return F._as_strided(input, as_dims(size), as_ints(stride, "stride"), storage_offset)
