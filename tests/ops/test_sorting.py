"""Sorting, searching, sets and counts where samples do not reach."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import hodu
from hodu.errors import OutOfRangeError, ShapeError, ValueRangeError

ROWS = hnp.arrays(np.int64, st.integers(0, 12), elements=st.integers(-3, 3))


@given(ROWS, st.booleans())
def test_sort_is_stable_both_ways(x, descending):
    found = hodu.sort(hodu.tensor(x), descending=descending, stable=True)
    places = sorted(range(len(x)), key=lambda i: x[i], reverse=descending)
    assert found.indices.tolist() == places
    assert found.values.tolist() == x[places].tolist()


def test_msort_and_argsort():
    x = hodu.tensor([[3, 1], [2, 5]])
    assert x.msort().tolist() == [[2, 1], [3, 5]]
    assert x.argsort(dim=0).tolist() == [[1, 0], [0, 1]]


@given(ROWS, ROWS, st.booleans())
def test_searchsorted_is_numpys(x, values, right):
    got = hodu.searchsorted(hodu.tensor(np.sort(x)), hodu.tensor(values), right=right)
    expected = np.searchsorted(np.sort(x), values, "right" if right else "left")
    assert got.tolist() == expected.tolist()


def test_searchsorted_spellings():
    edges = hodu.tensor([1.0, 3.0, 5.0])
    assert hodu.searchsorted(edges, 3).item() == 1
    assert hodu.searchsorted(edges, 3, side="right").item() == 2
    assert hodu.searchsorted(edges, hodu.tensor([2.0]), out_int32=True).dtype is hodu.i32
    mixed = hodu.tensor([5.0, 1.0, 3.0])
    assert hodu.searchsorted(mixed, 4, sorter=mixed.argsort()).item() == 2
    assert hodu.bucketize(hodu.tensor([[1.0, 4.0]]), edges, right=True).tolist() == [[1, 2]]
    with pytest.raises(ValueRangeError, match="side='left' with right=True"):
        hodu.searchsorted(edges, 3, side="left", right=True)
    with pytest.raises(ShapeError, match=r"values \[2, 1\] in a sequence \[3, 2\]"):
        hodu.searchsorted(hodu.tensor(np.zeros((3, 2))), hodu.tensor(np.zeros((2, 1))))
    with pytest.raises(ShapeError, match=r"one dimension, not \[1, 1\]"):
        hodu.bucketize(edges, hodu.tensor([[1.0]]))


@given(ROWS)
def test_unique_is_numpys(x):
    output, inverse, counts = hodu.tensor(x).unique(return_inverse=True, return_counts=True)
    values, places, sizes = np.unique(x, return_inverse=True, return_counts=True)
    assert output.tolist() == values.tolist()
    assert inverse.tolist() == places.tolist()
    assert counts.tolist() == sizes.tolist()


def test_unique_returns_what_is_asked_for():
    x = hodu.tensor([[1, 2], [1, 2], [0, 3]])
    assert x.unique().tolist() == [0, 1, 2, 3]
    assert x.unique(dim=0).tolist() == [[0, 3], [1, 2]]
    _, counts = x.unique(return_counts=True, dim=0)
    assert counts.tolist() == [1, 2]
    runs, inverse = hodu.unique_consecutive(hodu.tensor([2, 2, 1, 2]), return_inverse=True)
    assert (runs.tolist(), inverse.tolist()) == ([2, 1, 2], [0, 0, 1, 2])


def test_nonzero_forms():
    x = hodu.tensor([[0, 5], [7, 0]])
    assert x.nonzero().tolist() == hodu.argwhere(x).tolist() == [[0, 1], [1, 0]]
    rows, columns = x.nonzero(as_tuple=True)
    assert (rows.tolist(), columns.tolist()) == ([0, 1], [1, 0])
    assert [t.tolist() for t in hodu.tensor(3).nonzero(as_tuple=True)] == [[0]]
    assert hodu.tensor(0).nonzero().shape == (0, 0)


def test_bincount_refuses():
    with pytest.raises(OutOfRangeError, match=r"bincount\(\) of -2, at index 1"):
        hodu.tensor([1, -2]).bincount()
    with pytest.raises(ShapeError, match=r"\[2\] with weights \[3\]"):
        hodu.bincount(hodu.tensor([1, 2]), hodu.tensor([1.0, 2, 3]))
    with pytest.raises(ShapeError, match=r"\[1, 1\]"):
        hodu.bincount(hodu.tensor([[1]]))
    with pytest.raises(ValueRangeError, match="minlength=-1"):
        hodu.bincount(hodu.tensor([1]), minlength=-1)
    assert hodu.bincount(hodu.tensor([1]), hodu.tensor([0.5])).dtype is hodu.f32


@given(hnp.arrays(np.float64, st.integers(1, 30), elements=st.floats(-4, 4)), st.integers(1, 9))
def test_histc_counts_all_in_range(x, bins):
    counts = hodu.histc(hodu.tensor(x), bins, -4, 4).numpy()
    assert counts.sum() == len(x)
    assert hodu.tensor(x).histc(bins).sum().item() == len(x)


def test_histc_refuses():
    with pytest.raises(ValueRangeError, match="bins=0"):
        hodu.tensor([1.0]).histc(0)
    with pytest.raises(ValueRangeError, match="from min=3 to max=1"):
        hodu.tensor([1.0]).histc(3, 3, 1)
