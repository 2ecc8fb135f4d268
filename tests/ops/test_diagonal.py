"""Triangles and diagonals: views, errors, symbolic sizes."""

from __future__ import annotations

import numpy as np
import pytest

import hodu
from hodu.errors import OutOfRangeError, ShapeError


def test_diagonal_is_a_writable_view():
    x = hodu.zeros(2, 3)
    diagonal = x.diagonal()
    diagonal += 1
    assert x.tolist() == [[1, 0, 0], [0, 1, 0]]
    assert not np.shares_memory(hodu.diag(x).numpy(), x.numpy())


def test_triangles_in_place():
    x = hodu.ones(2, 2)
    x.tril_()
    assert x.tolist() == [[1, 0], [1, 1]]
    x.triu_(1)
    assert x.tolist() == [[0, 0], [0, 0]]


def test_diag_goes_both_ways():
    v = hodu.tensor([1, 2])
    assert hodu.diag(v).tolist() == [[1, 0], [0, 2]]
    assert hodu.diag(hodu.diag(v, -1), -1).tolist() == [1, 2]
    assert hodu.diagflat(hodu.tensor([[1], [2]])).tolist() == [[1, 0], [0, 2]]
    assert hodu.ones(2, 2, dtype="u8").trace().dtype is hodu.i64
    assert hodu.full((300, 300), 100, dtype="i8").trace().item() == 30000
    assert hodu.full((3000, 3000), 1.0, dtype="f16").trace().item() == 3000


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: hodu.ones(3).tril(), ShapeError, r"at least 2 dimensions, not \[3\]"),
        (lambda: hodu.ones(3).diagonal(), ShapeError, r"needs 2 dimensions, not \[3\]"),
        (lambda: hodu.ones(3, 3).diagonal(0, 1, -1), OutOfRangeError, "the same dimension"),
        (lambda: hodu.ones(3, 3).diagonal(0, 0, 2), OutOfRangeError, "dim2=2"),
        (lambda: hodu.ones(1, 1, 1).diag(), ShapeError, "1 or 2 dimensions, not 3"),
        (lambda: hodu.tensor(1).diag_embed(), ShapeError, "0-d"),
        (lambda: hodu.ones(3).trace(), ShapeError, r"a matrix, not \[3\]"),
        (lambda: hodu.eye(2, -1), ShapeError, "negative"),
    ],
)
def test_errors(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_symbolic_sizes():
    with hodu.capture() as board:
        x = board.input("x", ("N", "N"))
        n = x.shape[0]
        assert x.diagonal().shape == (n,)
        assert x.tril().shape == (n, n)
        assert x.diagonal().diag_embed(1).shape == (n + 1, n + 1)
        board.target("y", x.diagonal(1))
    assert board.snapshot.run(np.arange(9, dtype=np.float32).reshape(3, 3))[0].tolist() == [1, 5]
