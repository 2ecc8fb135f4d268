"""The NumPy kernels of pooling: folds over windows one axis at a time, and maxima with indices."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Sequence
from typing import Any

import ml_dtypes
import numpy as np

from hodu.dtypes import FROM_NUMPY
from hodu.ops._precision import wide
from hodu.ops._table import Array
from hodu.ops._windows import Ints, extent, pad_spatial

GATHER_BYTES = 16 << 20


@functools.cache
def extreme(dtype: np.dtype[Any], sign: int) -> Any:
    """The largest (sign 1) or the smallest (sign -1) value of `dtype`, infinite if it can be."""
    if FROM_NUMPY[dtype].is_integer:
        return np.iinfo(dtype).max if sign > 0 else np.iinfo(dtype).min
    infinity = np.asarray(sign * np.inf).astype(dtype)
    limits: Any = ml_dtypes.finfo(dtype)  # type: ignore[no-untyped-call]
    return (limits.max if sign > 0 else limits.min) if np.isnan(infinity) else infinity[()]


def fold_windows(
    x: Array,
    ufunc: np.ufunc,
    identity: Any,
    kernel: Ints,
    stride: Ints,
    padding: Ints,
    dilation: Ints,
    out: Ints,
) -> Array:
    """Combine the elements of every window of the trailing axes; padding counts as `identity`."""
    n = len(kernel)
    for i in range(n):
        axis = x.ndim - n + i
        needed = (out[i] - 1) * stride[i] + extent(kernel[i], dilation[i])
        ends = [0] * (2 * (n - i))
        ends[0], ends[n - i] = padding[i], needed - padding[i] - x.shape[axis]
        padded = pad_spatial(x, tuple(ends), identity)
        x = _fold_axis(padded, ufunc, axis, kernel[i], stride[i], dilation[i], out[i])
    return x


def _fold_axis(
    x: Array, ufunc: np.ufunc, axis: int, kernel: int, stride: int, dilation: int, out: int
) -> Array:
    lead = (slice(None),) * axis
    if kernel <= out:
        last = (out - 1) * stride + 1
        parts = [
            x[(*lead, slice(t, t + last, stride))] for t in range(0, kernel * dilation, dilation)
        ]
        total = parts[0].copy()
        for part in parts[1:]:
            ufunc(total, part, out=total)
        return total
    total = np.empty((*x.shape[:axis], out, *x.shape[axis + 1 :]), x.dtype)
    for o in range(out):
        window = slice(o * stride, o * stride + extent(kernel, dilation), dilation)
        target: Any = (*lead, o)
        ufunc.reduce(x[(*lead, window)], axis=axis, dtype=x.dtype, out=total[target])
    return total


def divide_counts(total: Array, counts: Sequence[Array], divisor: int | None) -> Array:
    """`total` over the number of elements of each window: the product of the counts of its axes.

    Integers are truncated towards zero; an empty window gives 0.
    """
    n = len(counts)
    shaped = [c.reshape(-1, *(1,) * (n - 1 - i)) for i, c in enumerate(counts)]
    number = functools.reduce(np.multiply, shaped) if divisor is None else np.asarray(divisor)
    number = np.where(number == 0, 1, number).astype(total.dtype)
    if FROM_NUMPY[total.dtype].is_float:
        return total / number
    quotient = total // number
    return quotient + ((quotient < 0) & (quotient * number != total)).astype(total.dtype)


def tap_positions(
    size: int, out: int, kernel: int, stride: int, dilation: int, begin: int
) -> tuple[Array, Array]:
    """Where the taps of every window lie on an axis [out, kernel], and which windows are empty.

    A tap in the padding is moved to the nearest tap inside, which changes no maximum.
    """
    start = np.arange(out)[:, None] * stride - begin
    first = np.maximum(-(start // dilation), 0)
    last = np.minimum((size - 1 - start) // dilation, kernel - 1)
    taps = np.clip(np.arange(kernel)[None], first, np.maximum(first, last))
    return np.clip(start + taps * dilation, 0, size - 1), (first > last)[:, 0]


def flat_positions(positions: Sequence[Array], sizes: Ints) -> Array:
    """Positions on each axis [..., out, kernel] as positions in the flat plane [..., P, K]."""
    n = len(positions)
    flat: Any = 0
    for i, (axis, size) in enumerate(zip(positions, sizes, strict=True)):
        shape = [1] * (2 * n)
        shape[i], shape[n + i] = axis.shape[-2:]
        flat = flat * size + axis.reshape(*axis.shape[:-2], *shape)
    lead = flat.shape[: flat.ndim - 2 * n]
    windows, taps = flat.shape[len(lead) : len(lead) + n], flat.shape[len(lead) + n :]
    return np.asarray(flat.reshape(*lead, math.prod(windows), math.prod(taps)))


def max_at(x: Array, flat: Array, n: int) -> tuple[Array, Array]:
    """The maximum over the K positions `flat` [(planes,) P, K] of every plane, and where it is.

    As in PyTorch the first of equal maxima counts, but the last NaN.
    """
    planes = x.reshape(-1, math.prod(x.shape[x.ndim - n :]))
    count, k = flat.shape[-2:]
    values = np.empty((len(planes), count), x.dtype)
    indices = np.empty((len(planes), count), np.int64)
    for block in _plane_blocks(len(planes), count * k * 8):
        part = planes[block]
        where = flat if flat.ndim == 2 else flat[block]
        spread = np.broadcast_to(where.reshape(-1, count * k), (len(part), count * k))
        taken = np.take_along_axis(part, spread, 1).reshape(-1, count, k)
        best = _last_nan_or_first_max(wide(taken))
        values[block] = np.take_along_axis(taken, best, 2)[..., 0]
        indices[block] = np.take_along_axis(spread.reshape(-1, count, k), best, 2)[..., 0]
    return values, indices


def _plane_blocks(planes: int, plane_bytes: int) -> Iterator[slice]:
    step = max(1, GATHER_BYTES // max(plane_bytes, 1))
    for i in range(0, planes, step):
        yield slice(i, i + step)


def _last_nan_or_first_max(values: Array) -> Array:
    best = np.argmax(values, axis=-1, keepdims=True)
    if values.dtype.kind == "f":
        nan = np.isnan(values)
        if nan.any():
            last = values.shape[-1] - 1 - np.argmax(nan[..., ::-1], axis=-1, keepdims=True)
            best = np.where(nan.any(-1, keepdims=True), last, best)
    return best
