"""Gathering: errors, and captured against eager."""

from __future__ import annotations

import re

import numpy as np
import pytest

import hodu
from hodu import dtypes
from hodu.errors import DTypeError, OutOfRangeError, ShapeError
from tests.ops.captured import captured

X = hodu.from_numpy(np.arange(12.0, dtype=np.float32).reshape(3, 4))


def ints(*values):
    return hodu.tensor(list(values)).to("i64")


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: X.gather(0, ints([3])), OutOfRangeError, "index 3 is out of range for axis 0"),
        (lambda: X.gather(1, ints([-1])), OutOfRangeError, "index -1 is out of range for axis 1"),
        (lambda: X.gather(0, ints(1)), ShapeError, "gather() along axis 0 of [3, 4] with an index"),
        (
            lambda: hodu.from_numpy(np.zeros((1, 3))).gather(1, ints([0], [0])),
            ShapeError,
            "no longer than the input in the other axes",
        ),
        (lambda: X.gather(2, ints([0])), OutOfRangeError, "dim=2 is out of range"),
        (lambda: X.gather(0, X), DTypeError, "gather() does not take f32 for 'index'"),
        (lambda: X.index_select(1, ints(4)), OutOfRangeError, "index 4 is out of range for axis 1"),
        (lambda: X.index_select(0, ints(-1)), OutOfRangeError, "it must lie in [0, 2]"),
        (lambda: X.index_select(0, ints([0])), ShapeError, "at most one dimension, not [1, 1]"),
        (lambda: X.take(ints(12)), OutOfRangeError, "index 12 is out of range for axis 0 of size"),
        (lambda: X.take_along_dim(ints(0), 0), ShapeError, "their ranks differ"),
        (
            lambda: X.take_along_dim(ints([4], [0], [0]), 1),
            OutOfRangeError,
            "index 4 is out of range for axis 1 of size 4",
        ),
        (
            lambda: X.masked_select(hodu.tensor([True, False])),
            ShapeError,
            "shapes [3, 4] and [2] do not broadcast",
        ),
        (
            lambda: hodu.compress(hodu.tensor([False] * 3 + [True]), X, 0),
            OutOfRangeError,
            "index 3 is out of range for axis 0 of size 3",
        ),
        (
            lambda: hodu.compress(hodu.tensor([[True]]), X, 0),
            ShapeError,
            "a 1-D condition, not one of shape [1, 1]",
        ),
        (
            lambda: hodu.embedding(ints(0, 3), X),
            OutOfRangeError,
            "index 3 is out of range for axis 0 of size 3",
        ),
        (
            lambda: hodu.embedding(ints(0), X, padding_idx=3),
            OutOfRangeError,
            "padding_idx=3 is not a row of 3",
        ),
        (lambda: hodu.embedding(ints(0), X[0]), ShapeError, "a weight of two dimensions, not [4]"),
        (
            lambda: hodu.gather_nd(X, ints(0, 4)),
            OutOfRangeError,
            "index 4 is out of range for axis 1 of size 4",
        ),
        (lambda: hodu.gather_nd(X, ints(0, 0, 0)), ShapeError, "a number from 1 to 2"),
        (lambda: hodu.gather_nd(X, ints([0]), 1), ShapeError, "the first 1 sizes must be equal"),
        (lambda: X.narrow(1, 3, 2), OutOfRangeError, "elements 3 to 4 along axis 1"),
        (lambda: X.narrow(1, 0, -1), OutOfRangeError, "size -1 along axis 1 is negative"),
        (lambda: X.select(0, 3), OutOfRangeError, "index 3 is out of range for axis 0 of size 3"),
        (lambda: X[0, 0].select(0, 0), OutOfRangeError, "at least one dimension"),
    ],
)
def test_errors_teach(call, error, message):
    with pytest.raises(error, match=re.escape(message)):
        call()


def test_an_error_names_an_index_that_does_not_fit_its_dtype():
    huge = hodu.from_numpy(np.array([2**64 - 1], np.uint64))
    with pytest.raises(OutOfRangeError, match="index 18446744073709551615 is out of range"):
        X[huge]


def test_embedding_is_also_in_nn_functional():
    rows, table = (
        hodu.tensor([2, 0]),
        hodu.from_numpy(np.arange(6.0, dtype=np.float32).reshape(3, 2)),
    )
    assert hodu.nn.functional.embedding(rows, table).tolist() == [[4.0, 5.0], [0.0, 1.0]]


def test_narrow_and_select_are_views():
    assert np.shares_memory(X.narrow(1, -3, 2).numpy(), X.numpy())
    assert X.narrow(1, -3, 2).tolist() == [[1, 2], [5, 6], [9, 10]]
    assert X.narrow(0, 3, 0).shape == (0, 4)
    assert np.shares_memory(X.select(-1, 2).numpy(), X.numpy())
    assert X.select(1, -1).tolist() == [3, 7, 11]


@pytest.mark.parametrize("dtype", sorted(dtypes.INTS, key=str), ids=str)
def test_any_integer_dtype_is_an_index(dtype):
    index = ints(2, 0).to(dtype)
    assert X.index_select(0, index).tolist() == [[8, 9, 10, 11], [0, 1, 2, 3]]
    assert X.gather(1, index.numpy()[None]).tolist() == [[2, 0]]
    assert hodu.embedding(index, X).tolist() == [[8, 9, 10, 11], [0, 1, 2, 3]]


def test_captured_composites_of_symbolic_size():
    x, index = X.numpy(), np.array([2, 0])
    got = captured(lambda t, i: t.index_select(1, i), x, index, shapes=[("N", 4), ("K",)])
    np.testing.assert_array_equal(got, x[:, [2, 0]])
    got = captured(lambda t, i: t.take(i), x, index, shapes=[("N", 4), ("K",)])
    np.testing.assert_array_equal(got, [2, 0])
    got = captured(lambda t: t.masked_select(t > 4), x, shapes=[("N", 4)])
    np.testing.assert_array_equal(got, x[x > 4])
    rows = captured(lambda t: hodu.compress(t[:, 0] > 1, t, 0), x, shapes=[("N", 4)])
    np.testing.assert_array_equal(rows, x[1:])
    got = captured(lambda t, i: hodu.embedding(i, t), x, index, shapes=[("N", 4), ("K",)])
    np.testing.assert_array_equal(got, x[[2, 0]])
