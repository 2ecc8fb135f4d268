"""Symbolic dimensions through capture: shape arithmetic folds, run-time sizes are bound."""

from __future__ import annotations

import numpy as np
import pytest

import hodu
from hodu.dispatch.base import wrap_dims
from hodu.errors import ShapeError
from hodu.snapshot.verify import verify


def test_batch_dimension_flows_through():
    with hodu.capture() as board:
        x = board.input("x", ("N", 4))
        y = x.reshape(-1, 2, 2)
        assert str(y.shape[0]) == "N"
        flat = y.reshape(-1)
        assert str(flat.shape[0]) == "4*N"
        board.targets(y=y, flat=flat)
    for n in (1, 3):
        y, flat = board.snapshot.run(np.ones((n, 4), np.float32))
        assert y.shape == (n, 2, 2)
        assert flat.shape == (4 * n,)


def test_shape_arithmetic_folds():
    with hodu.capture() as board:
        x = board.input("x", ("N", 6))
        sizes = wrap_dims(list(x.shape))
        rows = sizes[0:1] * 2
        target = hodu.cat([rows, hodu.tensor([3])])
        y = x.reshape(target)
        board.target("y", y)
    verify(board.snapshot)
    assert [n.op for n in board.snapshot.nodes] == ["reshape"]
    assert board.snapshot.run(np.ones((2, 6), np.float32))[0].shape == (4, 3)


def test_symbolic_contents_become_data_when_used_as_data():
    with hodu.capture() as board:
        x = board.input("x", ("N", 6))
        board.target("y", wrap_dims(list(x.shape)).to("f32") * 2)
    assert board.snapshot.run(np.ones((5, 6), np.float32))[0].tolist() == [10, 12]


def test_symbols_must_agree():
    with hodu.capture() as board:
        a, b = board.input("a", ("N",)), board.input("b", ("N",))
        board.target("y", a + b)
    with pytest.raises(ShapeError, match=r"'b' has shape \[3\], the model expects \[2\]"):
        board.snapshot.run(np.ones(2, np.float32), np.ones(3, np.float32))


def test_data_dependent_size_is_bound_at_run_time():
    with hodu.capture() as board:
        x = board.input("x", (4,))
        picked = x[x > 0]
        board.targets(y=picked * 2, n=picked.reshape(-1, 1))
    verify(board.snapshot)
    y, n = board.snapshot.run(np.array([1, -1, 2, 3], np.float32))
    assert y.tolist() == [2, 4, 6]
    assert n.shape == (3, 1)


def test_two_data_dependent_sizes_are_different():
    with hodu.capture() as board:
        x = board.input("x", (4,))
        a, b = x[x > 0], x[x < 0]
        assert a.shape != b.shape
        board.targets(a=a, b=b)
    a, b = board.snapshot.run(np.array([1, -1, 2, 3], np.float32))
    assert (len(a), len(b)) == (3, 1)


def test_creation_with_symbolic_sizes():
    with hodu.capture() as board:
        x = board.input("x", ("N",))
        board.target("y", x + hodu.ones(x.shape[0]) + hodu.arange(x.shape[0]))
    assert board.snapshot.run(np.zeros(3, np.float32))[0].tolist() == [1, 2, 3]


def test_decisions_about_unknown_sizes_teach():
    with hodu.capture() as board:
        x = board.input("x", ("N",))
        with pytest.raises(ShapeError, match="cannot decide whether N < 5"):
            assert x.shape[0] < 5
        assert x.shape[0] >= 1
        board.target("y", x)
