"""Reductions and scans: dtypes, overloads, named results and error messages."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import hodu
from hodu.errors import ArgumentError, DTypeError, OutOfRangeError, ShapeError, ValueRangeError

SHAPES = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)


@pytest.mark.parametrize("name", ["sum", "prod", "cumsum", "cumprod"])
@pytest.mark.parametrize("dtype", ["bool", "u8", "i8", "u64", "i32"])
def test_integers_accumulate_in_i64(name, dtype):
    x = hodu.tensor([1, 0, 1]).to(dtype)
    result = getattr(hodu, name)(x, 0)
    assert result.dtype is hodu.i64
    assert getattr(hodu, name)(x, 0, dtype="f32").dtype is hodu.f32


def test_small_floats_accumulate_in_f32():
    assert hodu.tensor([0.1] * 4096).to("bf16").sum().item() == pytest.approx(410, rel=0.01)
    assert hodu.tensor([1.0] * 5000).to("f16").mean().item() == 1
    assert hodu.tensor([300.0] * 300).to("f16").norm().item() == pytest.approx(5196, rel=1e-3)


@given(hnp.arrays(np.float32, SHAPES, elements=st.floats(-9, 9, width=32)), st.data())
def test_sum_over_any_dims(x, data):
    dims = data.draw(st.lists(st.integers(0, max(x.ndim - 1, 0)), unique=True, max_size=x.ndim))
    dims = [d - data.draw(st.sampled_from([0, x.ndim])) for d in dims]
    keepdim = data.draw(st.booleans())
    got = hodu.sum(hodu.tensor(x), dims, keepdim).numpy()
    expected = np.sum(x, tuple(dims) if dims else None, keepdims=keepdim)
    assert got.shape == expected.shape
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-4)


def test_spellings_of_dim():
    x = hodu.tensor(np.arange(24.0).reshape(2, 3, 4))
    for total in (x.sum(1, True), x.sum(dim=1, keepdim=True), x.sum((1,), True), x.sum([-2], True)):
        assert total.shape == (2, 1, 4)
    assert x.sum(()).shape == x.sum().shape == ()


def test_an_axis_out_of_range_or_named_twice():
    x = hodu.tensor(np.zeros((2, 3)))
    with pytest.raises(OutOfRangeError, match=r"dim=2 is out of range for a tensor of 2 dim"):
        x.sum(2)
    with pytest.raises(OutOfRangeError, match="names an axis twice"):
        x.sum((0, -2))


def test_mean_of_integers_wants_a_dtype():
    x = hodu.tensor([1, 2])
    with pytest.raises(DTypeError, match=r"mean\(\) of i64.*\n.*\n.*dtype='f32'"):
        x.mean()
    assert x.mean(dtype="f64").item() == 1.5
    with pytest.raises(DTypeError, match="cannot be returned as i32"):
        x.mean(dtype="i32")


def test_nothing_to_reduce():
    empty = hodu.tensor(np.zeros((0, 3), np.float32))
    assert empty.sum().item() == 0
    assert empty.prod().item() == 1
    assert np.isnan(empty.mean().item())
    assert empty.logsumexp(0).tolist() == [-np.inf] * 3
    assert (empty.any().item(), empty.all().item()) == (False, True)
    for name in ("amax", "amin", "argmax", "argmin", "max", "min", "median"):
        with pytest.raises(ShapeError, match=r"\[0, 3\].* dimension 0, whose size is 0"):
            getattr(empty, name)(0)
    assert empty.amax(1).shape == (0,)


def test_max_has_three_forms():
    x = hodu.tensor([[1.0, 5.0, 5.0], [7.0, 2.0, 3.0]])
    assert x.max().item() == 7
    values, indices = x.max(1)
    found = hodu.max(x, dim=1, keepdim=True)
    assert (values.tolist(), indices.tolist()) == ([5, 7], [1, 0])
    assert found.values.shape == found.indices.shape == (2, 1)
    assert found.indices.dtype is hodu.i64
    assert x.min(dim=0).indices.tolist() == [0, 1, 1]
    with pytest.raises(ArgumentError, match=r"max\(keepdim=True\) needs a dim"):
        x.max(keepdim=True)


def test_max_of_two_tensors():
    x, y = hodu.tensor([1.0, 5.0]), hodu.tensor([3.0, 2.0])
    assert x.max(y).tolist() == hodu.max(x, other=y).tolist() == [3, 5]
    assert hodu.min(x, y).tolist() == [1, 2]


def test_nan_is_greatest_and_least():
    x = hodu.tensor([1.0, np.nan, np.inf, np.nan])
    assert x.argmax().item() == x.argmin().item() == 1
    assert np.isnan(x.max().item())
    assert np.isnan(x.aminmax().min.item())


def test_scans_name_their_results():
    found = hodu.tensor([1, 3, 3, 2]).cummax(0)
    assert (found.values.tolist(), found.indices.tolist()) == ([1, 3, 3, 3], [0, 1, 2, 2])
    x = hodu.tensor([1.0, 2.0])
    assert x.cumsum_(0) is x
    assert x.tolist() == [1, 3]


@given(hnp.arrays(np.float64, hnp.array_shapes(max_dims=2, max_side=6), elements=st.floats(-9, 9)))
def test_diff_undoes_cumsum(x):
    np.testing.assert_allclose(hodu.diff(hodu.tensor(x).cumsum(-1)).numpy(), x[..., 1:], atol=1e-12)


def test_diff_refuses_a_negative_order():
    with pytest.raises(ValueRangeError, match="order n=-1"):
        hodu.tensor([1, 2]).diff(-1)
    with pytest.raises(ShapeError, match="0-d"):
        hodu.tensor(1).diff()


def test_diff_of_bools_says_where_they_change():
    assert hodu.tensor([True, True, False]).diff().tolist() == [False, True]


def test_trapezoid():
    y = hodu.tensor([[1.0, 2.0, 3.0], [0.0, 4.0, 0.0]])
    x = hodu.tensor([0.0, 1.0, 3.0])
    assert hodu.trapezoid(y).tolist() == [4, 4]
    assert hodu.trapezoid(y, dx=0.5).tolist() == [2, 2]
    assert hodu.trapezoid(y, x).tolist() == [6.5, 6]
    assert hodu.trapezoid(y, dim=0).tolist() == [0.5, 3, 1.5]
    assert hodu.cumulative_trapezoid(y, x).tolist() == [[1.5, 6.5], [2, 6]]


def test_softmax_casts_first():
    x = hodu.tensor([1, 2])
    assert hodu.softmax(x, 0, dtype="f64").dtype is hodu.f64
    assert x.log_softmax(-1, dtype="f32").exp().sum().item() == pytest.approx(1)
    assert hodu.softmin(x.to("f32"), 0).tolist() == hodu.softmax(-x.to("f32"), 0).tolist()
    with pytest.raises(DTypeError, match=r"softmax\(\) does not take i64"):
        x.softmax(0)
