"""Sorting of long rows, and errors of indices, in compiled programs."""

from __future__ import annotations

import numpy as np
import pytest

import hodu
from hodu import functional as F
from hodu.errors import OutOfRangeError, ValueRangeError
from tests.compiled.run import capture, execute, load

ROWS = np.random.default_rng(7)
LONG = ROWS.integers(-50, 50, (3, 70_000))
SPECIAL = np.array([np.nan, -0.0, 0.0, np.inf, -np.inf, 1.0, -np.nan], np.float32)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int16, np.int64, np.uint8])
def test_long_rows_are_sorted_stably(dtype: type[np.generic]) -> None:
    x = LONG.astype(dtype)
    values, indices = execute(load(capture(lambda x: F.sort(x, stable=True), [x])), [x])
    order = np.argsort(x, -1, kind="stable")
    np.testing.assert_array_equal(indices, order)
    np.testing.assert_array_equal(values, np.take_along_axis(x, order, -1))


def test_special_values_among_many_are_sorted_as_eager_does() -> None:
    x = np.tile(SPECIAL, 100)
    module = load(capture(lambda x: (*F.sort(x), *F.sort(x, descending=True)), [x]))
    wanted = [t.numpy() for t in (*F.sort(_tensor(x)), *F.sort(_tensor(x), descending=True))]
    for got, want in zip(execute(module, [x]), wanted, strict=True):
        np.testing.assert_array_equal(got, want)
        assert (np.signbit(got) == np.signbit(want)).all()


def _tensor(x: np.ndarray) -> hodu.Tensor:
    return hodu.tensor(x)


def test_an_index_out_of_range_says_which() -> None:
    x, index = np.zeros((3, 4), np.float32), np.array([0, 3])
    module = load(capture(lambda x, i: F.index_put(x, [i], F.ones((4,))), [x, index]))
    with pytest.raises(OutOfRangeError, match="index 3 is out of range for axis 0 of size 3"):
        execute(module, [x, index])
    np.testing.assert_array_equal(execute(module, [x, index - 2])[0][:, 0], [0, 1, 0])


def test_a_source_that_is_too_short_is_an_error() -> None:
    x, mask = np.zeros(5, np.float32), np.array([True] * 4 + [False])
    module = load(capture(lambda x, m: F.masked_scatter(x, m, F.ones((3,))), [x, mask]))
    with pytest.raises(ValueRangeError, match="has 3 source elements for 4 true elements"):
        execute(module, [x, mask])
