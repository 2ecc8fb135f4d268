"""Variances, norms, medians and quantiles where samples do not reach."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import hodu
from hodu.errors import DTypeError, OutOfRangeError, ShapeError, ValueRangeError


def test_correction_and_unbiased():
    x = hodu.tensor([1.0, 2.0, 4.0])
    assert x.var().item() == pytest.approx(7 / 3)
    for biased in (x.var(False), x.var(0, False), x.var(unbiased=False), x.var(correction=0)):
        assert biased.item() == pytest.approx(14 / 9)
    assert x.std(0, True, True).shape == (1,)


def test_var_mean_and_std_mean():
    x = hodu.tensor([[1.0, 3.0], [2.0, 6.0]])
    spread, mean = hodu.var_mean(x, 1)
    assert (spread.tolist(), mean.tolist()) == ([2, 8], [2, 4])
    spread, mean = hodu.std_mean(x, dim=1, correction=0, keepdim=True)
    assert (spread.tolist(), mean.tolist()) == ([[1], [2]], [[2], [4]])


@pytest.mark.parametrize("scale", [1e-300, 1e-160, 1.0, 1e200, 1e300])
def test_std_neither_overflows_nor_underflows(scale):
    x = hodu.tensor(np.array([1.0, 2.0, 4.0, 8.0]) * scale)
    assert x.std().item() == pytest.approx(np.std([1, 2, 4, 8], ddof=1) * scale)


def test_std_of_large_f32():
    x = np.array([1e30, 3e30], np.float32)
    assert hodu.tensor(x).std().item() == pytest.approx(2**0.5 * 1e30, rel=1e-6)


def test_integers_have_no_variance():
    with pytest.raises(DTypeError, match=r"var\(\) does not take i64.*\n.*\n.*cast with"):
        hodu.tensor([1, 2]).var()


def test_norms():
    x = hodu.tensor([[3.0, 4.0], [0.0, -5.0]])
    assert x.norm().item() == pytest.approx(50**0.5)
    assert x.norm(1, 0).tolist() == [3, 9]
    assert x.norm(np.inf, dim=1, keepdim=True).tolist() == [[4], [5]]
    assert x.norm("fro", (0, 1), dtype="f64").dtype is hodu.f64
    singular = np.linalg.svd(x.numpy(), compute_uv=False)
    assert x.norm("nuc").item() == pytest.approx(singular.sum())
    with pytest.raises(ValueRangeError, match="p='frob'"):
        x.norm("frob")
    with pytest.raises(ShapeError, match="nothing to choose from"):
        hodu.tensor(np.zeros((0, 2))).norm(np.inf, 0)


def test_median_forms():
    x = hodu.tensor([[3, 1, 2, 0], [9, 7, 8, 7]])
    assert x.median().item() == 3
    assert hodu.tensor([1.0, 2.0, 3.0, 4.0]).median().item() == 2
    found = x.median(1)
    assert (found.values.tolist(), found.indices.tolist()) == ([1, 7], [1, 3])
    assert np.isnan(hodu.tensor(np.zeros(0)).median().item())
    with pytest.raises(ShapeError, match=r"median\(\) of a tensor of shape \[0\]"):
        hodu.tensor(np.zeros(0, np.int64)).median()
    assert hodu.tensor([np.nan, 1.0, 2.0]).nanmedian().item() == 1


@given(
    hnp.arrays(np.float64, st.integers(1, 20), elements=st.floats(-99, 99)),
    st.floats(0, 1),
    st.sampled_from(["linear", "lower", "higher", "midpoint", "nearest"]),
)
def test_quantile_is_numpys(x, q, how):
    got = hodu.quantile(hodu.tensor(x), hodu.tensor(q, dtype="f64"), interpolation=how).item()
    assert got == pytest.approx(np.quantile(x, q, method=how), rel=1e-9, abs=1e-9)


def test_quantile_refuses():
    x = hodu.tensor([1.0, 2.0])
    with pytest.raises(ValueRangeError, match=r"q=1\.5"):
        x.quantile(1.5)
    with pytest.raises(ValueRangeError, match="interpolation='cubic'"):
        x.quantile(0.5, interpolation="cubic")
    with pytest.raises(ShapeError, match="not in 2"):
        x.quantile(hodu.tensor([[0.5]]))


def test_k_out_of_range():
    x = hodu.tensor(np.zeros((2, 3)))
    with pytest.raises(OutOfRangeError, match=r"topk\(\) with k=4 along dimension 1 of \[2, 3\]"):
        x.topk(4)
    with pytest.raises(OutOfRangeError, match=r"kthvalue\(\) with k=0"):
        x.kthvalue(0)
    found = hodu.topk(hodu.tensor([1, 9, 9, 3]), 3)
    assert (found.values.tolist(), found.indices.tolist()) == ([9, 9, 3], [1, 2, 3])
