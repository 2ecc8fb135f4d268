"""Meanings of the matrix products: sums of products over plain index loops."""

import numpy as np


def matmul(x, y):
    left = x[None, :] if x.ndim == 1 else x
    right = y[:, None] if y.ndim == 1 else y
    batch = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    left = np.broadcast_to(left, (*batch, *left.shape[-2:]))
    right = np.broadcast_to(right, (*batch, *right.shape[-2:]))
    result = np.zeros((*batch, left.shape[-2], right.shape[-1]), x.dtype)
    for k in range(left.shape[-1]):
        result += left[..., :, k, None] * right[..., None, k, :]
    result = result[..., 0] if y.ndim == 1 else result
    return (
        result[..., 0, :]
        if x.ndim == 1 and y.ndim > 1
        else result[..., 0]
        if x.ndim == 1
        else result
    )


ORACLES = {"matmul": matmul}
