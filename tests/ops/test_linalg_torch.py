"""Functions over Tensors that are no ops, against PyTorch (run by `make test-torch`)."""

import math

import numpy as np
import pytest

import hodu
from hodu import linalg
from hodu.nn import functional

torch = pytest.importorskip(
    "torch", reason="torch is the oracle here; `make test-torch` installs it"
)
pytestmark = pytest.mark.torch
RNG = np.random.default_rng(5)
M = RNG.uniform(-2, 2, (2, 3, 4))
SQUARE = RNG.uniform(-2, 2, (2, 3, 3)) + 3 * np.eye(3)


def _same(call, *arrays, **attrs):
    ours, theirs = call
    got = ours(*(hodu.tensor(a) for a in arrays), **attrs).numpy()
    wanted = theirs(*(torch.from_numpy(a) for a in arrays), **attrs).numpy()
    assert got.shape == wanted.shape
    np.testing.assert_allclose(got, wanted, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("ord", ["fro", "nuc", 1, -1, 2, -2, math.inf, -math.inf])
@pytest.mark.parametrize("keepdim", [False, True])
@pytest.mark.parametrize("dim", [(-2, -1), (2, 0)])
def test_matrix_norm(ord, keepdim, dim):
    _same((linalg.matrix_norm, torch.linalg.matrix_norm), M, ord=ord, dim=dim, keepdim=keepdim)


@pytest.mark.parametrize(
    "attrs",
    [{}, {"ord": 2, "dim": 1}, {"ord": 2, "dim": (0, 1)}, {"dim": (0, 2)}, {"ord": 0, "dim": 0}],
)
def test_norm(attrs):
    _same((linalg.norm, torch.linalg.norm), M, **attrs)
    _same((linalg.vector_norm, torch.linalg.vector_norm), M, **{**attrs, "dim": 1})


@pytest.mark.parametrize("p", [None, "fro", "nuc", 1, 2, -2, math.inf])
def test_cond(p):
    _same((linalg.cond, torch.linalg.cond), SQUARE, p=p)


def test_solvers():
    _same((hodu.logdet, torch.logdet), SQUARE)
    _same((linalg.solve, torch.linalg.solve), SQUARE, M[:, :, 0])
    _same((linalg.solve, torch.linalg.solve), SQUARE, M.swapaxes(1, 2), left=False)
    spd = SQUARE @ SQUARE.swapaxes(1, 2)
    _same((hodu.cholesky_solve, torch.cholesky_solve), M, np.linalg.cholesky(spd))
    _same((hodu.pinverse, torch.pinverse), M)
    _same((linalg.svdvals, torch.linalg.svdvals), M)
    _same((linalg.eigvalsh, torch.linalg.eigvalsh), spd)


def test_products():
    _same((hodu.tensordot, torch.tensordot), M, M.transpose(2, 0, 1), dims=([0, 2], [1, 0]))
    _same((hodu.inner, torch.inner), M, M[0])
    _same((linalg.vecdot, torch.linalg.vecdot), M, M[0], dim=-2)
    _same((hodu.cross, torch.linalg.cross), M, M + 1, dim=1)
    _same((hodu.cov, torch.cov), M[0], correction=0)
    _same((hodu.corrcoef, torch.corrcoef), M[0])


def test_batch_norm_in_training():
    states = [np.zeros(3), np.ones(3)]
    ours = [hodu.tensor(s) for s in states]
    theirs = [torch.from_numpy(s.copy()) for s in states]
    got = functional.batch_norm(hodu.tensor(M), *ours, training=True)
    want = torch.nn.functional.batch_norm(torch.from_numpy(M), *theirs, training=True)
    for a, b in zip([got, *ours], [want, *theirs], strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-10, atol=1e-12)


def test_instance_norm_with_running_statistics():
    states = [np.zeros(3), np.ones(3)]
    ours = [hodu.tensor(s) for s in states]
    theirs = [torch.from_numpy(s.copy()) for s in states]
    got = functional.instance_norm(hodu.tensor(M), *ours)
    want = torch.nn.functional.instance_norm(torch.from_numpy(M), *theirs)
    for a, b in zip([got, *ours], [want, *theirs], strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("kind", ["lstm", "gru", "rnn"])
def test_both_directions(kind):
    layer = getattr(torch.nn, kind.upper())(3, 2, bidirectional=True).double()
    x = RNG.uniform(-1, 1, (5, 2, 3))
    wanted, _ = layer(torch.from_numpy(x))
    zeros = [hodu.tensor(np.zeros((2, 2)))] * (2 if kind == "lstm" else 1)
    ours = getattr(hodu, f"{kind}_layer")
    outputs = []
    for suffix in ("", "_reverse"):
        weights = [
            hodu.tensor(getattr(layer, f"{name}_l0{suffix}").detach().numpy())
            for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        ]
        outputs.append(ours(hodu.tensor(x), *weights, *zeros, reverse=bool(suffix))[0].numpy())
    np.testing.assert_allclose(np.concatenate(outputs, 2), wanted.detach().numpy(), rtol=1e-10)
