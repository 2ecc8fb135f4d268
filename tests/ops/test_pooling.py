"""Pooling: what samples cannot say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hodu.functional as f
from hodu import dtypes
from hodu.dims import evaluate, symbol
from hodu.dispatch.base import wrap
from hodu.errors import OutOfRangeError, ShapeError, ValueRangeError
from hodu.ops import _pooling
from hodu.ops._table import REGISTRY
from hodu.shapes import TensorType
from tests.ops.oracles import pooling as slow

RNG = np.random.default_rng(5)


@st.composite
def pools(draw):
    n = draw(st.integers(1, 3))
    pick = lambda lo, hi: tuple(draw(st.integers(lo, hi)) for _ in range(n))  # noqa: E731
    kernel, stride, dilation = pick(1, 4), pick(1, 3), pick(1, 2)
    padding = tuple(p // 2 for p in kernel) + tuple(draw(st.integers(0, k // 2)) for k in kernel)
    spatial = tuple(
        d * (k - 1) + 1 + e for k, d, e in zip(kernel, dilation, pick(0, 3), strict=True)
    )
    x = RNG.integers(-3, 4, (2, *spatial)).astype(np.float32)
    return x, (kernel, stride, padding, dilation, draw(st.booleans()))


@settings(max_examples=60, deadline=None)
@given(pools(), st.booleans())
def test_pools_are_their_definitions(case, include):
    x, attrs = case
    tensor = wrap(x)
    if (np.asarray(attrs[3]) == 1).all():  # else a window may lie in the padding alone
        values, indices = f._max_pool_with_indices(tensor, *attrs)
        wanted = slow.max_pool_with_indices(x, *attrs)
        np.testing.assert_array_equal(values.numpy(), wanted[0])
        np.testing.assert_array_equal(indices.numpy(), wanted[1])
        np.testing.assert_array_equal(f._max_pool(tensor, *attrs).numpy(), wanted[0])
    mean = f._avg_pool(tensor, *attrs, include).numpy()
    np.testing.assert_allclose(mean, slow.avg_pool(x, *attrs, include), rtol=1e-5, atol=1e-6)


def test_planes_are_cut_into_blocks(monkeypatch):
    monkeypatch.setattr(_pooling, "GATHER_BYTES", 100)
    x = RNG.standard_normal((3, 4, 6, 6)).astype(np.float32)
    attrs = ((3, 3), (2, 2), (1, 1, 1, 1), (1, 1))
    values, indices = f._max_pool_with_indices(wrap(x), *attrs)
    np.testing.assert_array_equal(values.numpy(), f._max_pool(wrap(x), *attrs).numpy())
    flat = np.take_along_axis(x.reshape(3, 4, 36), indices.numpy().reshape(3, 4, -1), 2)
    np.testing.assert_array_equal(flat, values.numpy().reshape(3, 4, -1))


@pytest.mark.parametrize("name", ["f8e4m3", "f8e5m2", "bf16", "f16", "f32", "u8", "i8", "i64"])
def test_a_window_of_padding_alone(name):
    dtype = dtypes.as_dtype(name)
    x = np.ones((1, 2)).astype(dtype.numpy)
    values, indices = f._max_pool_with_indices(wrap(x), (1,), (2,), (1, 2), (1,))
    assert indices.tolist() == [[-1, 1, -1]]
    plain = f._max_pool(wrap(x), (1,), (2,), (1, 2), (1,))
    np.testing.assert_array_equal(plain.numpy(), values.numpy())
    assert not np.isnan(values.numpy().astype(np.float64)).any()


def test_nan_wins_and_the_last_one_is_named():
    x = wrap(np.asarray([[1.0, np.nan, 3.0, np.nan, 2.0]], np.float32))
    values, indices = f.max_pool1d(x, 5, return_indices=True)
    assert np.isnan(values.item()) and indices.item() == 3
    assert f.adaptive_max_pool1d(x, 1, return_indices=True)[1].item() == 3


def test_integer_means_are_exact_and_truncated():
    x = wrap(np.asarray([[200, 251, -3 % 256, 4]], np.uint8))
    assert f.avg_pool1d(x, 2).tolist() == [[225, 128]]
    y = wrap(np.asarray([[-5, 2, -120, -121]], np.int8))
    assert f.avg_pool1d(y, 2).tolist() == [[-1, -120]]
    assert f.adaptive_avg_pool1d(y, 2).tolist() == [[-1, -120]]


def test_unpool_inverts_pool():
    x = RNG.standard_normal((2, 3, 6, 4)).astype(np.float32)
    values, indices = f.max_pool2d(wrap(x), 2, return_indices=True)
    back = f.max_unpool2d(values, indices, 2).numpy()
    assert back.shape == x.shape and ((back == 0) | (back == x)).all()
    assert (back != 0).sum() == 2 * 3 * 6
    bigger = f.max_unpool2d(values, indices, 2, output_size=(7, 5))
    assert bigger.shape == (2, 3, 7, 5)


def test_unpool_names_a_bad_index():
    at = wrap(np.asarray([[0, 9]]))
    with pytest.raises(OutOfRangeError, match=r"index 9 .* 4 positions"):
        f.max_unpool1d(wrap(np.ones((1, 2), np.float32)), at, 2)


def test_reduce_window_forms():
    x = wrap(np.arange(12, dtype=np.float32).reshape(3, 4))
    assert f.reduce_window(x, (2, 2), 1).tolist() == [[10, 14, 18], [26, 30, 34]]
    assert f.reduce_window(x, 2).tolist() == [[1, 5], [9, 13], [17, 21]]
    assert f.reduce_window(x, 3, 1, 1, reduce="min").tolist()[0] == [0, 0, 1, 2]
    assert x.reduce_window(2, padding=(0, 2), reduce="mean").tolist()[0] == [0.5, 2.5, 0]
    assert f.reduce_window(x, (3, 4), reduce="max").tolist() == [[11]]
    with pytest.raises(ValueRangeError, match="reduce='median'"):
        f.reduce_window(x, 2, reduce="median")


def test_odd_norms_keep_signs():
    x = wrap(np.asarray([[1.0, 2.0, 3.0, 4.0]], np.float32))
    np.testing.assert_allclose(f.lp_pool1d(x, 3, 2).numpy(), [[9 ** (1 / 3), 91 ** (1 / 3)]], 1e-6)
    assert f.lp_pool1d(x, float("inf"), 2).tolist() == [[2, 4]]


def test_symbolic_sizes():
    n, h = symbol("N"), symbol("H")
    x = TensorType((n, 3, h), dtypes.f32)
    attrs = ((3,), (2,), (1, 1), (1,))
    assert REGISTRY["max_pool"].infer(x, *attrs).shape == (n, 3, (h - 1) // 2 + 1)
    ceil = REGISTRY["avg_pool"].infer(x, *attrs, True).shape[2]
    for size in range(2, 12):
        known = REGISTRY["avg_pool"].infer(TensorType((1, 3, size), dtypes.f32), *attrs, True)
        assert evaluate(ceil, {"H": size}) == known.shape[2]
    assert str(REGISTRY["adaptive_avg_pool"].infer(x, (4,))) == "f32[N, 3, 4]"


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda x: f.max_pool2d(x, 7), ShapeError, ("[4, 5]", "[7, 7]")),
        (lambda x: f.max_pool2d(x, 2, padding=2), ValueRangeError, ("(2, 2)", "half")),
        (lambda x: f.avg_pool2d(x, 3, padding=2), ValueRangeError, ("(2, 2)", "half")),
        (lambda x: f.avg_pool2d(x, 2, divisor_override=0), ValueRangeError, ("divisor",)),
        (lambda x: f.avg_pool1d(x, 2), ShapeError, ("2 or 3 dimensions", "[1, 3, 4, 5]")),
        (lambda x: f.max_pool2d(x, (2, 2, 2)), ValueRangeError, ("3 values",)),
        (lambda x: f.max_pool2d(x, 2, 0), ValueRangeError, ("stride=(0,)",)),
        (lambda x: f.adaptive_avg_pool2d(x, (2, 2, 2)), ValueRangeError, ("(2, 2, 2)",)),
        (lambda x: f.adaptive_max_pool2d(x, -1), ValueRangeError, ("[-1, -1]",)),
        (lambda x: f.adaptive_avg_pool2d(x[:, :, :0], 1), ShapeError, ("[1, 3, 0, 5]",)),
        (lambda x: f.fractional_max_pool2d(x, 2), ValueRangeError, ("output_size",)),
        (
            lambda x: f.fractional_max_pool2d(x, 2, 5, _random_samples=x[:, :, 0, :2]),
            ShapeError,
            ("5 windows of 2", "4 elements"),
        ),
        (
            lambda x: f.fractional_max_pool2d(x, 2, 2, _random_samples=x[:, :, 0]),
            ShapeError,
            ("[1, 3, 5]", "[1, 3, 2]"),
        ),
    ],
)
def test_errors_name_the_sizes(call, error, words):
    with pytest.raises(error) as caught:
        call(wrap(np.zeros((1, 3, 4, 5), np.float32)))
    assert all(word in str(caught.value) for word in words), str(caught.value)
