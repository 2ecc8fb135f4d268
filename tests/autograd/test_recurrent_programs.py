"""The captured gradients of recurrent layers are loops: programs whose size no length changes."""

from __future__ import annotations

import numpy as np
import pytest

import hodu
from hodu import nn
from hodu.snapshot.ir import Snapshot

LAYERS = [nn.RNN, nn.GRU, nn.LSTM]


def _captured(layer: nn.Module, shape: tuple[int, ...]) -> Snapshot:
    with hodu.capture("gradient") as board:
        x = board.input("x", shape)
        x.requires_grad_()
        loss = (layer(x)[0] ** 2).sum()
        for i, gradient in enumerate(hodu.autograd.grad(loss, [x, *layer.parameters()])):
            board.target(f"g{i}", gradient)
    return board.snapshot


@pytest.mark.parametrize("kind", LAYERS)
def test_a_longer_sequence_is_no_larger_a_program(kind):
    layer = kind(3, 4)
    short, long = (_captured(layer, (steps, 2, 3)) for steps in (3, 300))
    assert len(list(short.nodes)) == len(list(long.nodes))


@pytest.mark.parametrize("kind", LAYERS)
def test_compiled_loops_have_the_gradients_of_eager_steps(kind):
    layer = kind(3, 4, num_layers=2, bidirectional=True)
    value = np.random.default_rng(0).standard_normal((17, 2, 3)).astype(np.float32)
    x = hodu.tensor(value, requires_grad=True)
    loss = (layer(x)[0] ** 2).sum()
    wanted = hodu.autograd.grad(loss, [x, *layer.parameters()])
    found = hodu.compile(_captured(layer, value.shape)).execute({"x": value})
    for a, b in zip(found.values(), wanted, strict=True):
        np.testing.assert_allclose(a.numpy(), b.detach().numpy(), rtol=2e-5, atol=2e-5)
