"""Products split by Strassen's method: where, and what they mean."""

from __future__ import annotations

import numpy as np
import pytest

import hodu
import hodu.nn.functional as F
from hodu.passes import optimize
from hodu.passes.strassen import Machine, strassen
from hodu.snapshot.verify import verify
from tests.passes.programs import ops

MACHINE = Machine(vector_bits=512, constant_bytes=8 << 20)


def captured(shape, columns=512, dtype="f32", *, bias=True):
    """A layer with constant weights, its input, and its result in f64."""
    random = np.random.default_rng(7)
    x, w, b = (random.standard_normal(s) for s in (shape, (columns, shape[-1]), columns))
    with hodu.capture() as board:
        given = board.input("x", shape, dtype)
        weight = hodu.tensor(w, dtype=dtype)
        if bias:
            board.target("y", F.relu(F.linear(given, weight, hodu.tensor(b, dtype=dtype))))
        else:
            board.target("y", given @ hodu.tensor(w.T, dtype=dtype))
    want = np.maximum(x @ w.T + b, 0) if bias else x @ w.T
    return board.snapshot, x, want


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(("shape", "dtype"), [((64, 512), "f32"), ((2, 32, 512), "f64")])
def test_meaning(shape, dtype, bias):
    snapshot, x, want = captured(shape, dtype=dtype, bias=bias)
    after = verify(strassen(snapshot, MACHINE))
    assert ops(after).count("matmul") == 7
    (got,) = after.run(x.astype("float32" if dtype == "f32" else "float64"))
    bound = 1e-5 if dtype == "f32" else 1e-13
    assert np.abs(got - want).max() < bound * np.abs(want).max()


@pytest.mark.parametrize(
    ("shape", "columns"),
    [((63, 512), 512), ((64, 511), 512), ((64, 512), 511), ((16, 512), 512), ((64, 128), 128)],
)
def test_odd_and_small_products_stay(shape, columns):
    snapshot, _, _ = captured(shape, columns)
    assert str(strassen(snapshot, MACHINE)) == str(snapshot)


def test_products_without_a_size_or_constant_weights_stay():
    with hodu.capture() as board:
        x = board.input("x", ("n", 512))
        y = board.input("y", (512, 512))
        board.target("z", (x @ hodu.ones((512, 512))) + (hodu.ones((64, 512)) @ y)[0])
    assert str(strassen(board.snapshot, MACHINE)) == str(board.snapshot)


def test_weights_must_fit_and_vectors_decide():
    snapshot, _, _ = captured((64, 512))
    for machine in (Machine(512, 1 << 20), Machine(0, 8 << 20)):
        assert str(strassen(snapshot, machine)) == str(snapshot)


def test_pipeline(monkeypatch):
    snapshot, _, _ = captured((64, 1024), 1024)

    def products(level=3, exact=False):
        found = ops(optimize(snapshot, level, exact=exact, machine=MACHINE))
        return found.count("matmul") + found.count("linear")

    assert products() == 7  # the halves, large enough to gain, stay whole
    assert products(exact=True) == 1
    assert products(level=1) == 1
    monkeypatch.setenv("HODU_PASSES", "-strassen")
    assert products() == 1
