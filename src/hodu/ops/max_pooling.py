"""Max pooling, with and without the positions of the maxima."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dims import provably_different
from hodu.dtypes import NUMERIC, f32, f64, i64
from hodu.errors import ShapeError, ValueRangeError
from hodu.ops._overlap import at_positions
from hodu.ops._pooling import extreme, flat_positions, fold_windows, max_at, tap_positions
from hodu.ops._precision import wide, widen
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, function, op
from hodu.ops._windows import Ints, both_sides, check_spatial, extent, per_axis, window_counts
from hodu.shapes import Shape, TensorType, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor

NN = ("nn.functional",)


def pooled_shape(
    name: str,
    x: Shape,
    kernel: Ints,
    stride: Ints,
    padding: Ints,
    dilation: Ints,
    ceil_mode: bool = False,
) -> Shape:
    """The shape after pooling the trailing axes; raises ShapeError where no window fits."""
    n = check_spatial(name, x, kernel)
    counts = window_counts(name, x[n:], kernel, stride, padding, dilation, ceil_mode)
    return (*x[:n], *counts)


NAN, INF = float("nan"), float("inf")
SAMPLES = [
    S((2, 3, 6), kernel_size=(3,), stride=(2,), padding=(1, 1), dilation=(1,), ceil_mode=False),
    S(
        (2, 2, 5, 6),
        kernel_size=(2, 3),
        stride=(2, 2),
        padding=(1, 0, 0, 1),
        dilation=(1, 2),
        ceil_mode=True,
    ),
    S(
        (2, 3, 4, 5),
        kernel_size=(2, 2, 2),
        stride=(1, 2, 1),
        padding=(0, 1, 0, 1, 1, 0),
        dilation=(1, 1, 2),
        ceil_mode=True,
    ),
    S(
        T((1, 4, 4), values=[[[-7, -7, -2, 1], [-7, -7, 3, 3], [0, -5, 2, 2], [4, 4, 2, 1]]]),
        kernel_size=(2, 2),
        stride=(2, 2),
        padding=(0, 0, 0, 0),
        dilation=(1, 1),
        ceil_mode=False,
    ),
    S(
        T((1, 6), "f32", values=[[NAN, 1, NAN, -INF, -INF, 2]]),
        kernel_size=(3,),
        stride=(1,),
        padding=(1, 1),
        dilation=(1,),
        ceil_mode=False,
    ),
    S((0, 2, 4), kernel_size=(2,), stride=(2,), padding=(0, 0), dilation=(1,), ceil_mode=False),
]

# The shapes of their results; None where the values are not finite.
_GRADIENTS = [(2, 3, 3), (2, 2, 3, 2), (2, 3, 3, 3), (1, 2, 2), None, (0, 2, 2)]


@op(
    """max_pool(Tensor input, int[] kernel_size, int[] stride, int[] padding, int[] dilation,
    bool ceil_mode=False) -> Tensor"""
)
class MaxPool:
    """The maximum of every window of the trailing axes; NaN wins, padding never does."""

    dtypes, public = NUMERIC, False
    samples = SAMPLES

    def infer(
        x: TensorType,
        kernel_size: Ints,
        stride: Ints,
        padding: Ints,
        dilation: Ints,
        ceil_mode: bool = False,
    ) -> TensorType:
        window = (kernel_size, stride, padding, dilation)
        return TensorType(pooled_shape("max_pool()", x.shape, *window, ceil_mode), x.dtype)

    def eager(
        x: Array,
        kernel_size: Ints,
        stride: Ints,
        padding: Ints,
        dilation: Ints,
        ceil_mode: bool = False,
    ) -> Array:
        window = (kernel_size, stride, padding, dilation)
        out = _counts(x, *window, ceil_mode)
        return fold_windows(wide(x), np.maximum, extreme(x.dtype, -1), *window, out).astype(
            x.dtype, copy=False
        )

    vjp = {
        "input": lambda ct, input, kernel_size, stride, padding, dilation, ceil_mode: (
            F._max_pool_gradient(
                widen(ct), input, kernel_size, stride, padding, dilation, ceil_mode
            )
        )
    }


def _to_maxima(ct: Tensor, indices: Tensor, shape: Shape, padding: Ints) -> Tensor:
    """The gradient of the maxima, each at the place of its own; a window may lie in padding."""
    return at_positions(ct, indices, shape, len(padding) // 2, gaps=any(padding))


def _counts(
    x: Array, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints, ceil_mode: bool
) -> Ints:
    shape = pooled_shape("max_pool()", x.shape, kernel, stride, padding, dilation, ceil_mode)
    return tuple(s.__index__() for s in shape[x.ndim - len(kernel) :])


@op(
    """max_pool_with_indices(Tensor input, int[] kernel_size, int[] stride, int[] padding,
    int[] dilation, bool ceil_mode=False) -> (Tensor output, Tensor indices)"""
)
class MaxPoolWithIndices:
    """`max_pool`, and where each maximum is: its position in the flattened trailing axes.

    A window that lies in the padding alone has the index -1.
    """

    dtypes, public = NUMERIC, False
    samples = SAMPLES

    def infer(
        x: TensorType,
        kernel_size: Ints,
        stride: Ints,
        padding: Ints,
        dilation: Ints,
        ceil_mode: bool = False,
    ) -> tuple[TensorType, TensorType]:
        window = (kernel_size, stride, padding, dilation)
        shape = pooled_shape("max_pool()", x.shape, *window, ceil_mode)
        return TensorType(shape, x.dtype), TensorType(shape, i64)

    def eager(
        x: Array,
        kernel_size: Ints,
        stride: Ints,
        padding: Ints,
        dilation: Ints,
        ceil_mode: bool = False,
    ) -> tuple[Array, Array]:
        n = len(kernel_size)
        out = _counts(x, kernel_size, stride, padding, dilation, ceil_mode)
        sizes = x.shape[x.ndim - n :]
        axes = zip(sizes, out, kernel_size, stride, dilation, padding[:n], strict=True)
        taps = [tap_positions(*axis) for axis in axes]
        values, indices = max_at(x, flat_positions([t[0] for t in taps], sizes), n)
        shape = (*x.shape[: x.ndim - n], *out)
        values, indices = values.reshape(shape), indices.reshape(shape)
        if any(empty.any() for _, empty in taps):
            is_empty = functools.reduce(np.logical_or.outer, [empty for _, empty in taps])
            values[..., is_empty], indices[..., is_empty] = extreme(x.dtype, -1), -1
        return values, indices

    vjp = {
        "input": lambda ct_output, indices, input_type, padding: _to_maxima(
            ct_output, indices, input_type.shape, padding
        )
    }


@op(
    """max_pool_gradient(Tensor gradient, Tensor input, int[] kernel_size, int[] stride,
    int[] padding, int[] dilation, bool ceil_mode=False) -> Tensor"""
)
class MaxPoolGradient:
    """The gradient of `max_pool` by its input, from the `gradient` by its result.

    Each goes to the place that `max_pool_with_indices` names.
    """

    dtypes = {"gradient": frozenset({f32, f64}), "input": NUMERIC}
    public = False
    samples = [
        S(shape, *sample.tensors, **sample.attrs)
        for shape, sample in zip(_GRADIENTS, SAMPLES, strict=True)
        if shape
    ]

    def infer(
        gradient: TensorType,
        x: TensorType,
        kernel_size: Ints,
        stride: Ints,
        padding: Ints,
        dilation: Ints,
        ceil_mode: bool = False,
    ) -> TensorType:
        window = (kernel_size, stride, padding, dilation)
        wanted = pooled_shape("max_pool_gradient()", x.shape, *window, ceil_mode)
        if len(wanted) != gradient.rank or any(map(provably_different, wanted, gradient.shape)):
            raise ShapeError(
                f"max_pool_gradient() takes a gradient {format_shape(wanted)}, not "
                f"{format_shape(gradient.shape)}"
            )
        return TensorType(x.shape, gradient.dtype)

    def compose(
        gradient: Tensor,
        x: Tensor,
        kernel_size: Ints,
        stride: Ints,
        padding: Ints,
        dilation: Ints,
        ceil_mode: bool = False,
    ) -> Tensor:
        indices = F._max_pool_with_indices(x, kernel_size, stride, padding, dilation, ceil_mode)[1]
        return _to_maxima(gradient, indices, x.shape, padding)

    vjp = {
        "gradient": lambda ct, input, kernel_size, stride, padding, dilation, ceil_mode: _at_maxima(
            ct,
            F._max_pool_with_indices(input, kernel_size, stride, padding, dilation, ceil_mode),
            len(kernel_size),
        )
    }


def _at_maxima(ct: Tensor, pooled: Any, n: int) -> Tensor:
    """What stands where the maxima are; zero for a window that lies in padding."""
    indices = pooled[1]
    before = ct.ndim - n
    places = F.flatten(indices, before)
    found = F.gather(F.flatten(ct, before), -1, F.clamp(places, min=0))
    return F._reshape(F.where(places < 0, 0, found), indices.shape)


def _max_pool(
    n: int,
    input: Tensor,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None,
    padding: int | Sequence[int],
    dilation: int | Sequence[int],
    ceil_mode: bool,
    return_indices: bool,
) -> Any:
    check_spatial(f"max_pool{n}d()", input.shape, (0,) * n, leading=2)
    kernel = per_axis(kernel_size, n, "kernel_size")
    steps = kernel if stride is None else per_axis(stride, n, "stride")
    spacing, pads = per_axis(dilation, n, "dilation"), both_sides(padding, n)
    if any(2 * p > extent(k, d) for p, k, d in zip(pads, kernel, spacing, strict=False)):
        raise ValueRangeError(
            f"padding={pads[:n]} is more than half of kernel_size={kernel} with dilation={spacing}",
            hint="pad the input first, or use a larger kernel",
        )
    pool = F._max_pool_with_indices if return_indices else F._max_pool
    result = pool(input, kernel, steps, pads, spacing, bool(ceil_mode))
    return (result[0], result[1]) if return_indices else result


@function(methods=False, where=NN)
def max_pool1d(
    input: Tensor,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The maximum of every window of [(n,) c, l]; `stride` is the kernel size by default.

    With `return_indices` also where each maximum is, in the flattened window axes.
    """
    return _max_pool(1, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


@function(methods=False, where=NN)
def max_pool2d(
    input: Tensor,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The maximum of every window of [(n,) c, h, w]; `stride` is the kernel size by default.

    With `return_indices` also where each maximum is, in the flattened window axes.
    """
    return _max_pool(2, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


@function(methods=False, where=NN)
def max_pool3d(
    input: Tensor,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The maximum of every window of [(n,) c, d, h, w]; `stride` is the kernel size by default.

    With `return_indices` also where each maximum is, in the flattened window axes.
    """
    return _max_pool(3, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)
