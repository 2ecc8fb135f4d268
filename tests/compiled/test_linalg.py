"""Linear algebra as native code: matrices of some size, hard ones, and those that are errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hodu
from hodu import linalg
from hodu.errors import ValueRangeError

RTOL = {"f32": 2e-5, "f64": 1e-11}
NUMPY = {"f32": np.float32, "f64": np.float64}
SHAPES = [(64, 64), (3, 37, 20), (20, 37), (70, 5, 5)]

Calls = dict[str, Callable[..., Any]]


def run(calls: Calls, *arrays: np.ndarray, threads: int = 1) -> dict[str, list[np.ndarray]]:
    """The results of functions of the same tensors, in one compiled model, as f64."""
    with hodu.capture("linalg") as board:
        inputs = [
            board.input(f"x{i}", a.shape, str(hodu.tensor(a).dtype)) for i, a in enumerate(arrays)
        ]
        for name, call in calls.items():
            found = call(*inputs)
            for i, y in enumerate(found if isinstance(found, tuple) else (found,)):
                board.target(f"{name}.{i}", y)
    module = hodu.compile(board.snapshot, compiler="cpu", runtime="cpu", threads=threads)
    found = module.execute({f"x{i}": a for i, a in enumerate(arrays)})
    results: dict[str, list[np.ndarray]] = {}
    for name, t in found.items():
        results.setdefault(name.partition(".")[0], []).append(t.numpy().astype(np.float64))
    return results


def close(got: Any, want: Any, dtype: str, scale: float = 1.0) -> None:
    """The relative error, in the largest element, is that of the dtype."""
    want = np.asarray(want, np.float64)
    assert got.shape == want.shape
    size = max(np.abs(want).max(initial=0), scale)
    np.testing.assert_allclose(got, want, rtol=0, atol=RTOL[dtype] * size)


def normal(shape: tuple[int, ...], dtype: str, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(NUMPY[dtype])


def t(x: np.ndarray) -> np.ndarray:
    return np.swapaxes(x, -1, -2)


def orthonormal(q: np.ndarray, dtype: str) -> None:
    close(
        t(q) @ q, np.broadcast_to(np.eye(q.shape[-1]), (*q.shape[:-2], *[q.shape[-1]] * 2)), dtype
    )


@pytest.mark.parametrize("dtype", RTOL)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_decompositions(shape, dtype):
    """Products of the factors are the matrix, orthogonal ones are orthogonal."""
    a = normal(shape, dtype)
    wide = a.astype(np.float64)
    found = run(
        {
            "qr": lambda x: linalg.qr(x),
            "qr_whole": lambda x: linalg.qr(x, mode="complete"),
            "svd": lambda x: linalg.svd(x, full_matrices=False),
            "svd_whole": lambda x: linalg.svd(x),
            "lu": lambda x: linalg.lu(x),
            "pinv": lambda x: linalg.pinv(x),
            "rank": lambda x: linalg.matrix_rank(x),
        },
        a,
    )
    for q, r in (found["qr"], found["qr_whole"]):
        orthonormal(q, dtype)
        close(np.tril(r, -1), np.zeros_like(r), dtype)
        close(q @ r, wide, dtype)
    want = np.linalg.svd(wide, compute_uv=False)
    for u, s, vh in (found["svd"], found["svd_whole"]):
        orthonormal(u, dtype)
        orthonormal(t(vh), dtype)
        close(s, want, dtype)
        k = s.shape[-1]
        close((u[..., :k] * s[..., None, :]) @ vh[..., :k, :], wide, dtype)
    p, lower, upper = found["lu"]
    close(p @ lower @ upper, wide, dtype)
    assert np.abs(lower).max() <= 1
    close(found["pinv"][0], np.linalg.pinv(wide), dtype)
    assert (found["rank"][0] == min(shape[-2:])).all()


@pytest.mark.parametrize("dtype", RTOL)
@pytest.mark.parametrize("shape", [(64, 64), (70, 5, 5)], ids=str)
def test_square(shape, dtype):
    """Symmetric, positive definite and other square matrices, with one and two threads."""
    n = shape[-1]
    a, b = normal(shape, dtype), normal((n, 3), dtype, 1)
    definite = (a @ t(a) / n + np.eye(n)).astype(a.dtype)
    calls: Calls = {
        "cholesky": lambda a, p, b: linalg.cholesky(p),
        "eigh": lambda a, p, b: linalg.eigh(a + a.mT),
        "det": lambda a, p, b: linalg.det(p),
        "slogdet": lambda a, p, b: linalg.slogdet(a),
        "inverse": lambda a, p, b: linalg.inv(p),
        "solve": lambda a, p, b: linalg.solve(p, b),
        "triangular": lambda a, p, b: linalg.solve_triangular(p, b, upper=True),
        "exp": lambda a, p, b: linalg.matrix_exp(a),
    }
    found = run(calls, a, definite, b)
    for name, results in run(calls, a, definite, b, threads=2).items():
        for x, y in zip(results, found[name], strict=True):
            np.testing.assert_array_equal(x, y)
    a, definite, b = (x.astype(np.float64) for x in (a, definite, b))
    lower = found["cholesky"][0]
    close(lower, np.linalg.cholesky(definite), dtype)
    values, vectors = found["eigh"]
    close(values, np.linalg.eigvalsh((a + t(a)).astype(NUMPY[dtype]).astype(np.float64)), dtype)
    orthonormal(vectors, dtype)
    close((vectors * values[..., None, :]) @ t(vectors), a + t(a), dtype)
    np.testing.assert_allclose(found["det"][0], np.linalg.det(definite), rtol=RTOL[dtype])
    sign, size = np.linalg.slogdet(a)
    close(found["slogdet"][0], sign, dtype)
    close(found["slogdet"][1], size, dtype)
    close(found["inverse"][0], np.linalg.inv(definite), dtype)
    close(found["solve"][0], np.linalg.solve(definite, b), dtype)
    close(found["triangular"][0], np.linalg.solve(np.triu(definite), b), dtype)
    values, vectors = np.linalg.eig(a)
    power = (vectors * np.exp(values)[..., None, :]) @ np.linalg.inv(vectors)
    close(found["exp"][0], power.real, dtype)


def hard() -> dict[str, np.ndarray]:
    """Matrices at the ends of what is possible, 8 x 6."""
    i, j = np.indices((8, 6))
    one = normal((8, 1), "f64")
    return {
        "zero": np.zeros((8, 6)),
        "rank one": one @ normal((1, 6), "f64", 1),
        "equal columns": np.repeat(one, 6, axis=1),
        "Hilbert": 1.0 / (i + j + 1.0),
        "huge": normal((8, 6), "f64") * 1e300,
        "tiny": normal((8, 6), "f64") * 1e-300,
        "graded": normal((8, 6), "f64") * 10.0 ** -np.arange(0, 60, 10),
        "subnormal": normal((8, 6), "f64") * 1e-310,
        "negative zeros": -np.zeros((8, 6)),
    }


def test_hard_matrices():
    """Singular values and QR of matrices without full rank or with extreme elements."""
    stack = np.stack(list(hard().values()))
    found = run({"qr": linalg.qr, "svd": linalg.svd, "pinv": lambda x: linalg.pinv(x[:4])}, stack)
    for n, (name, a) in enumerate(hard().items()):
        scale = 2.0 ** np.floor(np.log2(np.abs(a).max())) if a.any() else 1.0
        scale = max(scale, 2.0**-1022)
        q, r = (x[n] for x in found["qr"])
        u, s, vh = (x[n] for x in found["svd"])
        for factor in (q, u, t(vh)):
            orthonormal(factor, "f64")
        tolerance = 1e-4 if name == "subnormal" else 1e-12  # they have a few digits only
        np.testing.assert_allclose(q @ (r / scale), a / scale, atol=tolerance, rtol=0)
        product = (u[:, :6] * (s / scale)) @ vh
        np.testing.assert_allclose(product, a / scale, atol=tolerance, rtol=0)
        assert (np.diff(s) <= 0).all() and (s >= 0).all()
    for a, p in zip(list(hard().values())[:4], found["pinv"][0], strict=True):
        close(a @ p @ a, a, "f64", 100.0)


def test_least_squares_broadcasts():
    """One matrix for many right-hand sides, and many for one."""
    a, b = normal((2, 1, 9, 4), "f64"), normal((3, 9, 2), "f64", 1)
    x, residuals, rank, values = run({"lstsq": linalg.lstsq}, a, b)["lstsq"]
    want = np.linalg.pinv(a) @ b
    close(x, want, "f64")
    close(residuals, ((a @ want - b) ** 2).sum(-2), "f64")
    assert rank.shape == (2, 1) and (rank == 4).all()
    close(values, np.linalg.svd(a, compute_uv=False), "f64")


def test_scaling_of_the_exponential():
    """Norms from those that need no scaling to those that need much, in one batch."""
    turn = np.array([[0.0, 1.0], [-1.0, 0.0]])
    angles = np.array([0.0, 1e-9, 0.5, 7.0, 100.0])
    got = run({"exp": linalg.matrix_exp}, angles[:, None, None] * turn)["exp"][0]
    c, s = np.cos(angles), np.sin(angles)
    np.testing.assert_allclose(got, np.stack([c, s, -s, c], -1).reshape(-1, 2, 2), atol=1e-11)


WRONG = [
    ("inv", linalg.inv, [[1.0, 2.0], [2.0, 4.0]]),
    ("solve", lambda x: linalg.solve(x, x), [[1.0, 2.0], [2.0, 4.0]]),
    ("triangular", lambda x: linalg.solve_triangular(x, x, upper=True), [[1.0, 2.0], [2.0, 0.0]]),
    ("cholesky", linalg.cholesky, [[1.0, 2.0], [2.0, 4.0]]),
    ("svd", linalg.svd, [[np.nan, 2.0], [2.0, 4.0]]),
    ("svd of infinity", linalg.svd, [[1.0, np.inf], [2.0, 4.0]]),
    ("eigh", linalg.eigh, [[np.nan, 2.0], [2.0, 4.0]]),
    ("lstsq", lambda x: linalg.lstsq(x, x), [[np.nan, 2.0], [2.0, 4.0]]),
    ("pinv", linalg.pinv, [[np.nan, 2.0], [2.0, 4.0]]),
    ("rank", linalg.matrix_rank, [[np.nan, 2.0], [2.0, 4.0]]),
]


@pytest.mark.parametrize(("call", "matrix"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_errors(call, matrix):
    """The errors are those of eager, with the place in the batch if there is one."""
    fine = np.eye(2)
    for a in (np.array(matrix), np.array([[fine, fine, fine], [fine, matrix, fine]])):
        with pytest.raises(ValueRangeError) as eager:
            call(hodu.tensor(a))
        with pytest.raises(ValueRangeError) as native:
            run({"wrong": call}, a)
        assert native.value.message == eager.value.message


def test_nan_spreads():
    """Elimination of a matrix with a NaN is no error, in either way of running it."""
    a = np.array([[4.0, 1.0], [1.0, np.nan]])
    for call in (linalg.cholesky, linalg.inv, linalg.det):
        want = call(hodu.tensor(a)).numpy()
        np.testing.assert_array_equal(np.isnan(run({"y": call}, a)["y"][0]), np.isnan(want))
