"""Meanings of the solvers: Leibniz's formula, adjugates, Gauss-Jordan elimination."""

import itertools

import numpy as np

from tests.ops.oracles._checker import Checker


def _sign(order):
    return (-1) ** sum(a > b for a, b in itertools.combinations(order, 2))


def det(a):
    n = a.shape[-1]
    total = np.zeros(a.shape[:-2])
    for order in itertools.permutations(range(n)):
        product = np.ones(a.shape[:-2])
        for i, j in enumerate(order):
            product = product * a[..., i, j]
        total = total + _sign(order) * product
    return total


def slogdet(a):
    value = det(a)
    with np.errstate(divide="ignore"):
        return np.sign(value), np.log(np.abs(value))


def inverse(a):
    n = a.shape[-1]
    result = np.empty_like(a)
    for i, j in itertools.product(range(n), repeat=2):
        minor = np.delete(np.delete(a, j, axis=-2), i, axis=-1)
        result[..., i, j] = (-1) ** (i + j) * det(minor) / det(a)
    return result


def solve(a, b):
    batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    inverted = np.broadcast_to(inverse(a), (*batch, *a.shape[-2:]))
    return np.einsum("...ij,...jk->...ik", inverted, np.broadcast_to(b, (*batch, *b.shape[-2:])))


def solve_triangular(a, b, upper, left=True, unitriangular=False):
    triangle = np.triu(a) if upper else np.tril(a)
    if unitriangular:
        index = np.arange(a.shape[-1])
        triangle = np.array(triangle)
        triangle[..., index, index] = 1
    if left:
        return solve(triangle, b)
    return np.swapaxes(solve(np.swapaxes(triangle, -1, -2), np.swapaxes(b, -1, -2)), -1, -2)


def lstsq(inputs, outputs, rcond):
    (a, b), (x, residuals, rank, s) = inputs, outputs
    gap = a @ x - b
    # At the minimum the gap is orthogonal to the columns, and x of least norm lies in the rows.
    yield np.swapaxes(a, -1, -2) @ gap, np.zeros_like(x)
    projector = np.linalg.pinv(a, rcond=rcond or 1e-10) @ a
    yield projector @ x, x
    if a.shape[-2] > a.shape[-1]:
        yield residuals, (gap**2).sum(-2)
    else:
        assert residuals.shape == (0,)
    kept = np.linalg.svd(a, compute_uv=False)
    yield rank, (kept > (rcond or 1e-3) * kept.max()).sum(-1)
    yield s, kept


ORACLES = {
    "det": det,
    "slogdet": slogdet,
    "inverse": inverse,
    "solve": solve,
    "solve_triangular": solve_triangular,
    "lstsq": Checker(lstsq),
}
