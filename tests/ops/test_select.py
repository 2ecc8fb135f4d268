"""where, masked_fill, clamp, nan_to_num: dtypes, bounds and errors."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

import hodu
from hodu import dtypes
from hodu.errors import ArgumentError, DTypeError, ShapeError, ValueRangeError

MASK = [True, False]
INF, NAN = float("inf"), float("nan")


def test_where_promotes_its_choices():
    mask = hodu.tensor(MASK)
    assert str(hodu.where(mask, 1, 2).dtype) == "i64"
    assert str(hodu.where(mask, 1.0, 2).dtype) == "f32"
    assert hodu.where(mask, hodu.tensor([1, 2], dtype="u8"), 3).tolist() == [1, 3]
    assert str(hodu.where(mask, hodu.tensor([1, 2], dtype="u8"), 3).dtype) == "u8"
    assert hodu.tensor([1, 2]).where(mask, 0).tolist() == [1, 0]


def test_where_errors():
    mask = hodu.tensor(MASK)
    with pytest.raises(ArgumentError, match="only one of"):
        hodu.where(mask, 1)
    with pytest.raises(DTypeError, match="does not take i64 for 'condition'"):
        hodu.where(hodu.tensor([1, 0]), 1, 2)
    with pytest.raises(ShapeError, match=r"\[2\] and \[3\]"):
        hodu.where(mask, hodu.tensor([1, 2, 3]), 1)


def test_masked_fill_keeps_the_dtype():
    mask, x = hodu.tensor(MASK), hodu.tensor([1, 2])
    assert x.masked_fill(mask, 9).tolist() == [9, 2]
    assert x.masked_fill(mask, 1.5).tolist() == [1, 2]
    assert x.masked_fill(mask, hodu.tensor(7.0)).tolist() == [7, 2]
    assert str(x.masked_fill(mask, hodu.tensor(7.0)).dtype) == "i64"
    assert hodu.tensor([1.0, 2.0], dtype="f64").masked_fill(mask, 0.1).tolist() == [0.1, 2.0]
    assert x.masked_fill_(mask, -1) is x
    assert x.tolist() == [-1, 2]


def test_masked_fill_errors():
    mask, x = hodu.tensor(MASK), hodu.tensor([1, 2], dtype="u8")
    with pytest.raises(ValueRangeError, match="300 does not fit u8"):
        x.masked_fill(mask, 300)
    with pytest.raises(ShapeError, match=r"shape \[2\]"):
        x.masked_fill(mask, x)


def test_clamp_by_numbers_and_tensors():
    x = hodu.tensor([-5, 0, 5])
    assert x.clamp(-1, 1).tolist() == [-1, 0, 1]
    assert x.clamp(min=1).tolist() == x.clamp_min(1).tolist() == [1, 1, 5]
    assert x.clamp(max=hodu.tensor([-9, 9, 1])).tolist() == [-9, 0, 1]
    assert x.clamp(3, 1).tolist() == [1, 1, 1]
    assert x.clamp(0.5).tolist() == [0.5, 0.5, 5.0]
    assert x.clamp_max_(2).tolist() == [-5, 0, 2]
    assert x.clip_(0).tolist() == [0, 0, 2]
    with pytest.raises(ArgumentError, match="needs a min, a max or both"):
        x.clamp()


def test_clamp_bounds_beyond_the_dtype():
    x = hodu.tensor([5, 200], dtype="u8")
    assert x.clamp(-5, 100).tolist() == [5, 100]
    assert x.clamp(0, 300).tolist() == [5, 200]
    assert x.clamp(min=300).tolist() == [255, 255]
    assert str(x.clamp(-5, 300).dtype) == "u8"


@pytest.mark.parametrize("dtype", [t for t in dtypes.ALL if t.is_float], ids=str)
def test_nan_to_num_by_the_limits_of_the_dtype(dtype):
    x = hodu.tensor(np.array([NAN, INF, -INF, 1.0]).astype(dtype.numpy))
    most = float(ml_dtypes.finfo(dtype.numpy).max)
    # f8e4m3 has no infinities: they are NaN from the start.
    want = [0.0, 0.0, 0.0, 1.0] if dtype is dtypes.f8e4m3 else [0.0, most, -most, 1.0]
    assert hodu.nan_to_num(x).tolist() == want
    assert hodu.nan_to_num(hodu.tensor([NAN]), nan=2.0).tolist() == [2.0]
    assert x.nan_to_num_() is x


def test_prelu_weights():
    x = hodu.tensor([[-1.0, -1.0], [2.0, -3.0]])
    assert hodu.prelu(x, hodu.tensor([0.5, 0.25])).tolist() == [[-0.5, -0.25], [2.0, -0.75]]
    with pytest.raises(ShapeError, match=r"weight of shape \[3\]"):
        hodu.prelu(x, hodu.tensor([1.0, 2.0, 3.0]))
    with pytest.raises(ValueRangeError, match="approximate='erf'"):
        hodu.gelu(x, approximate="erf")


def test_round():
    x = hodu.tensor([0.5, 1.5, 2.5, -0.5])
    assert x.round().tolist() == [0.0, 2.0, 2.0, -0.0]
    assert hodu.round(hodu.tensor([1.2345]), decimals=2).item() == pytest.approx(1.23)
    with pytest.raises(DTypeError, match="decimals=1"):
        hodu.round(hodu.tensor([1]), decimals=1)


def test_activations_refuse_integers_as_pytorch_does():
    x = hodu.tensor([-1, 2])
    assert hodu.relu(x).tolist() == hodu.relu6(x).tolist() == [0, 2]
    assert str(hodu.sigmoid(x).dtype) == str(hodu.softsign(x).dtype) == "f32"
    with pytest.raises(DTypeError, match=r"gelu\(\) does not take i64"):
        hodu.gelu(x)
