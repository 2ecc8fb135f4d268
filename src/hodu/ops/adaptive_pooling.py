"""Adaptive pooling: windows chosen so that the output has a given size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dims import Dim, Sym
from hodu.dtypes import FROM_NUMPY, NUMERIC, i64
from hodu.errors import ShapeError, ValueRangeError
from hodu.ops._overlap import at_positions, spread
from hodu.ops._pooling import divide_counts, flat_positions, max_at
from hodu.ops._precision import wide, widen
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, function, op
from hodu.ops._windows import Ints, check_spatial
from hodu.ops.max_pooling import NN
from hodu.shapes import Shape, TensorType, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor

SAMPLES = [
    S((2, 3, 7), output_size=(3,)),
    S((2, 3, 4, 6), output_size=(2, 4)),
    S((2, 3, 4, 5), output_size=(2, 1, 5)),
    S((1, 2, 3, 2), output_size=(5, 3)),
    S((2, 3, 3), output_size=(1, 1)),
    S((0, 3, 4), output_size=(2,)),
]


def _shape(name: str, x: Shape, output_size: Shape) -> Shape:
    n = len(output_size)
    before = len(x) - n
    if before < 0 or not n:
        raise ShapeError(f"{name} of {format_shape(x)} to {format_shape(output_size)}")
    if any(isinstance(s, int) and s < 1 for s in x[before:]):
        raise ShapeError(f"{name}: {format_shape(x)} has no elements in its last {n} dimensions")
    if any(isinstance(s, int) and s < 0 for s in output_size):
        raise ValueRangeError(f"{name}: output_size={format_shape(output_size)} is negative")
    return (*x[:before], *output_size)


def _bounds(size: int, out: int) -> tuple[Array, Array]:
    """Where the windows of an axis start and end: they overlap where `out` does not divide."""
    at = np.arange(out)
    return at * size // max(out, 1), -(-(at + 1) * size // max(out, 1))


@op("adaptive_avg_pool(Tensor input, Dim[] output_size) -> Tensor")
class AdaptiveAvgPool:
    """The mean over windows that divide the trailing axes evenly into `output_size`.

    Integers are truncated towards zero.
    """

    dtypes, public = NUMERIC, False
    samples = SAMPLES

    def infer(x: TensorType, output_size: Shape) -> TensorType:
        return TensorType(_shape("adaptive_avg_pool()", x.shape, output_size), x.dtype)

    def eager(x: Array, output_size: Ints) -> Array:
        _shape("adaptive_avg_pool()", x.shape, output_size)
        before, counts = x.ndim - len(output_size), []
        total = x.astype(np.int64) if FROM_NUMPY[x.dtype].is_integer else wide(x)
        for axis, out in enumerate(output_size, before):
            starts, ends = _bounds(x.shape[axis], out)
            total = _sum_between(total, axis, starts, ends)
            counts.append(ends - starts)
        return divide_counts(total, counts, None).astype(x.dtype, copy=False)

    def vjp(ct: Tensor, input_type: TensorType, output_size: Shape) -> tuple[Tensor]:
        total = widen(ct)
        for axis, (out, size) in enumerate(
            zip(output_size, input_type.shape[-len(output_size) :], strict=True),
            ct.ndim - len(output_size),
        ):
            total = _shared_out(total, axis, size, out)
        return (total,)


def _shared_out(ct: Tensor, axis: int, size: Dim, out: Dim) -> Tensor:
    """The gradient of the means along one axis."""
    if isinstance(size, int) and isinstance(out, int) and out and size % out == 0:
        step = size // out
        shape = tuple(size if a == axis else s for a, s in enumerate(ct.shape))
        before = len(shape) - axis
        ends = (0,) * 2 * before
        ones = (1,) * (before - 1)
        return spread(ct * (1 / step), shape, (step, *ones), (step, *ones), ends, (1, *ones))
    at, places = F.unsqueeze(F.arange(out), 1), F.arange(size)
    starts, ends = at * size // out, -(-(at + 1) * size // out)
    inside = F.logical_and(places >= starts, places < ends)
    shares = F.where(inside, 1 / (ends - starts).to(ct.dtype), 0)
    return F.movedim(F.matmul(F.movedim(ct, axis, -1), shares), -1, axis)


def _sum_between(x: Array, axis: int, starts: Array, ends: Array) -> Array:
    lead = (slice(None),) * axis
    y = np.empty((*x.shape[:axis], len(starts), *x.shape[axis + 1 :]), x.dtype)
    for i, (start, end) in enumerate(zip(starts, ends, strict=True)):
        target: Any = (*lead, i)
        np.add.reduce(x[(*lead, slice(start, end))], axis=axis, out=y[target])
    return y


@op("adaptive_max_pool(Tensor input, Dim[] output_size) -> (Tensor output, Tensor indices)")
class AdaptiveMaxPool:
    """The maxima of `adaptive_avg_pool`'s windows, and their positions in the flattened axes."""

    dtypes, public = NUMERIC, False
    samples = [*SAMPLES, S(T((1, 4), "f32", values=[[1, float("nan"), 2, 2]]), output_size=(2,))]

    def infer(x: TensorType, output_size: Shape) -> tuple[TensorType, TensorType]:
        shape = _shape("adaptive_max_pool()", x.shape, output_size)
        return TensorType(shape, x.dtype), TensorType(shape, i64)

    def eager(x: Array, output_size: Ints) -> tuple[Array, Array]:
        shape = _shape("adaptive_max_pool()", x.shape, output_size)
        if 0 in output_size:
            return np.empty(shape, x.dtype), np.empty(shape, np.int64)
        n = len(output_size)
        sizes = x.shape[x.ndim - n :]
        taps = []
        for size, out in zip(sizes, output_size, strict=True):
            starts, ends = _bounds(size, out)
            longest = int((ends - starts).max(initial=1))
            taps.append(np.minimum(starts[:, None] + np.arange(longest), ends[:, None] - 1))
        values, indices = max_at(x, flat_positions(taps, sizes), n)
        return values.reshape(shape), indices.reshape(shape)

    vjp = {
        "input": lambda ct_output, indices, input_type, output_size: at_positions(
            ct_output, indices, input_type.shape, len(output_size), gaps=False
        )
    }


def _output_size(
    name: str, input: Tensor, given: Dim | Sequence[Dim | None] | None, n: int
) -> tuple[Dim, ...]:
    before = check_spatial(name, input.shape, (0,) * n, leading=2)
    sizes = (given,) * n if given is None or isinstance(given, (int, Sym)) else tuple(given)
    if len(sizes) != n:
        raise ValueRangeError(f"{name}: output_size={sizes} needs {n} sizes")
    return tuple(s if g is None else g for g, s in zip(sizes, input.shape[before:], strict=True))


@function(methods=False, where=NN)
def adaptive_avg_pool1d(input: Tensor, output_size: Dim | Sequence[Dim | None] | None) -> Tensor:
    """The means of windows that divide [(n,) c, l] into `output_size`; None keeps a size."""
    size = _output_size("adaptive_avg_pool1d()", input, output_size, 1)
    return F._adaptive_avg_pool(input, size)


@function(methods=False, where=NN)
def adaptive_avg_pool2d(input: Tensor, output_size: Dim | Sequence[Dim | None] | None) -> Tensor:
    """The means of windows that divide [(n,) c, h, w] into `output_size`; None keeps a size."""
    size = _output_size("adaptive_avg_pool2d()", input, output_size, 2)
    return F._adaptive_avg_pool(input, size)


@function(methods=False, where=NN)
def adaptive_avg_pool3d(input: Tensor, output_size: Dim | Sequence[Dim | None] | None) -> Tensor:
    """The means of windows that divide [(n,) c, d, h, w] into `output_size`; None keeps a size."""
    size = _output_size("adaptive_avg_pool3d()", input, output_size, 3)
    return F._adaptive_avg_pool(input, size)


@function(methods=False, where=NN)
def adaptive_max_pool1d(
    input: Tensor, output_size: Dim | Sequence[Dim | None] | None, return_indices: bool = False
) -> Any:
    """The maxima of windows that divide [(n,) c, l] into `output_size`; None keeps a size.

    With `return_indices` also where each maximum is, in the flattened window axes.
    """
    size = _output_size("adaptive_max_pool1d()", input, output_size, 1)
    output, indices = F._adaptive_max_pool(input, size)
    return (output, indices) if return_indices else output


@function(methods=False, where=NN)
def adaptive_max_pool2d(
    input: Tensor, output_size: Dim | Sequence[Dim | None] | None, return_indices: bool = False
) -> Any:
    """The maxima of windows that divide [(n,) c, h, w] into `output_size`; None keeps a size.

    With `return_indices` also where each maximum is, in the flattened window axes.
    """
    size = _output_size("adaptive_max_pool2d()", input, output_size, 2)
    output, indices = F._adaptive_max_pool(input, size)
    return (output, indices) if return_indices else output


@function(methods=False, where=NN)
def adaptive_max_pool3d(
    input: Tensor, output_size: Dim | Sequence[Dim | None] | None, return_indices: bool = False
) -> Any:
    """The maxima of windows that divide [(n,) c, d, h, w] into `output_size`; None keeps a size.

    With `return_indices` also where each maximum is, in the flattened window axes.
    """
    size = _output_size("adaptive_max_pool3d()", input, output_size, 3)
    output, indices = F._adaptive_max_pool(input, size)
    return (output, indices) if return_indices else output
