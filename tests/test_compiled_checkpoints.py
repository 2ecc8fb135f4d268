"""Checkpoints in compiled functions: the part is computed twice, and less memory is needed."""

from __future__ import annotations

import numpy as np

import hodu
from hodu.passes.pipeline import optimize

DRAW = np.random.default_rng(0)
X = hodu.tensor(DRAW.standard_normal((64, 32)), dtype="f32")
WEIGHTS = [hodu.tensor(DRAW.standard_normal((32, 32)) * 0.1, dtype="f32") for _ in range(4)]


def gradients(checkpoint):
    def part(x, w):
        for _ in range(3):
            x = (x @ w).tanh().exp() * 0.1
        return x

    def loss(x, weights):
        for w in weights:
            x = checkpoint(part, x, w)
        return x.sum()

    return hodu.compile(hodu.grad(loss))


def test_the_arena_shrinks():
    plain, saving = gradients(lambda f, *args: f(*args)), gradients(hodu.checkpoint)
    np.testing.assert_allclose(
        saving(X, WEIGHTS).numpy(), plain(X, WEIGHTS).numpy(), rtol=1e-4, atol=1e-7
    )
    sizes = [
        next(iter(f._programs.values()))[0]._module.library.arena_bytes for f in (saving, plain)
    ]
    assert sizes[0] < 0.5 * sizes[1]


def test_the_part_is_computed_twice():
    with hodu.capture("twice") as board:
        x = board.input("x", (4,)).requires_grad_()
        hodu.checkpoint(lambda x: x.exp().sin().exp(), x).sum().backward()
        board.target("g", x.grad)
    ops = [node.op for node in optimize(board.snapshot, 3).nodes]
    assert ops.count("barrier") == 1
