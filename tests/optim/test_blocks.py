"""Eager steps in blocks give what whole updates give, to the bit."""

from __future__ import annotations

import numpy as np
import pytest

import hodu
from hodu import optim
from hodu.errors import GradientError, ValueRangeError
from hodu.optim import _blocks, optimizer
from tests.optim.cases import ALL, identify

SHAPES = [(50, 7), (64,), (), (0, 3), (5,), (3, 3), (2, 2), (1,)]


def steps(name, options, dtype, monkeypatch, in_blocks):
    """The parameters and states after three steps."""
    rng = np.random.default_rng(0)
    draw = lambda shape: hodu.tensor(rng.standard_normal(shape)).to(dtype)  # noqa: E731
    params = [draw(shape) for shape in SHAPES] + [draw((4, 6)).T, draw((3, 5))[1]]
    chosen = getattr(optim, name)([p.requires_grad_() for p in params], **options)
    with monkeypatch.context() as patch:
        patch.setattr(_blocks, "BLOCK", 32 * params[0].itemsize)
        if not in_blocks:
            patch.setattr(optimizer, "ELEMENTWISE", frozenset())
        for _ in range(3):
            for p in params:
                p.grad = draw(p.shape)
            chosen.step()
    found = [*params, *(s for p in params for s in chosen.state[p].values())]
    return [t.detach().to("f64").numpy() for t in found]


@pytest.mark.parametrize("dtype", ["f32", "f64", "bf16"])
@pytest.mark.parametrize(("name", "options"), ALL, ids=identify)
def test_blocks_change_no_bit(name, options, dtype, monkeypatch):
    pairs = [steps(name, options, dtype, monkeypatch, flag) for flag in (True, False)]
    for a, b in zip(*pairs, strict=True):
        np.testing.assert_array_equal(a, b)


def test_writes_are_noted():
    w = hodu.ones(4).requires_grad_()
    loss = (w * w).sum()
    w.grad = hodu.ones(4)
    optim.SGD([w], lr=0.1).step()
    with pytest.raises(GradientError, match=r"written in place since: by step\(\)"):
        loss.backward()


def test_read_only_memory_is_refused():
    array = np.ones(4, np.float32)
    array.flags.writeable = False
    w = hodu.from_numpy(array).requires_grad_()
    w.grad = hodu.ones(4)
    with pytest.raises(ValueRangeError, match="read-only"):
        optim.SGD([w], lr=0.1).step()
    assert array.tolist() == [1.0] * 4


def test_a_formula_of_ones_own_sees_whole_tensors():
    class Normalised(optim.SGD):
        @staticmethod
        def update(param, grad, state, hyper):
            return param - grad / grad.abs().sum() * hyper["lr"], {}

    w = hodu.zeros(_blocks.BLOCK).requires_grad_()
    w.grad = hodu.ones(_blocks.BLOCK)
    Normalised([w], lr=1.0).step()
    np.testing.assert_allclose(w.detach().numpy(), -1 / _blocks.BLOCK)
