"""Comparisons with numbers that the dtype cannot hold, of mixed dtypes, and within tolerances."""

from __future__ import annotations

import operator

import pytest

import hodu
from hodu import dtypes
from hodu.dims import symbol
from hodu.dispatch.base import wrap_dims

OPERATORS = [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge]


@pytest.mark.parametrize("dtype", [t for t in dtypes.ALL if t.is_integer], ids=str)
@pytest.mark.parametrize("compare", OPERATORS)
@pytest.mark.parametrize("number", [300, -300, 2**40, -(2**40), 2**63, 2**64, -(2**70)])
def test_integers_beyond_the_dtype(compare, dtype, number):
    values = [44, 0]
    x = hodu.tensor(values, dtype=dtype)
    assert compare(x, number).tolist() == [compare(v, number) for v in values]
    function = getattr(hodu, compare.__name__)
    assert function(number, x).tolist() == [compare(number, v) for v in values]


def test_mixed_dtypes():
    assert (hodu.tensor([1, 2]) == hodu.tensor([1.0, 2.5])).tolist() == [True, False]
    assert (hodu.tensor([200], dtype="u8") > hodu.tensor([-1], dtype="i8")).tolist() == [True]
    assert (hodu.tensor([True]) == 1).tolist() == [True]
    assert (hodu.tensor([1]) < 1.5).tolist() == [True]


def test_dimensions_compare_where_their_bounds_decide():
    n = symbol("N", lo=2)
    dims = wrap_dims([n, 3])
    assert (dims == -1).tolist() == [False, False]
    assert (dims != 1).tolist() == [True, True]
    assert (dims > 1).tolist() == [True, True]
    assert (dims == dims).tolist() == [True, True]
    chosen = hodu.where(dims == -1, hodu.tensor([1, 1]), dims)
    assert list(chosen._dims) == [n, 3]
    assert str(hodu.maximum(dims, 5)._dims[0]) == "max(5, N)"
    assert hodu.maximum(dims, 1)._dims[0] == n
    assert hodu.clamp(dims, 0, 1).tolist() == [1, 1]
    assert hodu.div(dims * 4, 4, rounding_mode="trunc")._dims[0] == n


def test_isclose_and_equal():
    x, y = hodu.tensor([1.0, 100.0]), hodu.tensor([1.0, 100.5])
    assert hodu.isclose(x, y).tolist() == [True, False]
    assert hodu.isclose(x, y, rtol=0.01).tolist() == [True, True]
    big = hodu.tensor([2**63 - 1, 5])
    assert hodu.isclose(big, hodu.tensor([-(2**63), 5])).tolist() == [False, True]
