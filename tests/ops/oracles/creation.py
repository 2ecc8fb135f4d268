"""Meanings of the ops that make tensors, and of triangles and diagonals: plain Python."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from hodu import dtypes
from tests.ops.oracles.shape import elementwise


def _converted(value, dtype):
    if dtype is dtypes.bool_:
        return value != 0
    if dtype.is_integer:
        return np.uint64(int(value) % 2**64).astype(dtype.numpy)
    return np.float64(value).astype(dtype.numpy)


def full(size, fill_value, dtype):
    return elementwise(size, dtype.numpy, lambda i: _converted(fill_value, dtype))


def arange(start, size, step, dtype):
    return elementwise((size,), dtype.numpy, lambda i: _converted(start + i[0] * step, dtype))


def linspace(start, end, steps, dtype):
    def value(i):
        exact = Fraction(start) + (Fraction(end) - Fraction(start)) * i[0] / max(steps - 1, 1)
        return _converted(int(exact) if dtype.is_integer else float(exact), dtype)

    return elementwise((steps,), dtype.numpy, value)


def eye(n, m, dtype):
    return elementwise((n, m), dtype.numpy, lambda i: _converted(int(i[0] == i[1]), dtype))


def one_hot(x, num_classes):
    return elementwise((*x.shape, num_classes), np.int64, lambda i: int(x[i[:-1]] == i[-1]))


def tril(x, diagonal=0):
    zero = x.dtype.type(0)
    return elementwise(x.shape, x.dtype, lambda i: x[i] if i[-1] <= i[-2] + diagonal else zero)


def triu(x, diagonal=0):
    zero = x.dtype.type(0)
    return elementwise(x.shape, x.dtype, lambda i: x[i] if i[-1] >= i[-2] + diagonal else zero)


def diagonal(x, offset=0, dim1=0, dim2=1):
    planes = np.moveaxis(x, (dim1, dim2), (-2, -1))
    rows, columns = planes.shape[-2:]
    places = [(i, i + offset) for i in range(rows) if 0 <= i + offset < columns]
    parts = [planes[..., i, j] for i, j in places]
    return np.stack(parts, -1) if parts else np.zeros((*planes.shape[:-2], 0), x.dtype)


def diag_embed(x, offset=0, dim1=-2, dim2=-1):
    size = x.shape[-1] + abs(offset)
    out = np.zeros((*x.shape[:-1], size, size), x.dtype)
    for k in range(x.shape[-1]):
        out[..., k + max(-offset, 0), k + max(offset, 0)] = x[..., k]
    return np.moveaxis(out, (-2, -1), (dim1, dim2))


def trace(x):
    values = [x[i, i].item() for i in range(min(x.shape))]
    return np.array(sum(values), np.float64 if x.dtype.kind == "f" else np.int64)


ORACLES = {
    "full": full,
    "arange": arange,
    "linspace": linspace,
    "eye": eye,
    "one_hot": one_hot,
    "tril": tril,
    "triu": triu,
    "diagonal": diagonal,
    "diag_embed": diag_embed,
    "trace": trace,
}
