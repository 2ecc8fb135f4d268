"""Scattering and updating by index: forms, duplicates, in-place methods, errors."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hodu
from hodu.errors import DTypeError, OutOfRangeError, ShapeError, ValueRangeError
from tests.ops.captured import captured


def ints(*values, dtype="i64"):
    return hodu.tensor(list(values)).to(dtype)


def zeros(*shape, dtype="f32"):
    return hodu.from_numpy(np.zeros(shape, np.float32)).to(dtype)


def test_scatter_takes_a_number_and_the_old_reductions():
    x = hodu.tensor([1.0, 2.0, 3.0])
    assert x.scatter(0, ints(1, 1), 5).tolist() == [1, 5, 3]
    assert x.scatter(0, ints(1, 1), 5, reduce="add").tolist() == [1, 12, 3]
    assert x.scatter(0, ints(1, 1), 5, reduce="multiply").tolist() == [1, 50, 3]
    assert ints(1, 2).scatter(0, ints(0), 2.7).tolist() == [2, 2]


def test_of_duplicates_the_last_one_wins():
    index = hodu.from_numpy(np.random.default_rng(0).integers(0, 9, 1000))
    got = zeros(9).scatter(0, index, hodu.from_numpy(np.arange(1000, dtype=np.float32)))
    last = [np.flatnonzero(index.numpy() == i)[-1] for i in range(9)]
    assert got.tolist() == last


@settings(deadline=None, max_examples=60)
@given(
    st.integers(1, 4),
    st.integers(1, 40),
    st.sampled_from(["sum", "prod", "amax", "amin"]),
    st.booleans(),
)
def test_integer_reductions_are_exact(size, count, how, include_self):
    rng = np.random.default_rng(size * 100 + count)
    x, index = rng.integers(-9, 9, size), rng.integers(0, size, count)
    src = rng.integers(-9, 9, count)
    fold = {"sum": np.add, "prod": np.multiply, "amax": np.maximum, "amin": np.minimum}[how]
    expected = x.copy()
    for place in range(size):
        met = [*x[place : place + include_self], *src[index == place]]
        expected[place] = fold.reduce(met) if (index == place).any() else x[place]
    got = hodu.from_numpy(x).scatter_reduce(
        0, hodu.from_numpy(index), hodu.from_numpy(src), how, include_self=include_self
    )
    np.testing.assert_array_equal(got.numpy(), expected)


def test_nan_wins_in_amax_and_amin():
    src = hodu.tensor([float("nan"), 1.0])
    for how in ("amax", "amin"):
        assert np.isnan(zeros(1).scatter_reduce(0, ints(0, 0), src, how).item())


def test_in_place_forms_write_and_return_their_tensor():
    def check(name, *args, expected, **options):
        x = zeros(3)
        assert getattr(x, f"{name}_")(*args, **options) is x
        assert x.tolist() == expected
        assert getattr(zeros(3), name)(*args, **options).tolist() == expected

    two = hodu.tensor([5.0, 6.0])
    check("scatter", 0, ints(2, 0), two, expected=[6, 0, 5])
    check("scatter", 0, ints(2, 0), 4, expected=[4, 0, 4])
    check("scatter_add", 0, ints(2, 2), two, expected=[0, 0, 11])
    check("scatter_reduce", 0, ints(2, 2), two, "amax", expected=[0, 0, 6])
    check("index_add", 0, ints(1, 1), two, alpha=2, expected=[0, 22, 0])
    check("index_copy", 0, ints(1, 0), two, expected=[6, 5, 0])
    check("index_fill", 0, ints(-1), 7, expected=[0, 0, 7])
    check("index_fill", 0, ints(1), hodu.tensor(7), expected=[0, 7, 0])
    check("index_put", [ints(1, -1)], two, expected=[0, 5, 6])
    check("put", ints(0, 0), two, accumulate=True, expected=[11, 0, 0])
    check("masked_scatter", hodu.tensor([True, False, True]), two, expected=[5, 0, 6])


def test_one_part_may_be_given_without_its_dimension():
    assert zeros(3).index_add(0, ints(1), hodu.tensor(2.0)).tolist() == [0, 2, 0]
    assert zeros(3).index_copy(0, hodu.tensor(1), hodu.tensor(2.0)).tolist() == [0, 2, 0]


def test_captured_updates_equal_eager():
    x = np.arange(6.0).reshape(3, 2)
    mask = np.array([[True, False], [False, True], [True, True]])
    source = np.array([10.0, 20.0, 30.0, 40.0, 50.0])
    got = captured(
        lambda t, m, s: t.masked_scatter(m, s), x, mask, source, shapes=[("N", 2), ("N", 2), (5,)]
    )
    np.testing.assert_array_equal(got, [[10, 1], [2, 20], [30, 40]])
    index = np.array([0, 2, 0])
    rows = np.ones((3, 2))
    got = captured(
        lambda t, i, s: t.index_add(0, i, s), x, index, rows, shapes=[("N", 2), ("K",), ("K", 2)]
    )
    np.testing.assert_array_equal(got, [[2, 3], [2, 3], [5, 6]])


def test_masked_scatter_composed_of_other_ops_means_the_same():
    from hodu.ops.masking import MaskedScatter

    x, source = hodu.from_numpy(np.zeros((2, 3))), hodu.from_numpy(np.arange(1.0, 6))
    mask = hodu.tensor([True, False, True])
    got = MaskedScatter.compose(x, mask, source)
    np.testing.assert_array_equal(got.numpy(), [[1, 0, 2], [3, 0, 4]])
    np.testing.assert_array_equal(got.numpy(), x.masked_scatter(mask, source).numpy())


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: zeros(3).scatter(0, ints(3), 1),
            OutOfRangeError,
            "index 3 is out of range for axis 0 of size 3",
        ),
        (lambda: zeros(3).scatter(0, ints(-1), 1), OutOfRangeError, "it must lie in [0, 2]"),
        (
            lambda: zeros(3).scatter(0, ints(0), ints(1)),
            DTypeError,
            "scatter() writes i64 values from 'src' into a tensor of f32",
        ),
        (
            lambda: zeros(3).scatter(0, ints(0, 1), zeros(1)),
            ShapeError,
            "of [3] with an index of shape [2] and src [1]",
        ),
        (lambda: zeros(3).scatter(0, ints(0), zeros()), ShapeError, "scatter() of a 0-d src"),
        (
            lambda: zeros(3).scatter(0, ints(0), 1, reduce="max"),
            ValueRangeError,
            "scatter_reduce() has more",
        ),
        (
            lambda: zeros(3).scatter_reduce(0, ints(0), zeros(1), "max"),
            ValueRangeError,
            "it is one of sum, prod, mean, amax, amin",
        ),
        (
            lambda: zeros(2, dtype="bool").scatter_reduce(
                0, ints(0), zeros(1, dtype="bool"), "mean"
            ),
            DTypeError,
            "no mean of bools",
        ),
        (
            lambda: ints(1).scatter(0, ints(0), float("nan")),
            ValueRangeError,
            "nan does not fit i64",
        ),
        (
            lambda: zeros(3, 2).index_add(0, ints(0, 1), zeros(3, 2)),
            ShapeError,
            "takes a source of shape [2, 2], not [3, 2]",
        ),
        (
            lambda: zeros(3, 2).index_copy(0, ints(0, 1), zeros()),
            ShapeError,
            "index_copy() of a 0-d source by 2 indices",
        ),
        (
            lambda: zeros(3).index_copy(0, ints(-1), zeros(1)),
            OutOfRangeError,
            "index -1 is out of range for axis 0 of size 3",
        ),
        (
            lambda: ints(1).index_add(0, ints(0), ints(1), alpha=0.5),
            DTypeError,
            "cannot be scaled by alpha=0.5",
        ),
        (
            lambda: zeros(3).index_fill(0, ints(0), zeros(2)),
            ShapeError,
            "takes one value, not a tensor of shape [2]",
        ),
        (lambda: zeros(3).put(ints(0, 1), zeros(3)), ShapeError, "put() of 3 values at 2"),
        (
            lambda: zeros(3).masked_scatter(hodu.tensor([True] * 3), zeros(2)),
            ValueRangeError,
            "2 source elements for 3 true elements of the mask",
        ),
        (
            lambda: hodu.scatter_nd(zeros(3, 4), ints([0, 4]), zeros(1)),
            OutOfRangeError,
            "index 4 is out of range for axis 1 of size 4",
        ),
        (
            lambda: hodu.scatter_nd(zeros(3, 4), ints([0]), zeros(1)),
            ShapeError,
            "updates of shape [1, 4], not [1]",
        ),
        (
            lambda: hodu.scatter_nd(zeros(3), ints([0]), zeros(1), reduction="sum"),
            ValueRangeError,
            "it is one of none, add, mul, max, min",
        ),
    ],
)
def test_errors_teach(call, error, message):
    with pytest.raises(error, match=re.escape(message)):
        call()
