"""The comparator of the conformance tool: it must not pass what differs."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np
import pytest

from tools.conformance_compare import difference

ONE = np.float32(1)


@pytest.mark.parametrize(
    ("got", "wanted", "says"),
    [
        ([], [ONE], "0 entries for 1"),
        ([[ONE]], [[]], "1 entries for 0"),
        ([None], [ONE], "nothing for a tensor"),
        ([ONE], [[ONE]], "a tensor for a sequence"),
        ([np.ones(2, "f4")], [np.ones((2, 1), "f4")], "shape [2] for [2, 1]"),
        ([np.ones(2, "f8")], [np.ones(2, "f4")], "dtype float64 for float32"),
        ([np.array([1, 2.1], "f4")], [np.array([1, 2], "f4")], "1 of 2 elements differ"),
        ([np.float32("nan")], [ONE], "1 of 1 elements differ"),
        ([np.array(["a"], object)], [np.array(["b"], object)], "['a'] for ['b']"),
        ([np.array(1, ml_dtypes.int4)], [np.array(2, ml_dtypes.int4)], "1 of 1 elements differ"),
    ],
)
def test_differences_are_told(got: Any, wanted: Any, says: str) -> None:
    assert says in difference(got, wanted, 1e-3, 1e-7)


@pytest.mark.parametrize(
    "value",
    [
        [],
        [None],
        [[ONE, ONE * 2]],
        [np.array([np.nan, np.inf], "f4")],
        [np.array(["a"], object)],
        [np.array([1], ml_dtypes.bfloat16)],
        [np.zeros((0, 3), "i8")],
    ],
)
def test_equal_values_are_equal(value: Any) -> None:
    assert difference(value, value, 1e-3, 1e-7) == ""
