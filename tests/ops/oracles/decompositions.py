"""What must hold of decompositions: the product is the matrix, the factors have their form."""

import numpy as np

from tests.ops.oracles._checker import Checker


def _t(x):
    return np.swapaxes(x, -1, -2)


def _eye_like(x):
    return np.broadcast_to(np.eye(x.shape[-1]), x.shape)


def cholesky(inputs, outputs, upper):
    (a,), (factor,) = inputs, outputs
    lower = _t(factor) if upper else factor
    yield lower @ _t(lower), a
    yield np.triu(lower, 1), np.zeros_like(lower)
    diagonal = np.diagonal(lower, axis1=-2, axis2=-1)
    yield np.abs(diagonal), diagonal


def qr(inputs, outputs, mode):
    (a,), (q, r) = inputs, outputs
    yield np.tril(r, -1), np.zeros_like(r)
    if mode == "r":
        yield q, np.zeros(0)
        yield _t(r) @ r, _t(a) @ a
        return
    assert q.shape[-1] == (a.shape[-2] if mode == "complete" else min(a.shape[-2:]))
    yield q @ r, a
    yield _t(q) @ q, _eye_like(_t(q) @ q)


def svd(inputs, outputs, full_matrices):
    (a,), (u, s, vh) = inputs, outputs
    m, n = a.shape[-2:]
    assert (u.shape[-1], vh.shape[-2]) == ((m, n) if full_matrices else (min(m, n),) * 2)
    k = s.shape[-1]
    yield (u[..., :k] * s[..., None, :]) @ vh[..., :k, :], a
    yield _t(u) @ u, _eye_like(_t(u) @ u)
    yield vh @ _t(vh), _eye_like(vh @ _t(vh))
    yield s, -np.sort(-np.abs(s), axis=-1)


def eigh(inputs, outputs, UPLO):
    (a,), (values, vectors) = inputs, outputs
    triangle = np.tril(a) if UPLO == "L" else _t(np.triu(a))
    symmetric = triangle + _t(np.tril(triangle, -1))
    yield (vectors * values[..., None, :]) @ _t(vectors), symmetric
    yield _t(vectors) @ vectors, _eye_like(vectors)
    yield values, np.sort(values, axis=-1)


ORACLES = {
    name: Checker(f)
    for name, f in {"cholesky": cholesky, "qr": qr, "svd": svd, "eigh": eigh}.items()
}
