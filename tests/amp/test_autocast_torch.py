"""The dtypes of autocast against PyTorch's, for ops whose lists are the same on every device."""

from __future__ import annotations

import numpy as np
import pytest

import hodu
from hodu import nn

torch = pytest.importorskip("torch", reason="torch is the oracle; `make test-torch` installs it")
pytestmark = pytest.mark.torch

DRAW = np.random.default_rng(0)


def arrays(*shapes):
    return [DRAW.uniform(0.1, 0.9, s).astype(np.float32) for s in shapes]


# name: (call of the functional module and its namespace, shapes of the operands)
CASES = {
    "matmul": (lambda t, f, a, b: a @ b, [(2, 3), (3, 4)]),
    "bmm": (lambda t, f, a, b: t.bmm(a, b), [(2, 3, 4), (2, 4, 5)]),
    "addmm": (lambda t, f, a, b, c: t.addmm(a, b, c), [(2, 4), (2, 3), (3, 4)]),
    "baddbmm": (lambda t, f, a, b, c: t.baddbmm(a, b, c), [(2, 2, 4), (2, 2, 3), (2, 3, 4)]),
    "linear": (lambda t, f, a, b, c: f.linear(a, b, c), [(2, 3), (4, 3), (4,)]),
    "conv1d": (lambda t, f, a, b: f.conv1d(a, b), [(1, 2, 6), (3, 2, 3)]),
    "conv2d": (lambda t, f, a, b, c: f.conv2d(a, b, c), [(1, 2, 6, 6), (3, 2, 3, 3), (3,)]),
    "conv_transpose2d": (lambda t, f, a, b: f.conv_transpose2d(a, b), [(1, 2, 4, 4), (2, 3, 3, 3)]),
    "prelu": (lambda t, f, a, b: f.prelu(a, b), [(2, 3), (1,)]),
    "attention": (
        lambda t, f, a, b, c: f.scaled_dot_product_attention(a, b, c),
        [(1, 1, 4, 8)] * 3,
    ),
    "mse_loss": (lambda t, f, a, b: f.mse_loss(a, b), [(3, 4)] * 2),
    "l1_loss": (lambda t, f, a, b: f.l1_loss(a, b), [(3, 4)] * 2),
    "smooth_l1_loss": (lambda t, f, a, b: f.smooth_l1_loss(a, b), [(3, 4)] * 2),
    "huber_loss": (lambda t, f, a, b: f.huber_loss(a, b), [(3, 4)] * 2),
    "kl_div": (lambda t, f, a, b: f.kl_div(a, b, reduction="sum"), [(3, 4)] * 2),
    "soft_margin_loss": (lambda t, f, a, b: f.soft_margin_loss(a, b), [(3, 4)] * 2),
    "hinge_embedding_loss": (lambda t, f, a, b: f.hinge_embedding_loss(a, b), [(3, 4)] * 2),
    "binary_cross_entropy_with_logits": (
        lambda t, f, a, b: f.binary_cross_entropy_with_logits(a, b),
        [(3, 4)] * 2,
    ),
    "prod": (lambda t, f, a: t.prod(a), [(3, 4)]),
    "trace": (lambda t, f, a: t.trace(a), [(3, 4)]),
    "quantile": (lambda t, f, a: t.quantile(a, 0.5), [(3, 4)]),
    "inverse": (lambda t, f, a: t.linalg.inv(a + 3 * t.eye(3)), [(3, 3)]),
    "relu": (lambda t, f, a: f.relu(a), [(3, 4)]),
    "mean": (lambda t, f, a: a.mean(), [(3, 4)]),
    "add": (lambda t, f, a, b: a + b, [(3, 4)] * 2),
    "cat": (lambda t, f, a, b: t.cat([a, b]), [(3, 4)] * 2),
}
NAMES = {"bf16": torch.bfloat16, "f16": torch.float16, "f32": torch.float32}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("low", ["bf16", "f16"])
@pytest.mark.parametrize("given", [["f32"], ["bf16"], ["bf16", "f32"]], ids="-".join)
def test_dtypes_and_values_are_those_of_pytorch(name, low, given):
    if name == "cat" and low == "f16" and "bf16" in given:
        pytest.skip("PyTorch does not promote bf16 in a region of f16")
    call, shapes = CASES[name]
    data = arrays(*shapes)
    kinds = [given[i % len(given)] for i in range(len(data))]
    with torch.autocast("cpu", NAMES[low]):
        operands = [torch.tensor(a).to(NAMES[k]) for a, k in zip(data, kinds, strict=True)]
        wanted = call(torch, torch.nn.functional, *operands)
    with hodu.autocast(low):
        operands = [hodu.tensor(a).to(k) for a, k in zip(data, kinds, strict=True)]
        found = call(hodu, nn.functional, *operands)
    assert NAMES[found.dtype.name] == wanted.dtype
    eps = {"bf16": 2e-2, "f16": 4e-3, "f32": 1e-5}[found.dtype.name]
    eps = max(eps, 2e-2 if "bf16" in kinds and name == "mean" else 0)
    np.testing.assert_allclose(
        found.to("f32").numpy(), wanted.float().numpy(), rtol=eps, atol=eps / 2
    )


def test_a_scaler_follows_that_of_pytorch():
    draw = np.random.default_rng(3)
    ours, theirs = (
        hodu.amp.GradScaler(growth_interval=3),
        torch.amp.GradScaler("cpu", growth_interval=3),
    )
    w, v = hodu.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    mine, other = hodu.optim.Adam([w], lr=0.1), torch.optim.Adam([v], lr=0.1)
    for number in range(12):
        x = draw.standard_normal(2).astype(np.float32) * (np.inf if number % 5 == 4 else 1)
        mine.zero_grad()
        other.zero_grad()
        ours.scale((w * hodu.tensor(x)).sum()).backward()
        theirs.scale((v * torch.tensor(x)).sum()).backward()
        ours.step(mine)
        theirs.step(other)
        ours.update()
        theirs.update()
        np.testing.assert_allclose(w.detach().numpy(), v.detach().numpy(), rtol=1e-6)
        assert ours.state_dict() == theirs.state_dict()
