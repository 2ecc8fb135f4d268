"""Sliding windows over the trailing ("spatial") axes: arguments, output sizes, padding, views.

Padding is always a tuple of 2n integers: the begin of every spatial axis, then the end of every
spatial axis. A negative amount crops.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np

from hodu.dims import Dim, dim_min
from hodu.dispatch.attrs import as_ints
from hodu.errors import ShapeError, ValueRangeError
from hodu.ops._table import Array
from hodu.shapes import Shape, format_shape

Ints: TypeAlias = tuple[int, ...]


def per_axis(value: int | Sequence[int], n: int, name: str, least: int = 1) -> Ints:
    """One integer for each of `n` spatial axes, each at least `least`; one value serves all."""
    given = as_ints(value, name)
    if len(given) not in (1, n):
        raise ValueRangeError(
            f"{name}={tuple(given)} has {len(given)} values for {n} spatial axes",
            hint=f"give one number, or {n}",
        )
    if min(given) < least:
        raise ValueRangeError(f"{name}={tuple(given)} must be at least {least}")
    return given if len(given) == n else given * n


def both_sides(value: int | Sequence[int], n: int) -> Ints:
    """PyTorch's symmetric, non-negative `padding` argument as 2n integers."""
    return per_axis(value, n, "padding", least=0) * 2


def extent(kernel: int, dilation: int) -> int:
    """The length of axis that a dilated kernel spans."""
    return dilation * (kernel - 1) + 1


def window_count(
    size: Dim,
    kernel: int,
    stride: int,
    dilation: int,
    begin: int,
    end: int,
    ceil_mode: bool = False,
) -> Dim:
    """How many windows fit along an axis; with `ceil_mode` the last may stick out at the end.

    Windows that would start in the end padding are ignored, as in PyTorch and ONNX.
    """
    room = size + (begin + end - extent(kernel, dilation))
    if not ceil_mode or stride == 1:
        return room // stride + 1
    return dim_min((room + (stride - 1)) // stride + 1, (size + (begin - 1)) // stride + 1)


def window_counts(
    name: str,
    spatial: Shape,
    kernel: Ints,
    stride: Ints,
    padding: Ints,
    dilation: Ints,
    ceil_mode: bool = False,
) -> Shape:
    """`window_count` of every spatial axis; raises ShapeError where no window fits."""
    n = len(kernel)
    check_window(name, n, stride, padding, dilation)
    counts = tuple(
        window_count(*axis, ceil_mode=ceil_mode)
        for axis in zip(spatial, kernel, stride, dilation, padding[:n], padding[n:], strict=True)
    )
    if any(isinstance(c, int) and c < 1 for c in counts) or 0 in kernel:
        padded = tuple(s + b + e for s, b, e in zip(spatial, padding[:n], padding[n:], strict=True))
        spans = tuple(map(extent, kernel, dilation))
        raise ShapeError(
            f"{name}: no window fits: the input is {format_shape(spatial)}, with padding {padding} "
            f"{format_shape(padded)}; the kernel {format_shape(kernel)} with dilation "
            f"{format_shape(dilation)} spans {format_shape(spans)}",
            hint="enlarge the input or the padding, or use a smaller kernel",
        )
    return counts


def check_spatial(name: str, shape: Shape, kernel: Ints, leading: int = 0) -> int:
    """The number of axes before those of `kernel`; refuses a shape with too few axes.

    With `leading` given, there may be so many or one less of them.
    """
    before = len(shape) - len(kernel)
    if before < 0 or (leading and before not in (leading - 1, leading)):
        wanted = (
            f"{len(kernel) + leading - 1} or {len(kernel) + leading}"
            if leading
            else (f"at least {len(kernel)}")
        )
        raise ShapeError(
            f"{name} takes an input of {wanted} dimensions, not {format_shape(shape)}",
            hint="the last dimensions are those of the windows",
        )
    return before


def check_window(name: str, n: int, stride: Ints, padding: Ints, dilation: Ints) -> None:
    """Refuse window attributes that do not describe `n` spatial axes."""
    if len(stride) != n or len(dilation) != n or len(padding) != 2 * n:
        raise ValueRangeError(
            f"{name}: stride={stride}, dilation={dilation}, padding={padding} do not fit {n} "
            "spatial axes",
            hint=f"stride and dilation need {n} values, padding {2 * n}: all begins, then all ends",
        )
    if min(stride + dilation, default=1) < 1:
        raise ValueRangeError(f"{name}: stride={stride} and dilation={dilation} must be at least 1")


def pad_spatial(x: Array, padding: Ints, value: Any = 0) -> Array:
    """`x` with its trailing axes padded by `value`, or cropped where an amount is negative."""
    n = len(padding) // 2
    if not any(padding):
        return x
    lead = (slice(None),) * (x.ndim - n)
    source, target, sizes = list(lead), list(lead), list(x.shape[: x.ndim - n])
    for size, begin, end in zip(x.shape[x.ndim - n :], padding[:n], padding[n:], strict=True):
        source.append(slice(max(-begin, 0), max(size - max(-end, 0), 0)))
        inner = max(size - max(-begin, 0) - max(-end, 0), 0)
        target.append(slice(max(begin, 0), max(begin, 0) + inner))
        sizes.append(size + begin + end)
    if max(padding) <= 0:
        return x[tuple(source)]
    padded = np.full(sizes, value, x.dtype) if value else np.zeros(sizes, x.dtype)
    padded[tuple(target)] = x[tuple(source)]
    return padded


def window_view(x: Array, kernel: Ints, stride: Ints, dilation: Ints, out: Ints) -> Array:
    """The windows of the trailing axes of `x`, as a view [..., *kernel, *out]."""
    n = len(kernel)
    steps = x.strides[x.ndim - n :]
    strides = x.strides[: x.ndim - n]
    strides += tuple(s * d for s, d in zip(steps, dilation, strict=True))
    strides += tuple(s * d for s, d in zip(steps, stride, strict=True))
    shape = (*x.shape[: x.ndim - n], *kernel, *out)
    return np.lib.stride_tricks.as_strided(x, shape, strides, writeable=False)


def tap_slices(tap: Ints, stride: Ints, dilation: Ints, out: Ints) -> tuple[slice, ...]:
    """Where, along every spatial axis, the windows have their element number `tap`."""
    return tuple(
        slice(t * d, t * d + (o - 1) * s + 1, s)
        for t, s, d, o in zip(tap, stride, dilation, out, strict=True)
    )


def blocks(count: int, rows: int, row_bytes: int, limit: int) -> Iterator[tuple[slice, slice]]:
    """Cut `count` items of `rows` rows into blocks of about `limit` bytes: whole items if possible.

    Yields (items, rows).
    """
    if row_bytes * rows <= limit:
        step = max(1, limit // max(row_bytes * rows, 1))
        for i in range(0, count, step):
            yield slice(i, min(i + step, count)), slice(0, rows)
        return
    step = max(1, limit // row_bytes)
    for i in range(count):
        for r in range(0, rows, step):
            yield slice(i, i + 1), slice(r, min(r + step, rows))
