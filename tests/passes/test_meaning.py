"""No pass changes what a program computes: random graphs, and every op of the table."""

from __future__ import annotations

import numpy as np
import pytest

import hodu
from hodu.passes import optimize
from hodu.snapshot.verify import verify

PATTERNS = (
    lambda x: x * hodu.sigmoid(x),
    lambda x: x * 0.5 * (1 + hodu.erf(x / 2**0.5)),
    lambda x: hodu.exp(x - x.amax(-1, True)) / hodu.exp(x - x.amax(-1, True)).sum(-1, True),
    lambda x: (
        (x - x.mean(-1, True)) / hodu.sqrt(hodu.square(x - x.mean(-1, True)).mean(-1, True) + 1)
    ),
    lambda x: hodu.softmax(x @ x.mT * 0.5, -1) @ x,
    lambda x: x @ hodu.tensor([[1.0, 2.0, 0.5]] * 3) * 0.25 + hodu.tensor([1.0, 0.0, -1.0]),
    lambda x: hodu.relu(x.permute(1, 0) * 2.0).permute(1, 0),
    lambda x: hodu.cat(hodu.split(x, [1, 1], 0), 0)[:, ::-1][:, ::-1],
    lambda x: x.expand(4, 2, 3).sum(0) / 4,
    lambda x: x / 2.0 + 0.0,
)
UNARY = ("neg", "relu", "abs", "square", "tanh", "clone")
BINARY = ("add", "sub", "mul", "maximum", "minimum")


def random_program(seed: int) -> hodu.Snapshot:
    """A graph of elementwise ops, moves and reductions over a few inputs and constants."""
    rng = np.random.default_rng(seed)
    with hodu.capture(f"random {seed}") as board:
        pool = [board.input("a", (2, 3)), board.input("b", (2, 3)), hodu.tensor([0.0, 1.0, -1.0])]
        pool += [hodu.tensor(v) for v in (0.0, 1.0, -1.0, 2.0)]
        for _ in range(25):
            x, y = (pool[i] for i in rng.integers(0, len(pool), 2))
            choice = rng.integers(0, 5)
            if choice == 0:
                pool.append(getattr(hodu, rng.choice(UNARY))(x))
            elif choice == 1 and x.shape == (2, 3):
                pool.append(x.permute(1, 0).permute(1, 0).reshape(3, 2).reshape(2, 3))
            elif choice == 2 and x.ndim == 2:
                pool.append(x.sum(dim=0) * 0.25)
            elif choice == 3 and x.shape == (2, 3):
                pool.append(PATTERNS[rng.integers(len(PATTERNS))](x))
            else:
                pool.append(getattr(hodu, rng.choice(BINARY))(x, y))
        for i, tensor in enumerate(pool[-6:]):
            board.target(f"y{i}", tensor)
    return board.snapshot


@pytest.mark.parametrize("seed", range(60))
def test_random_programs(seed):
    snapshot = random_program(seed)
    inputs = [np.random.default_rng(9).standard_normal((2, 3)).astype(np.float32) for _ in "ab"]
    inputs[0][0, 0], inputs[1][1, 2] = np.nan, -0.0
    expected = snapshot.run(*inputs)
    for level in (1, 2, 3):
        exact = verify(optimize(snapshot, level, exact=True))
        assert len(exact.nodes) <= len(snapshot.nodes)
        for got, want in zip(exact.run(*inputs), expected, strict=True):
            np.testing.assert_array_equal(got, want)
            numbers = ~np.isnan(want)
            np.testing.assert_array_equal(np.signbit(got[numbers]), np.signbit(want[numbers]))
        loose = verify(optimize(snapshot, level))
        for got, want in zip(loose.run(*inputs), expected, strict=True):
            np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6)
