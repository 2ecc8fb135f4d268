"""Joining and splitting: dtypes, views, errors, symbolic sizes, and NumPy's meanings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hodu
from hodu.errors import ArgumentError, OutOfRangeError, ShapeError, ValueRangeError

few = settings(max_examples=60, deadline=None)
X = np.arange(24).reshape(2, 3, 4)


def same(got, expected):
    assert len(got) == len(expected)
    for g, e in zip(got, expected, strict=True):
        np.testing.assert_array_equal(g.numpy(), e)


def test_common_dtype_follows_promotion():
    f, i, b = hodu.ones(2), hodu.ones(2, dtype="i64"), hodu.ones(2, dtype="bool")
    assert hodu.cat([i, f]).dtype is hodu.f32
    assert hodu.cat([b, i, b]).dtype is hodu.i64
    assert hodu.stack([f, hodu.ones(2, dtype="f64")]).dtype is hodu.f64
    assert hodu.stack([hodu.tensor(1), hodu.tensor(2.5)]).tolist() == [1.0, 2.5]


def test_empty_vectors_are_left_out_of_cat():
    assert hodu.cat([hodu.empty(0), hodu.ones(2, 3)], 1).shape == (2, 3)
    with pytest.raises(ShapeError, match=r"\[0, 2\] and \[2, 3\]"):
        hodu.cat([hodu.empty(0, 2), hodu.ones(2, 3)])


def test_names_of_numpy():
    a, b = np.arange(3), np.arange(3) + 5
    pair = [hodu.tensor(a), hodu.tensor(b)]
    for name in ("hstack", "vstack", "dstack", "column_stack"):
        np.testing.assert_array_equal(getattr(hodu, name)(pair).numpy(), getattr(np, name)((a, b)))
    planes = [hodu.tensor(X), hodu.tensor(X)]
    for name in ("hstack", "vstack", "dstack", "column_stack"):
        np.testing.assert_array_equal(
            getattr(hodu, name)(planes).numpy(), getattr(np, name)((X, X))
        )
    assert hodu.concat(pair).tolist() == hodu.concatenate(pair).tolist() == [0, 1, 2, 5, 6, 7]


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_at_least(rank):
    for shape in ((), (2,), (2, 3), (2, 3, 4), (1, 2, 3, 4)):
        array = np.zeros(shape)
        name = f"atleast_{rank}d"
        assert getattr(hodu, name)(hodu.tensor(array)).shape == getattr(np, name)(array).shape
    several = hodu.atleast_2d(hodu.tensor(1), hodu.ones(3))
    assert [t.shape for t in several] == [(1, 1), (1, 3)]
    assert [t.shape for t in hodu.atleast_1d([hodu.tensor(1)])] == [(1,)]


def test_block_diag():
    parts = [hodu.ones(2, 1), hodu.tensor([3, 4]), hodu.tensor(7.0)]
    assert hodu.block_diag(*parts).tolist() == [
        [1, 0, 0, 0],
        [1, 0, 0, 0],
        [0, 3, 4, 0],
        [0, 0, 0, 7],
    ]
    with pytest.raises(ShapeError, match="at most 2 dimensions"):
        hodu.block_diag(hodu.ones(1, 1, 1))


@few
@given(st.integers(0, 9), st.integers(1, 5), st.lists(st.integers(-11, 11), max_size=4))
def test_splitting_matches_numpy(size, sections, indices):
    x = np.arange(size * 2).reshape(size, 2)
    t = hodu.tensor(x)
    same(hodu.tensor_split(t, sections), np.array_split(x, sections))
    same(hodu.tensor_split(t, indices), np.split(x, indices))
    starts = range(0, max(size, 1), sections)
    same(hodu.split(t, sections), [x[s : s + sections] for s in starts])
    np.testing.assert_array_equal(hodu.cat(hodu.chunk(t, sections)).numpy(), x)


def test_split_forms():
    t = hodu.tensor(X)
    assert [p.shape for p in t.split(3, -1)] == [(2, 3, 3), (2, 3, 1)]
    assert [p.shape for p in t.split([1, 0, 3], dim=2)] == [(2, 3, 1), (2, 3, 0), (2, 3, 3)]
    assert [p.shape[2] for p in t.chunk(3, 2)] == [2, 2]
    assert len(hodu.zeros(0).chunk(3)) == 3
    assert [p.tolist() for p in hodu.tensor([[1, 2], [3, 4]]).unbind(1)] == [[1, 3], [2, 4]]
    same(t.hsplit(3), np.hsplit(X, 3))
    same(t.vsplit([1]), np.vsplit(X, [1]))
    same(t.dsplit(2), np.dsplit(X, 2))
    same(hodu.tensor([1, 2, 3, 4]).hsplit(2), [[1, 2], [3, 4]])
    same(t.tensor_split(hodu.tensor([1, 3]), 2), np.split(X, [1, 3], 2))
    for piece in (*t.split(1), *t.unbind(0), *t.chunk(2)):
        assert np.shares_memory(piece.numpy(), t.numpy())


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda x: hodu.cat([]), ArgumentError, "at least one tensor"),
        (lambda x: hodu.stack([]), ArgumentError, "at least one tensor"),
        (lambda x: hodu.cat([hodu.tensor(1), hodu.tensor(2)]), ShapeError, "use stack"),
        (
            lambda x: hodu.cat([x, hodu.ones(2, 4)]),
            ShapeError,
            r"\[2, 3\] and \[2, 4\].*dimension 0",
        ),
        (lambda x: hodu.cat([x, x], 2), OutOfRangeError, "dim=2"),
        (lambda x: hodu.cat([x, hodu.ones(2)]), ShapeError, "do not join"),
        (lambda x: hodu.stack([x, hodu.ones(3, 2)]), ShapeError, r"\[3, 2\]"),
        (lambda x: hodu.stack([x], 3), OutOfRangeError, "dim=3"),
        (lambda x: x.split([1, 1], 1), ShapeError, r"\[1, 1\] add up to 2, not to 3"),
        (lambda x: x.split([-1, 4], 1), ShapeError, "negative"),
        (lambda x: x.split(0), ValueRangeError, "pieces of 0"),
        (lambda x: x.split(-2), ValueRangeError, "pieces of -2"),
        (lambda x: x.split(1, 2), OutOfRangeError, "dim=2"),
        (lambda x: x.chunk(0), ValueRangeError, "chunks=0"),
        (lambda x: x.tensor_split(0), ValueRangeError, "sections=0"),
        (lambda x: x.hsplit(2), ShapeError, "3 does not split into 2 equal"),
        (lambda x: x.dsplit(2), ShapeError, "at least 3 dimensions"),
        (lambda x: hodu.tensor(1).unbind(), ShapeError, "0-d"),
    ],
)
def test_errors(call, error, message):
    with pytest.raises(error, match=message):
        call(hodu.ones(2, 3))


def test_symbolic_sizes():
    with hodu.capture() as board:
        x = board.input("x", ("N", 4))
        n = x.shape[0]
        assert hodu.cat([x, x, hodu.ones(3, 4)]).shape == (2 * n + 3, 4)
        a, b = x.chunk(2, 0)
        doubled = hodu.cat([x, x])
        first, second = doubled.chunk(2)
        assert first.shape == second.shape == (n, 4)
        assert [p.shape[0] for p in doubled.split(n)] == [n, n]
        assert [str(p.shape[0]) for p in x.tensor_split(2)] == ["((N + 1)//2)", "(N//2)"]
        with pytest.raises(ShapeError, match="number of pieces of 2 in the symbolic dimension N"):
            x.split(2)
        with pytest.raises(ShapeError, match="symbolic dimension N"):
            x.unbind()
        board.targets(a=a, b=b, joined=hodu.stack([first, second]))
    a, b, joined = board.snapshot.run(np.arange(20, dtype=np.float32).reshape(5, 4))
    assert (a.shape, b.shape, joined.shape) == ((3, 4), (2, 4), (2, 5, 4))


def test_shape_arithmetic_stays_symbolic():
    with hodu.capture() as board:
        x = board.input("x", ("N", 6))
        sizes = hodu.tensor(x.shape)
        rows, columns = sizes.split(1)
        target = hodu.cat([columns, rows, hodu.tensor([1])])
        y = x.reshape(hodu.stack([target, target]).flip(1).unbind()[0].flip(0))
        assert y.shape == (6, x.shape[0], 1)
        board.target("y", y)
    assert [node.op for node in board.snapshot.nodes] == ["reshape"]
