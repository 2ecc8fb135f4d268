"""The NumPy kernels of convolution: windows and one matrix product for each group.

Integers are exact with wrap-around. NumPy has no fast integer product, so 8- and 16-bit integers
are multiplied as f64, which holds their sums exactly.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np

from hodu.dtypes import FROM_NUMPY
from hodu.ops._precision import wide
from hodu.ops._table import Array
from hodu.ops._windows import Ints, blocks, pad_spatial, tap_slices, window_view

COLUMNS_BYTES = 4 << 20
TAPS_BYTES = 256 << 10
_EXACT_TERMS = 1 << 20


def working(x: Array, terms: int) -> Array:
    """`x` in the dtype in which sums of `terms` products are taken."""
    dtype = FROM_NUMPY[x.dtype]
    if dtype.is_integer and dtype.bits <= 16 and terms < _EXACT_TERMS:
        return x.astype(np.float64)
    return wide(x)


def finish(y: Array, bias: Array | None, dtype: np.dtype[np.generic]) -> Array:
    """Add the bias to [n, oc, ...] and return to `dtype`; integers wrap around."""
    if bias is not None:
        y += bias.astype(y.dtype).reshape(-1, *(1,) * (y.ndim - 2))
    if y.dtype == dtype:
        return y
    return (y.astype(np.int64) if FROM_NUMPY[dtype].is_integer else y).astype(dtype)


def convolve(
    x: Array, w: Array, stride: Ints, padding: Ints, dilation: Ints, groups: int, out: Ints
) -> Array:
    """The cross-correlation of x [n, c, *spatial] with w [oc, c / groups, *kernel]."""
    x = np.ascontiguousarray(pad_spatial(x, padding))
    x = x.reshape(x.shape[0], groups, w.shape[1], *x.shape[2:])
    oc = w.shape[0]
    w = w.reshape(groups, oc // groups, *w.shape[1:])
    kernel = by_taps if w.shape[2] == 1 and groups > 1 else by_product
    return kernel(x, w, stride, dilation, out).reshape(x.shape[0], oc, *out)


def by_product(x: Array, w: Array, stride: Ints, dilation: Ints, out: Ints) -> Array:
    """x [n, g, c, *spatial] with w [g, oc, c, *kernel] to [n, g, oc, *out], window by column."""
    n, g, c = x.shape[:3]
    oc, kernel = w.shape[1], w.shape[3:]
    depth = c * math.prod(kernel)
    weights = w.reshape(g, oc, depth)
    view = window_view(x, kernel, stride, dilation, out)
    y = np.empty((n, g, oc, *out), x.dtype)
    is_copied = math.prod(kernel) > 1 or math.prod(stride) > 1
    row_bytes = g * depth * math.prod(out[1:]) * x.itemsize if is_copied else 0
    for items, rows in blocks(n, out[0], row_bytes, COLUMNS_BYTES):
        part = view[(items, *(slice(None),) * (2 + len(kernel)), rows)]
        pixels = math.prod(part.shape[3 + len(kernel) :])
        columns = part.reshape(part.shape[0], g, depth, pixels)
        target = y[items, :, :, rows]
        if rows == slice(0, out[0]):
            np.matmul(weights, columns, out=target.reshape(*columns.shape[:2], oc, pixels))
        else:
            target[...] = np.matmul(weights, columns).reshape(target.shape)
    return y


def by_taps(x: Array, w: Array, stride: Ints, dilation: Ints, out: Ints) -> Array:
    """`by_product` for groups of one input channel: one multiply-add for each kernel element."""
    n, g = x.shape[:2]
    y = np.empty((n, g, w.shape[1], *out), x.dtype)
    plane = w.shape[1] * math.prod(out) * x.itemsize
    for items, channels in blocks(n, g, plane, TAPS_BYTES):
        target = y[items, channels]
        product = np.empty_like(target)
        for i, tap in enumerate(itertools.product(*map(range, w.shape[3:]))):
            where: Any = (items, channels, slice(None), *tap_slices(tap, stride, dilation, out))
            weight: Any = (channels, slice(None), 0, *tap)
            part, factor = x[where], w[weight].reshape(-1, w.shape[1], *(1,) * len(out))
            np.multiply(part, factor, out=product if i else target)
            if i:
                target += product
    return y


def transposed(x: Array, w: Array, stride: Ints, dilation: Ints, groups: int, full: Ints) -> Array:
    """The adjoint of `convolve`: x [n, c, *spatial], w [c, oc / groups, *kernel] to [n, oc, *full].

    Each input element adds its weighted kernel into the output, one kernel element at a time.
    """
    n, spatial = x.shape[0], x.shape[2:]
    m, kernel = w.shape[1], w.shape[2:]
    c = x.shape[1] // groups
    x = np.ascontiguousarray(x).reshape(n, groups, c, *spatial)
    weights = w.reshape(groups, c, m * math.prod(kernel)).swapaxes(1, 2)
    y = np.zeros((n, groups, m, *full), x.dtype)
    row_bytes = groups * m * math.prod(kernel) * math.prod(spatial[1:]) * x.itemsize
    for items, rows in blocks(n, spatial[0], row_bytes, COLUMNS_BYTES):
        part = x[items, :, :, rows]
        columns = np.matmul(weights, part.reshape(*part.shape[:3], -1))
        columns = columns.reshape(part.shape[0], groups, m, *kernel, *part.shape[3:])
        target = y[items, :, :, rows.start * stride[0] :]
        for tap in itertools.product(*map(range, kernel)):
            where: Any = (..., *tap_slices(tap, stride, dilation, part.shape[3:]))
            target[where] += columns[(slice(None),) * 3 + tap]
    return y.reshape(n, groups * m, *full)
