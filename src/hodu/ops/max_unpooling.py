"""The partial inverse of max pooling: values put back where the maxima were."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dims import Dim
from hodu.dtypes import NUMERIC, i64
from hodu.errors import OutOfRangeError, ShapeError, ValueRangeError
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, function, op
from hodu.ops._windows import Ints, check_spatial, per_axis
from hodu.ops.max_pooling import NN
from hodu.shapes import Shape, TensorType, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor


def _shape(x: Shape, indices: Shape, output_size: Shape) -> Shape:
    if len(x) < len(output_size) or len(x) != len(indices):
        raise ShapeError(
            f"max_unpool() of {format_shape(x)} with indices {format_shape(indices)} to "
            f"{format_shape(output_size)}: the ranks do not fit"
        )
    if any(
        isinstance(a, int) and isinstance(b, int) and a != b
        for a, b in zip(x, indices, strict=True)
    ):
        raise ShapeError(
            f"max_unpool(): the input {format_shape(x)} and the indices {format_shape(indices)} "
            "differ in shape"
        )
    return (*x[: len(x) - len(output_size)], *output_size)


@op("max_unpool(Tensor input, Tensor indices, Dim[] output_size) -> Tensor")
class MaxUnpool:
    """Zeros of size [..., *output_size] with the values at their flat positions in those axes.

    Of several values for one position the last counts.
    """

    dtypes = {"input": NUMERIC, "indices": frozenset({i64})}
    public = False
    samples = [
        S(
            (1, 2, 2, 2),
            T((1, 2, 2, 2), "i64", values=[[[[0, 3], [9, 15]], [[5, 2], [8, 14]]]]),
            output_size=(4, 4),
        ),
        S((3, 2), T((3, 2), "i64", values=[[1, 3], [0, 2], [1, 4]]), output_size=(5,)),
        S((1, 1, 2), T((1, 1, 2), "i64", values=[[[7, 0]]]), output_size=(2, 2, 2)),
        S((0, 2), T((0, 2), "i64"), output_size=(5,)),
    ]

    def infer(x: TensorType, indices: TensorType, output_size: Shape) -> TensorType:
        return TensorType(_shape(x.shape, indices.shape, output_size), x.dtype)

    def eager(x: Array, indices: Array, output_size: Ints) -> Array:
        shape: Any = _shape(x.shape, indices.shape, output_size)
        before, size = x.ndim - len(output_size), math.prod(output_size)
        wrong = (indices < 0) | (indices >= size)
        if wrong.any():
            raise OutOfRangeError(
                f"max_unpool(): index {indices[wrong][0]} lies outside the {size} positions of "
                f"output_size {format_shape(output_size)}"
            )
        rows, count = math.prod(x.shape[:before]), math.prod(x.shape[before:])
        y = np.zeros((rows, size), x.dtype)
        y[np.arange(rows)[:, None], indices.reshape(rows, count)] = x.reshape(rows, count)
        return y.reshape(shape)

    # As in PyTorch also a value that was overwritten has the gradient of its place.
    vjp = {"input": lambda ct, indices, output_size: _picked(ct, indices, len(output_size))}


def _picked(ct: Tensor, indices: Tensor, n: int) -> Tensor:
    before = ct.ndim - n
    places = F.flatten(indices, before)
    return F._reshape(F.gather(F.flatten(ct, before), -1, places), indices.shape)


def _output_size(
    given: Sequence[Dim] | None, pooled: Shape, kernel: Ints, stride: Ints, padding: Ints
) -> Shape:
    n = len(kernel)
    usual = tuple(
        (size - 1) * s + (k - 2 * p)
        for size, s, k, p in zip(pooled, stride, kernel, padding, strict=True)
    )
    if given is None:
        return usual
    size = tuple(given)[-n:]
    if len(given) not in (n, n + 1, n + 2):
        raise ValueRangeError(f"output_size={tuple(given)} needs {n} sizes")
    if any(not u - s < g < u + s for g, u, s in zip(size, usual, stride, strict=True)):
        raise ValueRangeError(
            f"output_size={size} does not fit the pooled size {format_shape(pooled)}",
            hint=f"each size must be less than the stride {stride} away from {usual}",
        )
    return size


def _max_unpool(
    n: int,
    input: Tensor,
    indices: Tensor,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None,
    padding: int | Sequence[int],
    output_size: Sequence[Dim] | None,
) -> Tensor:
    before = check_spatial(f"max_unpool{n}d()", input.shape, (0,) * n, leading=2)
    kernel = per_axis(kernel_size, n, "kernel_size")
    steps = kernel if stride is None else per_axis(stride, n, "stride")
    pads = per_axis(padding, n, "padding", least=0)
    size = _output_size(output_size, input.shape[before:], kernel, steps, pads)
    return F._max_unpool(input, indices, size)


@function(methods=False, where=NN)
def max_unpool1d(
    input: Tensor,
    indices: Tensor,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    output_size: Sequence[Dim] | None = None,
) -> Tensor:
    """The values of [(n,) c, l] at the `indices` that max_pool1d gave, zeros elsewhere."""
    return _max_unpool(1, input, indices, kernel_size, stride, padding, output_size)


@function(methods=False, where=NN)
def max_unpool2d(
    input: Tensor,
    indices: Tensor,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    output_size: Sequence[Dim] | None = None,
) -> Tensor:
    """The values of [(n,) c, h, w] at the `indices` that max_pool2d gave, zeros elsewhere."""
    return _max_unpool(2, input, indices, kernel_size, stride, padding, output_size)


@function(methods=False, where=NN)
def max_unpool3d(
    input: Tensor,
    indices: Tensor,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    output_size: Sequence[Dim] | None = None,
) -> Tensor:
    """The values of [(n,) c, d, h, w] at the `indices` that max_pool3d gave, zeros elsewhere."""
    return _max_unpool(3, input, indices, kernel_size, stride, padding, output_size)
