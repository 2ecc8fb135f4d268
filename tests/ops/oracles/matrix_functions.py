"""Meanings of the functions of a matrix: repeated products, a power series, Penrose's rules."""

import numpy as np

from tests.ops.oracles._checker import Checker
from tests.ops.oracles.matmul import matmul


def matrix_power(x, n):
    result = np.broadcast_to(np.eye(x.shape[-1], dtype=x.dtype), x.shape)
    for _ in range(n):
        result = matmul(result, x)
    return result


def matrix_exp(x):
    total = term = np.broadcast_to(np.eye(x.shape[-1]), x.shape)
    for k in range(1, 60):
        term = term @ x / k
        total = total + term
    return total


def matrix_rank(x, tol=None, hermitian=False, atol=None, rtol=None):
    s = np.linalg.svd(x, compute_uv=False)
    cutoff = max(tol or 1e-4, (rtol or 0) * s.max(initial=0))
    return (s > cutoff).sum(-1)


def pinv(inputs, outputs, atol, rtol, hermitian):
    (a,), (p,) = inputs, outputs
    yield a @ p @ a, a
    yield p @ a @ p, p
    yield a @ p, np.swapaxes(a @ p, -1, -2)
    yield p @ a, np.swapaxes(p @ a, -1, -2)


ORACLES = {
    "matrix_power": matrix_power,
    "matrix_exp": matrix_exp,
    "matrix_rank": matrix_rank,
    "pinv": Checker(pinv),
}
