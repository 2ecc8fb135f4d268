"""Meanings of the products of tensors."""

import itertools

import numpy as np


def cross(x, y, dim):
    x, y = np.broadcast_arrays(x, y)
    x, y = np.moveaxis(x, dim, 0), np.moveaxis(y, dim, 0)
    parts = [x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], x[0] * y[1] - x[1] * y[0]]
    return np.moveaxis(np.stack(parts), 0, dim)


def kron(x, y):
    rank = max(x.ndim, y.ndim)
    x = x.reshape((1,) * (rank - x.ndim) + x.shape)
    y = y.reshape((1,) * (rank - y.ndim) + y.shape)
    result = np.zeros([a * b for a, b in zip(x.shape, y.shape, strict=True)], x.dtype)
    for index in itertools.product(*map(range, result.shape)):
        high = tuple(i // n for i, n in zip(index, y.shape, strict=True))
        low = tuple(i % n for i, n in zip(index, y.shape, strict=True))
        result[index] = x[high] * y[low]
    return result


ORACLES = {"cross": cross, "kron": kron}
