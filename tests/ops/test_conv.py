"""Convolution: what samples cannot say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import hodu.functional as f
from hodu import dtypes
from hodu.dims import symbol
from hodu.dispatch.base import wrap
from hodu.errors import ShapeError, ValueRangeError
from hodu.ops import _convolution
from hodu.ops._table import REGISTRY
from hodu.shapes import TensorType
from tests.ops.oracles.conv import conv as slow_conv
from tests.ops.oracles.conv_transpose import conv_transpose as slow_transpose

RNG = np.random.default_rng(5)


def _array(*shape: int) -> np.ndarray:
    return RNG.standard_normal(shape).astype(np.float32)


@st.composite
def settings_of_a_conv(draw):
    n = draw(st.integers(1, 3))
    groups = draw(st.sampled_from([1, 2, 3]))
    pick = lambda lo, hi: tuple(draw(st.integers(lo, hi)) for _ in range(n))  # noqa: E731
    kernel, stride, dilation = pick(1, 3), pick(1, 3), pick(1, 2)
    padding = tuple(draw(st.integers(-1, 2)) for _ in range(2 * n))
    spatial = tuple(d * (k - 1) + 3 for k, d in zip(kernel, dilation, strict=True))
    ic, oc, batch = draw(st.integers(1, 2)), draw(st.integers(1, 2)), draw(st.integers(0, 2))
    x, w = _array(batch, groups * ic, *spatial), _array(groups * oc, ic, *kernel)
    return x, w, (stride, padding, dilation, groups)


@settings(max_examples=60, deadline=None)
@given(settings_of_a_conv(), st.sampled_from([64, 1 << 20]))
def test_conv_is_its_definition(case, limit):
    """Also when the columns are cut into blocks of rows."""
    x, w, attrs = case
    before = _convolution.COLUMNS_BYTES, _convolution.TAPS_BYTES
    _convolution.COLUMNS_BYTES = _convolution.TAPS_BYTES = limit
    try:
        got = f._conv(wrap(x), wrap(w), None, *attrs).numpy()
    finally:
        _convolution.COLUMNS_BYTES, _convolution.TAPS_BYTES = before
    np.testing.assert_allclose(got, slow_conv(x, w, None, *attrs), rtol=1e-4, atol=1e-4)


@settings(max_examples=40, deadline=None)
@given(settings_of_a_conv(), st.integers(0, 1), st.sampled_from([64, 1 << 20]))
def test_conv_transpose_is_its_definition(case, extra, limit):
    y, w, (stride, padding, dilation, groups) = case
    x = _array(y.shape[0], w.shape[0], *y.shape[2:])
    attrs = (stride, padding, (extra,) * len(stride), dilation, groups)
    n = len(stride)
    cropped = [b + e for b, e in zip(padding[:n], padding[n:], strict=True)]
    assume(all((s - 1) * t >= c for s, t, c in zip(x.shape[2:], stride, cropped, strict=True)))
    before, _convolution.COLUMNS_BYTES = _convolution.COLUMNS_BYTES, limit
    try:
        got = f._conv_transpose(wrap(x), wrap(w), None, *attrs).numpy()
    finally:
        _convolution.COLUMNS_BYTES = before
    np.testing.assert_allclose(got, slow_transpose(x, w, None, *attrs), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", ["u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64"])
def test_integers_wrap_around(name):
    dtype = dtypes.as_dtype(name).numpy
    big = np.iinfo(dtype).max - 2
    x = np.full((1, 2, 4, 4), big, dtype)
    w = np.full((3, 2, 3, 3), 5, dtype)
    b = np.full(3, 7, dtype)
    exact = (int(big) * 5 * 18 + 7) % (1 << dtype.itemsize * 8)
    wanted = np.asarray(exact, np.uint64).astype(dtype)
    assert (f.conv2d(wrap(x), wrap(w), wrap(b)).numpy() == wanted).all()
    y = f.conv_transpose2d(wrap(x), wrap(w.transpose(1, 0, 2, 3).copy()), wrap(b)).numpy()
    assert y[0, 0, 2, 2] == wanted


def test_small_floats_accumulate_in_f32():
    x = np.ones((1, 1, 4096), np.float16)
    y = f.conv1d(wrap(x), wrap(np.ones((1, 1, 4096), np.float16)))
    assert y.numpy().item() == 4096 and y.dtype is dtypes.f16


@pytest.mark.parametrize("n", [1, 2, 3])
def test_unbatched_and_padding_words(n):
    x, w = _array(3, *(6, 5, 4)[:n]), _array(4, 3, *(3, 2, 4)[:n])
    conv = getattr(f, f"conv{n}d")
    single, batched = conv(wrap(x), wrap(w)), conv(wrap(x[None]), wrap(w), padding="valid")
    assert single.shape == batched.shape[1:]
    np.testing.assert_array_equal(single.numpy(), batched.numpy()[0])
    assert conv(wrap(x), wrap(w), padding="same").shape == (4, *x.shape[1:])
    back = getattr(f, f"conv_transpose{n}d")(single, wrap(w))
    assert back.shape == x.shape


def test_depthwise_with_many_channels():
    x, w = _array(2, 500, 5, 5), _array(1000, 1, 3, 3)
    got = f.conv2d(wrap(x), wrap(w), padding=1, groups=500).numpy()
    some = slow_conv(x[:, 7:9], w[14:18], None, (1, 1), (1,) * 4, (1, 1), 2)
    np.testing.assert_allclose(got[:, 14:18], some, rtol=1e-4, atol=1e-5)


def test_symbolic_sizes():
    n, h = symbol("N"), symbol("H", lo=3)
    infer = REGISTRY["conv"].infer
    w = TensorType((8, 3, 3, 3), dtypes.f32)
    attrs = ((2, 1), (1, 1, 1, 1), (1, 1), 1)
    y = infer(TensorType((n, 3, h, 7), dtypes.f32), w, None, *attrs)
    assert y.shape == (n, 8, (h - 1) // 2 + 1, 7)
    back = REGISTRY["conv_transpose"].infer(
        TensorType((n, 8, h, 7), dtypes.f32), w, None, (2, 2), (0,) * 4, (0, 0), (1, 1), 1
    )
    assert str(back) == "f32[N, 3, 2*H + 1, 15]"


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda x, w: f.conv2d(x, w, dilation=3), ShapeError, ("[4, 5]", "[3, 3]", "[7, 7]")),
        (lambda x, w: f.conv2d(x, w, groups=2), ValueRangeError, ("groups=2", "5")),
        (lambda x, w: f.conv2d(x[:, :1], w), ShapeError, ("1 channels", "takes 2")),
        (lambda x, w: f.conv2d(x[0, 0], w), ShapeError, ("4 dimensions (or 3", "[4, 5]")),
        (lambda x, w: f.conv1d(x, w), ShapeError, ("conv1d", "[5, 2, 3, 3]")),
        (lambda x, w: f.conv2d(x, w, x[0, 0, 0, :3]), ShapeError, ("bias [3]", "5 output")),
        (lambda x, w: f.conv2d(x, w, stride=0), ValueRangeError, ("stride=(0,)",)),
        (lambda x, w: f.conv2d(x, w, padding=-1), ValueRangeError, ("padding=(-1,)",)),
        (lambda x, w: f.conv2d(x, w, stride=(1, 2, 3)), ValueRangeError, ("3 values", "2 spatial")),
        (lambda x, w: f.conv2d(x, w, padding="full"), ValueRangeError, ("'full'", "'same'")),
        (lambda x, w: f.conv2d(x, w, stride=2, padding="same"), ValueRangeError, ("stride",)),
        (lambda x, w: f.conv_transpose2d(x, w), ShapeError, ("2 channels", "takes 5")),
        (
            lambda x, w: f.conv_transpose2d(x[:, :1], w[:1], padding=9),
            ShapeError,
            ("[1, 1, 4, 5]", "padding (9, 9, 9, 9)"),
        ),
        (
            lambda x, w: f.conv_transpose2d(x, w, output_padding=2),
            ValueRangeError,
            ("output_padding=(2, 2)",),
        ),
    ],
)
def test_errors_name_the_sizes(call, error, words):
    x, w = wrap(_array(1, 2, 4, 5)), wrap(_array(5, 2, 3, 3))
    with pytest.raises(error) as caught:
        call(x, w)
    assert all(word in str(caught.value) for word in words), str(caught.value)
