"""Subscripts: against NumPy on random keys, eager and captured; views; errors."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import hodu
from hodu import dtypes
from hodu.dims import symbol
from hodu.dispatch.base import wrap_dims
from hodu.errors import (
    ArgumentError,
    DTypeError,
    OutOfRangeError,
    ShapeError,
    ValueRangeError,
)
from tests.ops.captured import captured
from tests.ops.keys import SHAPES, in_two_steps, keys, slices

X = np.arange(24.0, dtype=np.float32).reshape(2, 3, 4)


def numbered(shape):
    return np.arange(np.prod(shape, dtype=int), dtype=np.float32).reshape(shape)


def as_tensors(key):
    return tuple(hodu.from_numpy(k) if isinstance(k, np.ndarray) else k for k in key)


def broadcastable(draw, result: np.ndarray) -> np.ndarray:
    """Values that broadcast to the shape of `result`."""
    shape = [n if draw(st.booleans()) else 1 for n in result.shape]
    return numbered(shape[draw(st.integers(0, len(shape))) :]) + 100


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_basic_keys_as_numpy(data):
    x = numbered(data.draw(SHAPES))
    key = data.draw(keys(x.shape, advanced=False))
    got = hodu.from_numpy(x)[key].numpy()
    expected = x[(*key, ...)] if ... not in key else x[key]
    np.testing.assert_array_equal(got, expected)
    assert got.size == 0 or np.shares_memory(got, x)


@settings(deadline=None, max_examples=300)
@given(st.data(), st.booleans())
def test_advanced_keys_as_numpy(data, with_tensors):
    x = numbered(data.draw(SHAPES))
    key = data.draw(keys(x.shape, advanced=True))
    basic, advanced = in_two_steps(key)
    try:
        expected = x[basic][advanced]
    except IndexError:  # index arrays that do not broadcast
        with pytest.raises(hodu.HoduError):
            hodu.from_numpy(x)[key]
        return
    got = hodu.from_numpy(x)[as_tensors(key) if with_tensors else key]
    np.testing.assert_array_equal(got.numpy(), expected)


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_assignment_as_numpy(data):
    x = numbered(data.draw(SHAPES))
    key = data.draw(keys(x.shape, advanced=True))
    basic, advanced = in_two_steps(key)
    expected = x.copy()
    try:
        part = expected[basic][advanced]
    except IndexError:
        return
    value = broadcastable(data.draw, part)
    expected[basic][advanced if advanced else ...] = value
    eager = hodu.from_numpy(x.copy())
    eager[key] = value
    np.testing.assert_array_equal(eager.numpy(), expected)

    def assigned(target, source):
        target = target.clone()
        target[as_tensors(key)] = source
        return target

    np.testing.assert_array_equal(captured(assigned, x, value), expected)


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_captured_reads_equal_eager(data):
    x = numbered(data.draw(SHAPES))
    key = data.draw(keys(x.shape, advanced=True))
    try:
        expected = hodu.from_numpy(x)[key].numpy()
    except hodu.HoduError:
        return
    arrays = [k for k in key if isinstance(k, np.ndarray)]
    assume(sum(a.dtype == bool for a in arrays) < 2)  # unknown counts broadcast as their maximum

    def read(tensor, *indices):
        found = iter(indices)
        return tensor[tuple(next(found) if isinstance(k, np.ndarray) else k for k in key)]

    np.testing.assert_array_equal(captured(read, x, *arrays), expected)


@settings(deadline=None, max_examples=200)
@given(slices(), st.integers(1, 6))
def test_slices_of_symbolic_sizes(item, size):
    x = numbered((size, 2))
    got = captured(lambda t: t[item], x, shapes=[("N", 2)])
    np.testing.assert_array_equal(got, x[item])


def test_symbolic_bounds():
    x, n = numbered((5,)), symbol("N", lo=2)

    def part(key):
        return captured(lambda t: t[key], x, shapes=[(n,)])

    np.testing.assert_array_equal(part(slice(1, n - 1)), [1, 2, 3])
    np.testing.assert_array_equal(part(n - 1), 4)
    np.testing.assert_array_equal(part(-1), 4)
    with pytest.raises(ShapeError, match="bind the dimensions"):
        part(slice(n - 4, None))
    with hodu.capture() as board:
        t = board.input("t", (n,))
        assert t[: n - 1].shape == (n - 1,)
        assert t[2:].shape == (n - 2,)
        board.target("y", t)


def test_an_index_into_an_unknown_size_is_checked_when_it_is_known():
    with pytest.raises(OutOfRangeError, match="axis 0 reach outside its size 2"):
        captured(lambda t: t[5], numbered((2,)), shapes=[("N",)])


def test_contents_that_are_symbolic_dimensions():
    n = symbol("N")
    with hodu.capture() as board:
        sizes = wrap_dims([n, 3, n + 1])
        assert list(sizes[::2]._dims) == [n, n + 1]
        assert sizes[-1]._dims.item() == n + 1
        assert sizes[1].item() == 3
        assert list(sizes[[2, 1]]._dims) == [n + 1, 3]
        assert list(sizes[hodu.tensor([True, False, True])]._dims) == [n, n + 1]
        x = board.input("x", (n,))
        assert x[: sizes[0]].shape == (n,)
        board.target("y", x)
    assert not board.snapshot.nodes


def test_a_captured_index_of_a_known_tensor():
    x = hodu.from_numpy(X)
    np.testing.assert_array_equal(captured(lambda i: x[i], np.int64(-1)), X[-1])
    got = captured(lambda i, j: x[i, :, j], np.int64(-1), np.array([0, 2]))
    np.testing.assert_array_equal(got, X[-1][:, [0, 2]])
    np.testing.assert_array_equal(captured(lambda m: x[:, m], X[0] > 5), X[:, X[0] > 5])
    assert captured(lambda m: x[m], np.bool_(False)).shape == (0, 2, 3, 4)


def test_a_captured_write_into_a_known_tensor():
    x = hodu.from_numpy(X.copy())

    def write(i, j, value):
        x[i, :, j] = 5
        x[0] = value
        x[0, 1] = hodu.tensor([1.0, 2.0, 3.0, 4.0])
        return x

    expected = X.copy()
    expected[-1][:, [0, 2]] = 5
    expected[0] = 3
    expected[0, 1] = [1, 2, 3, 4]
    got = captured(write, np.int64(-1), np.array([0, 2]), np.int64(3))
    np.testing.assert_array_equal(got, expected)
    np.testing.assert_array_equal(x.numpy(), X)


def test_a_captured_mask_is_filled_without_sizes_that_depend_on_the_data():
    def fill(t, m):
        t = t.clone()
        t[t > 5] = 1.75
        t[m] = 9
        return t

    expected = X.astype(np.int64)
    expected[expected > 5] = 1
    expected[[False, True]] = 9
    got = captured(fill, X.astype(np.int64), np.array([False, True]), shapes=[("N", 3, 4), ("N",)])
    np.testing.assert_array_equal(got, expected)
    with hodu.capture() as board:
        x = board.input("x", (2, 3))
        with pytest.raises(ShapeError, match="does not fit axes of sizes"):
            x[hodu.tensor([True, False, True])] = 1
        x[x > 0] = 0
        board.target("x", x)
    assert "where" in [node.op for node in board.snapshot.nodes]
    assert "nonzero" not in [node.op for node in board.snapshot.nodes]


def test_integers_are_taken_before_index_tensors_as_in_pytorch():
    assert hodu.from_numpy(X)[0, :, [1, 2]].shape == (3, 2)
    assert hodu.from_numpy(X)[:, 0, [1, 2]].shape == (2, 2)


def test_views_share_memory_down_to_one_element():
    x = hodu.from_numpy(X.copy())
    last = x[1, 2, -1]
    last += 1
    assert x.numpy()[1, 2, 3] == 24
    row = x[0, ::-1, None]
    row[0] = 7
    assert (x.numpy()[0, 2] == 7).all()
    assert not np.shares_memory(x[[0, 1]].numpy(), x.numpy())
    assert not np.shares_memory(x[np.array(1), [0]].numpy(), x.numpy())


def test_a_key_of_numpy_scalars_and_zero_dimensional_tensors_is_one_of_integers():
    x = hodu.from_numpy(X)
    for one in (np.int64(1), np.uint8(1), hodu.tensor(1), np.array(1)):
        np.testing.assert_array_equal(x[one, one:].numpy(), X[1, 1:])
        assert np.shares_memory(x[one].numpy(), X)


def test_any_integer_dtype_is_an_index():
    for dtype in dtypes.INTS:
        index = hodu.tensor([1, 0, 1]).to(dtype)
        np.testing.assert_array_equal(hodu.from_numpy(X)[index].numpy(), X[[1, 0, 1]])


@pytest.mark.parametrize("dtype", dtypes.ALL, ids=str)
def test_assignment_casts_to_the_dtype_of_the_target(dtype):
    x = hodu.tensor([0, 1, 0]).to(dtype)
    x[0] = hodu.tensor(2.75)
    x[1:] = 1.5
    expected = np.array([2.75, 1.5, 1.5])
    wanted = expected != 0 if dtype is hodu.bool else expected.astype(dtype.numpy)
    np.testing.assert_array_equal(x.numpy(), wanted)
    assert x.dtype is dtype


def test_scalars_that_an_integer_dtype_cannot_hold_are_refused():
    x = hodu.tensor([0, 0]).to("u8")
    x[0] = -1
    assert x.tolist() == [255, 0]
    for value in (256, -256, float("nan"), float("inf"), 1e9):
        with pytest.raises(ValueRangeError, match=re.escape(f"{value!r} does not fit u8")):
            x[1] = value
    y = hodu.tensor([0]).to("i8")
    y[0] = -128
    with pytest.raises(ValueRangeError, match="128 does not fit i8"):
        y[0] = 128


def test_of_duplicate_places_the_last_write_wins():
    x = hodu.from_numpy(np.zeros((3, 2), np.float32))
    index = np.array([[0, 1], [0, 1]]).T  # not in row-major order in memory
    x[index, [[0, 1]]] = numbered((2, 2))
    reference = np.zeros((3, 2))
    for i, j in np.ndindex(2, 2):
        reference[index[i, j], j] = numbered((2, 2))[i, j]
    np.testing.assert_array_equal(x.numpy(), reference)
    rng = np.random.default_rng(0)
    places = rng.integers(0, 50, 10_000)
    y = hodu.from_numpy(np.zeros(50, np.int64))
    y[places] = np.arange(10_000)
    assert y.tolist() == [int(np.flatnonzero(places == i)[-1]) for i in range(50)]


def test_index_put_takes_masks_and_adds_up_duplicates():
    x = hodu.from_numpy(np.zeros((3, 2), np.int8))
    mask = hodu.tensor([True, False, True])
    got = hodu.index_put(x, [mask, hodu.tensor([1, 1])], hodu.tensor([5, 6]).to("i8"))
    assert got.tolist() == [[0, 5], [0, 0], [0, 6]]
    ones = hodu.from_numpy(np.ones((300, 2), np.int8))
    x.index_put_([hodu.from_numpy(np.zeros(300, int))], ones, accumulate=True)
    assert x.tolist() == [[44, 44], [0, 0], [0, 0]]  # 300 wraps around in i8


def test_accumulation_in_narrow_floats_rounds_once():
    x = hodu.from_numpy(np.zeros(1, np.float32)).to("bf16")
    ones = hodu.from_numpy(np.ones(1000, np.float32)).to("bf16")
    total = hodu.index_put(x, [hodu.from_numpy(np.zeros(1000, int))], ones, accumulate=True)
    assert total.item() == 1000.0


def test_leading_ones_of_a_value_are_dropped():
    x = hodu.from_numpy(X.copy())
    x[0] = hodu.from_numpy(np.full((1, 1, 3, 4), 9, np.float32))
    x[[1], [0]] = hodu.from_numpy(np.full((1, 1, 1, 4), 8, np.float32))
    assert (x.numpy()[0] == 9).all() and (x.numpy()[1, 0] == 8).all()


def test_overlapping_memory():
    x = hodu.from_numpy(np.arange(6.0))
    x[1:] = x[:-1]
    assert x.tolist() == [0, 0, 1, 2, 3, 4]
    x[[0, 1, 2]] = x[[2, 1, 0]]
    assert x.tolist() == [1, 0, 0, 2, 3, 4]


def test_membership_and_iteration():
    x = hodu.from_numpy(X)
    assert [row.shape for row in x] == [(3, 4)] * 2


@pytest.mark.parametrize(
    ("key", "error", "message"),
    [
        (2, OutOfRangeError, "index 2 is out of range for axis 0 of size 2"),
        ((0, -4), OutOfRangeError, "index -4 is out of range for axis 1 of size 3"),
        ((..., 9), OutOfRangeError, "index 9 is out of range for axis 2 of size 4"),
        ((0, 0, 0, 0), OutOfRangeError, "4 indices are too many for a tensor of shape [2, 3, 4]"),
        ((..., 0, ...), OutOfRangeError, "only one ellipsis"),
        (([0, 5],), OutOfRangeError, "index 5 is out of range for axis 0 of size 2"),
        ((0, [0, -4]), OutOfRangeError, "index -4 is out of range for axis 0 of size 3"),
        (([0, 1], [0, 1, 2]), ShapeError, "shapes [2] and [3] do not broadcast"),
        ([True, False, True], ShapeError, "a mask of shape [3] does not fit axes of sizes [2]"),
        (slice(None, None, 0), ValueRangeError, "step of a slice must not be 0"),
        (1.0, ArgumentError, "the float 1.0 is not an index"),
        (slice(0.5, 2), ArgumentError, "start must be an integer"),
        ("a", ArgumentError, "'a' is not an index"),
        (np.array([0.5]), DTypeError, "a tensor of f64 is not an index"),
    ],
)
def test_errors_teach(key, error, message):
    x = hodu.from_numpy(X.copy())
    with pytest.raises(error, match=re.escape(message)) as found:
        x[key]
    assert "test_indexing.py:" in str(found.value)
    with pytest.raises(error, match=re.escape(message)):
        x[key] = 0
    np.testing.assert_array_equal(x.numpy(), X)


def test_assignment_errors_teach():
    x = hodu.from_numpy(X.copy())
    with pytest.raises(ShapeError, match=re.escape("of shape [4], which 'value' of shape [3]")):
        x[0, 0] = hodu.tensor([1.0, 2.0, 3.0])
    with pytest.raises(ShapeError, match=re.escape("of shape [1, 3, 4], which 'value'")):
        x[[0]] = hodu.tensor([1.0, 2.0, 3.0])
    with pytest.raises(DTypeError, match="is not a dtype"):
        x[0] = np.array(["a"])
    fixed = X.copy()
    fixed.flags.writeable = False
    with pytest.raises(ValueRangeError, match="read-only"):
        hodu.from_numpy(fixed)[0] = 1
    with pytest.raises(DTypeError, match="cast them first: values"):
        hodu.index_put(x, [hodu.tensor([0])], hodu.tensor([1]))
    with pytest.raises(OutOfRangeError, match="4 indices are too many"):
        hodu.index_put(x, [hodu.tensor([0])] * 4, hodu.tensor(1.0))
