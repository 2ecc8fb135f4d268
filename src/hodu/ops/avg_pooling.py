"""Average pooling."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from hodu.dtypes import FROM_NUMPY, NUMERIC, f32
from hodu.errors import ValueRangeError
from hodu.ops._overlap import spread
from hodu.ops._pooling import divide_counts, fold_windows
from hodu.ops._precision import wide, widen
from hodu.ops._samples import S
from hodu.ops._table import Array, F, function, op
from hodu.ops._windows import Ints, both_sides, check_spatial, per_axis
from hodu.ops.max_pooling import NN, pooled_shape
from hodu.shapes import Shape, TensorType

if TYPE_CHECKING:
    from hodu._tensor import Tensor

Window = tuple[Ints, Ints, Ints, Ints]


def window_sizes(
    size: int,
    out: int,
    kernel: int,
    stride: int,
    dilation: int,
    begin: int,
    end: int,
    is_padded: bool,
) -> Array:
    """How many elements of each window of an axis count, with or without those in the padding.

    What lies beyond the end padding (with ceil_mode) never counts.
    """
    at = np.arange(out)[:, None] * stride - begin + np.arange(kernel)[None] * dilation
    counts = (at < size + end) if is_padded else (at >= 0) & (at < size)
    return counts.sum(1)


@op(
    """avg_pool(Tensor input, int[] kernel_size, int[] stride, int[] padding, int[] dilation,
    bool ceil_mode=False, bool count_include_pad=True, int? divisor_override=None) -> Tensor"""
)
class AvgPool:
    """The mean of every window of the trailing axes; integers are truncated towards zero.

    The divisor is the size of the window within the padded input, without the padding where
    `count_include_pad` is False, or `divisor_override`.
    """

    dtypes, public = NUMERIC, False
    samples = [
        S((2, 3, 6), kernel_size=(3,), stride=(2,), padding=(1, 1), dilation=(1,)),
        S(
            (2, 5, 6),
            kernel_size=(2, 3),
            stride=(2, 2),
            padding=(1, 0, 0, 1),
            dilation=(1, 2),
            ceil_mode=True,
            count_include_pad=False,
        ),
        S(
            (2, 3, 4, 5),
            kernel_size=(2, 2, 3),
            stride=(1, 2, 2),
            padding=(0, 1, 1, 0, 1, 1),
            dilation=(1, 1, 1),
            ceil_mode=True,
        ),
        S(
            (2, 2, 5, 5),
            kernel_size=(3, 3),
            stride=(2, 2),
            padding=(1, 1, 1, 1),
            dilation=(1, 1),
            divisor_override=2,
        ),
        S((1, 2, 7, 7), kernel_size=(7, 7), stride=(7, 7), padding=(0,) * 4, dilation=(1, 1)),
        S((0, 2, 4), kernel_size=(2,), stride=(2,), padding=(0, 0), dilation=(1,)),
    ]

    def infer(
        x: TensorType,
        kernel_size: Ints,
        stride: Ints,
        padding: Ints,
        dilation: Ints,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> TensorType:
        if divisor_override == 0:
            raise ValueRangeError("avg_pool(): divisor_override must not be 0")
        window = (kernel_size, stride, padding, dilation)
        return TensorType(pooled_shape("avg_pool()", x.shape, *window, ceil_mode), x.dtype)

    def eager(
        x: Array,
        kernel_size: Ints,
        stride: Ints,
        padding: Ints,
        dilation: Ints,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> Array:
        n, window = len(kernel_size), (kernel_size, stride, padding, dilation)
        if divisor_override == 0:
            raise ValueError("divisor_override must not be 0")
        shape = pooled_shape("avg_pool()", x.shape, *window, ceil_mode)
        sizes = x.shape[x.ndim - n :]
        out = tuple(s.__index__() for s in shape[x.ndim - n :])
        total = fold_windows(_summable(x), np.add, 0, *window, out)
        axes = zip(sizes, out, kernel_size, stride, dilation, padding[:n], padding[n:], strict=True)
        counts = [window_sizes(*axis, is_padded=count_include_pad) for axis in axes]
        return divide_counts(total, counts, divisor_override).astype(x.dtype, copy=False)

    def vjp(
        ct: Tensor,
        input_type: TensorType,
        kernel_size: Ints,
        stride: Ints,
        padding: Ints,
        dilation: Ints,
        ceil_mode: bool,
        count_include_pad: bool,
        divisor_override: int | None,
    ) -> tuple[Tensor]:
        window, size = (kernel_size, stride, padding, dilation), input_type.shape
        if divisor_override is None and (ceil_mode or (any(padding) and not count_include_pad)):
            share = widen(ct) / _divisors(ct.shape, size, window, ceil_mode, count_include_pad)
        else:
            share = widen(ct) * (1 / (divisor_override or math.prod(kernel_size)))
        return (spread(share, size, *window),)


def _divisors(out: Shape, shape: Shape, window: Window, ceil_mode: bool, with_pad: bool) -> Tensor:
    """How many elements each window counts, as [*out] of the trailing axes."""
    kernel, stride, padding, dilation = window
    n = len(kernel)
    ones = F.ones(shape[len(shape) - n :], dtype=f32)
    if with_pad:
        ones, padding = F._pad(ones, padding[:n], padding[n:], value=1.0), (0,) * 2 * n
    counts = F._avg_pool(ones, kernel, stride, padding, dilation, ceil_mode, divisor_override=1)
    for axis, size in enumerate(out[len(out) - n :]):
        counts = F.narrow(counts, axis, 0, size)
    return counts


def _summable(x: Array) -> Array:
    dtype = FROM_NUMPY[x.dtype]
    if dtype.is_integer:
        return x.astype(np.int64 if dtype.is_signed or dtype.bits < 64 else np.uint64)
    return wide(x)


def _avg_pool(
    n: int,
    input: Tensor,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None,
    padding: int | Sequence[int],
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: int | None = None,
) -> Tensor:
    check_spatial(f"avg_pool{n}d()", input.shape, (0,) * n, leading=2)
    kernel = per_axis(kernel_size, n, "kernel_size")
    steps = kernel if stride is None else per_axis(stride, n, "stride")
    pads = both_sides(padding, n)
    if any(2 * p > k for p, k in zip(pads, kernel, strict=False)):
        raise ValueRangeError(
            f"padding={pads[:n]} is more than half of kernel_size={kernel}",
            hint="pad the input first, or use a larger kernel",
        )
    mode = (bool(ceil_mode), bool(count_include_pad), divisor_override)
    return F._avg_pool(input, kernel, steps, pads, (1,) * n, *mode)


@function(methods=False, where=NN)
def avg_pool1d(
    input: Tensor,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """The mean of every window of [(n,) c, l]; `stride` is the kernel size by default."""
    return _avg_pool(1, input, kernel_size, stride, padding, ceil_mode, count_include_pad)


@function(methods=False, where=NN)
def avg_pool2d(
    input: Tensor,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """The mean of every window of [(n,) c, h, w]; `stride` is the kernel size by default."""
    return _avg_pool(
        2, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
    )


@function(methods=False, where=NN)
def avg_pool3d(
    input: Tensor,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """The mean of every window of [(n,) c, d, h, w]; `stride` is the kernel size by default."""
    return _avg_pool(
        3, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
    )
