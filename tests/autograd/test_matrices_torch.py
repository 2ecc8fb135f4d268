"""Gradients of linear algebra against PyTorch, first and second (run by `make test-torch`)."""

from types import SimpleNamespace

import numpy as np
import pytest

import hodu
from hodu import linalg

torch = pytest.importorskip(
    "torch", reason="torch is the oracle here; `make test-torch` installs it"
)
pytestmark = pytest.mark.torch
RNG = np.random.default_rng(6)
SQUARE = RNG.standard_normal((2, 3, 3)) + 2 * np.eye(3)
POSITIVE = SQUARE @ SQUARE.swapaxes(1, 2)
TALL = RNG.standard_normal((2, 4, 3))
WIDE = TALL.swapaxes(1, 2).copy()
RIGHT = RNG.standard_normal((2, 3, 2))
OURS = SimpleNamespace(linalg=linalg, matrix_exp=hodu.matrix_exp, logdet=hodu.logdet)
CALLS = {
    "cholesky": (lambda f, x: f.linalg.cholesky(x), POSITIVE),
    "cholesky upper": (lambda f, x: f.linalg.cholesky(x, upper=True), POSITIVE),
    "eigh": (lambda f, x: squares(f.linalg.eigh(x)), POSITIVE),
    "eigh U": (lambda f, x: squares(f.linalg.eigh(x, UPLO="U")), POSITIVE),
    "eigvalsh": (lambda f, x: f.linalg.eigvalsh(x), POSITIVE),
    "qr": (lambda f, x: squares(f.linalg.qr(x)), SQUARE),
    "qr tall": (lambda f, x: squares(f.linalg.qr(x)), TALL),
    "qr wide": (lambda f, x: squares(f.linalg.qr(x)), WIDE),
    "svd": (lambda f, x: squares(f.linalg.svd(x, full_matrices=False)), SQUARE),
    "svd tall": (lambda f, x: squares(f.linalg.svd(x, full_matrices=False)), TALL),
    "svd wide": (lambda f, x: squares(f.linalg.svd(x, full_matrices=False)), WIDE),
    "svdvals": (lambda f, x: f.linalg.svdvals(x), TALL),
    "lu": (lambda f, x: f.linalg.lu(x)[1:], SQUARE),
    "lu tall": (lambda f, x: f.linalg.lu(x)[1:], TALL),
    "lu wide": (lambda f, x: f.linalg.lu(x)[1:], WIDE),
    "lu_factor": (lambda f, x: f.linalg.lu_factor(x)[0], WIDE),
    "det": (lambda f, x: f.linalg.det(x), SQUARE),
    "slogdet": (lambda f, x: f.linalg.slogdet(x)[1], SQUARE),
    "logdet": (lambda f, x: f.logdet(x), POSITIVE),
    "inv": (lambda f, x: f.linalg.inv(x), SQUARE),
    "pinv tall": (lambda f, x: f.linalg.pinv(x), TALL),
    "pinv wide": (lambda f, x: f.linalg.pinv(x), WIDE),
    "matrix_exp": (lambda f, x: f.matrix_exp(x), SQUARE),
    "matrix_power": (lambda f, x: f.linalg.matrix_power(x, -3), SQUARE),
    "matrix_norm": (lambda f, x: f.linalg.matrix_norm(x, 2), TALL),
    "nuclear norm": (lambda f, x: f.linalg.matrix_norm(x, "nuc"), TALL),
    "cond": (lambda f, x: f.linalg.cond(x), SQUARE),
    "solve": (lambda f, x, b: f.linalg.solve(x, b), SQUARE, RIGHT),
    "solve vector": (lambda f, x, b: f.linalg.solve(x, b), SQUARE, RIGHT[..., 0]),
    "solve one for all": (lambda f, x, b: f.linalg.solve(x, b), SQUARE[0], RIGHT),
    "solve right": (
        lambda f, x, b: f.linalg.solve(x, b, left=False),
        SQUARE,
        RIGHT.swapaxes(1, 2).copy(),
    ),
    "triangle": (lambda f, x, b: f.linalg.solve_triangular(x, b, upper=True), SQUARE, RIGHT),
    "triangle right": (
        lambda f, x, b: f.linalg.solve_triangular(
            x, b, upper=False, left=False, unitriangular=True
        ),
        SQUARE,
        RIGHT.swapaxes(1, 2).copy(),
    ),
    "lstsq tall": (lambda f, x, b: f.linalg.lstsq(x, b)[0], TALL, TALL[..., :2] + 1),
    "lstsq wide": (lambda f, x, b: f.linalg.lstsq(x, b)[0], WIDE, RIGHT),
}


def squares(results):
    """Of the results, which do not depend on the signs of their columns."""
    return [r * r for r in results]


def total(results, tensor):
    """The results weighted and summed."""
    rng = np.random.default_rng(7)
    several = [results] if hasattr(results, "shape") else results
    return sum((r * tensor(rng.uniform(0.5, 1.5, tuple(r.shape)))).sum() for r in several)


def derivatives(namespace, call, arrays, tensor, grad):
    """The gradients, and the gradients of their squares."""
    xs = [tensor(a).requires_grad_() for a in arrays]
    first = grad(total(call(namespace, *xs), tensor), xs, create_graph=True)
    return [*first, *grad(sum((g * g).sum() for g in first), xs)]


@pytest.mark.parametrize("name", CALLS)
def test_gradients(name):
    call, *arrays = CALLS[name]
    ours = derivatives(OURS, call, arrays, hodu.tensor, hodu.autograd.grad)
    theirs = derivatives(torch, call, arrays, torch.tensor, torch.autograd.grad)
    for got, wanted in zip(ours, theirs, strict=True):
        pair = got.detach().numpy(), wanted.detach().numpy()
        np.testing.assert_allclose(*pair, rtol=1e-7, atol=1e-9)
