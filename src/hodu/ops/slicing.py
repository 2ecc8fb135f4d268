"""Regular slices: reading and writing every step-th element along each axis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dims import Dim
from hodu.dispatch.attrs import as_dim
from hodu.errors import OutOfRangeError, ShapeError
from hodu.ops._index_rules import check_fits, check_same_dtype
from hodu.ops._rules import axis_of
from hodu.ops._samples import S
from hodu.ops._table import Array, F, function, op
from hodu.shapes import Shape, TensorType, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor

Dims = tuple[Dim, ...]
Ints = tuple[int, ...]
_PARTS: list[dict[str, Any]] = [
    {"start": (0, 1), "size": (3, 2), "step": (1, 2)},
    {"start": (2, 3), "size": (3, 4), "step": (-1, -1)},
    {"start": (1, 0), "size": (1, 0), "step": (1, 1)},
]


def _check(shape: Shape, start: Dims, size: Dims, step: Ints) -> None:
    """Refuse a slice that reaches outside `shape`, as far as the sizes are known."""
    if not len(shape) == len(start) == len(size) == len(step):
        raise ShapeError(
            f"a slice of {format_shape(shape)} needs a start, a size and a step for each axis, "
            f"not start={start}, size={size}, step={step}"
        )
    for axis, (extent, a, n, s) in enumerate(zip(shape, start, size, step, strict=True)):
        if isinstance(n, int) and n < 0:
            raise OutOfRangeError(f"size {n} along axis {axis} is negative")
        if not (isinstance(extent, int) and isinstance(a, int) and isinstance(n, int)):
            continue
        last = a + (n - 1) * s
        if n and not (0 <= a < extent and 0 <= last < extent):
            raise OutOfRangeError(
                f"elements {a} to {last} along axis {axis} reach outside its size {extent}"
            )


def _key(shape: Shape, start: Dims, size: Dims, step: Ints) -> Any:
    """The NumPy key of a slice."""
    _check(shape, start, size, step)
    return (*map(_axis_key, start, size, step), ...)


def _axis_key(start: Dim, size: Dim, step: int) -> slice:
    if size == 0:
        return slice(0, 0)
    stop = start + size * step
    return slice(start, None if stop < 0 else stop, step)


@op("slice(Tensor input, Dim[] start, Dim[] size, int[] step) -> Tensor")
class Slice:
    """Element i of each axis is element start + i * step of the input's; a view."""

    view, public, on_dims = True, False, True
    samples = [S((3, 4), **part) for part in _PARTS]
    samples += [S((), start=(), size=(), step=()), S((0,), start=(0,), size=(0,), step=(2,))]

    def infer(x: TensorType, start: Dims, size: Dims, step: Ints) -> TensorType:
        _check(x.shape, start, size, step)
        return TensorType(size, x.dtype)

    def eager(x: Array, start: Dims, size: Dims, step: Ints) -> Array:
        return x[_key(x.shape, start, size, step)]

    vjp = {
        "input": lambda ct, input_type, start, size, step: F._slice_put(
            F.zeros(input_type.shape, dtype=ct.dtype), ct, start, size, step
        )
    }


@op("slice_put(Tensor input, Tensor source, Dim[] start, Dim[] size, int[] step) -> Tensor")
class SlicePut:
    """A copy of the input in which `source`, broadcast to `size`, stands in the slice's place."""

    public = False
    samples = [S((3, 4), part["size"], **part) for part in _PARTS]
    samples += [
        S((3, 4), (2,), **_PARTS[0]),
        S((3, 4), (), **_PARTS[1]),
        S((), (), start=(), size=(), step=()),
    ]

    def infer(x: TensorType, source: TensorType, start: Dims, size: Dims, step: Ints) -> TensorType:
        _check(x.shape, start, size, step)
        check_same_dtype("slice_put", x, source, "source")
        check_fits("slice_put", source.shape, size, "source")
        return x

    def eager(x: Array, source: Array, start: Dims, size: Dims, step: Ints) -> Array:
        check_same_dtype("slice_put", x, source, "source")
        check_fits("slice_put", source.shape, size, "source")
        out = x.copy()
        np.copyto(out[_key(x.shape, start, size, step)], source)
        return out

    vjp = {
        "input": lambda ct, start, size, step: F._slice_put(
            ct, F.zeros((), dtype=ct.dtype), start, size, step
        ),
        "source": lambda ct, start, size, step: F._slice(ct, start, size, step),
    }


@function()
def narrow(input: Tensor, dim: int, start: Dim | Tensor, length: Dim) -> Tensor:
    """`length` elements from `start` on along `dim`; a view. A negative `start` counts back."""
    axis = axis_of(dim, input.ndim)
    if not input.ndim:
        raise OutOfRangeError("narrow() needs at least one dimension")
    first = as_dim(start, "start")
    size = input.shape[axis]
    if isinstance(first, int) and isinstance(size, int) and not -size <= first <= size:
        raise OutOfRangeError(
            f"start={first} is out of range for dimension {axis} of size {size}",
            hint=f"it must lie in [{-size}, {size}]",
        )
    starts: list[Dim] = [0] * input.ndim
    sizes = list(input.shape)
    starts[axis] = first + sizes[axis] if first < 0 else first
    sizes[axis] = length
    return F._slice(input, starts, sizes, (1,) * input.ndim)


@function()
def select(input: Tensor, dim: int, index: int | Tensor) -> Tensor:
    """The part at `index` along `dim`, without that dimension; a view for a known index."""
    if not input.ndim:
        raise OutOfRangeError("select() needs at least one dimension")
    return input[(slice(None),) * axis_of(dim, input.ndim) + (index,)]
