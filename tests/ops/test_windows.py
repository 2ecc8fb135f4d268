"""Sliding windows, views by strides, patches of images: views, bounds, errors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hodu
from hodu.errors import ArgumentError, HoduError, OutOfRangeError, ShapeError, ValueRangeError

few = settings(max_examples=100, deadline=None)


def test_unfold_is_a_writable_view():
    x = hodu.zeros(5)
    windows = x.unfold(0, 2, 3)
    assert windows.shape == (2, 2) and np.shares_memory(windows.numpy(), x.numpy())
    windows += 1
    assert x.tolist() == [1, 1, 0, 1, 1]


@pytest.mark.parametrize(
    "arguments, error",
    [
        ((0, 6, 1), ShapeError),
        ((0, -1, 1), ValueRangeError),
        ((0, 2, 0), ValueRangeError),
        ((1, 2, 1), OutOfRangeError),
    ],
)
def test_unfold_refuses_windows_that_do_not_fit(arguments, error):
    with pytest.raises(error):
        hodu.zeros(5).unfold(*arguments)


@few
@given(
    st.integers(0, 8),
    st.lists(st.tuples(st.integers(-1, 4), st.integers(-1, 4)), max_size=3),
    st.integers(-1, 6),
)
def test_as_strided_never_leaves_the_tensor(count, axes, offset):
    x = np.arange(count)
    size, stride = [n for n, _ in axes], [s for _, s in axes]
    places = offset + sum(
        (
            np.arange(n).reshape(-1, *(1,) * (len(axes) - 1 - i)) * s
            for i, (n, s) in enumerate(axes)
            if n > 0
        ),
        np.zeros((1,) * len(axes), int),
    )
    legal = min((*size, *stride, offset)) >= 0 and (0 in size or places.max() < count)
    if not legal:
        with pytest.raises(HoduError):
            hodu.as_strided(hodu.tensor(x), size, stride, offset)
        return
    got = hodu.as_strided(hodu.tensor(x), size, stride, offset)
    assert got.shape == tuple(size)
    if 0 not in size:
        np.testing.assert_array_equal(got.numpy(), x[places.reshape(size)])


def test_as_strided_errors():
    x = hodu.zeros(2, 3)
    with pytest.raises(OutOfRangeError, match="reach element 6 of a tensor of 6"):
        x.as_strided((3, 2), (2, 2))
    with pytest.raises(ArgumentError, match="differ in length"):
        x.as_strided((2, 2), (1,))
    with pytest.raises(ShapeError, match=r"strides \(1, 3\)"):
        x.t().as_strided((2,), (1,))


def test_patches_and_their_sum():
    image = hodu.arange(2 * 3 * 5 * 6, dtype="f32").reshape(2, 3, 5, 6)
    columns = hodu.im2col(image, (2, 3), stride=(2, 3), padding=(1, 0))
    assert columns.shape == (2, 18, 6)
    again = hodu.col2im(columns, (5, 6), (2, 3), stride=(2, 3), padding=(1, 0))
    np.testing.assert_array_equal(again.numpy()[:, :, :4], image.numpy()[:, :, :4])


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda x: hodu.im2col(x, 6), r"no window of \(6, 6\)"),
        (
            lambda x: hodu.im2col(x[0, 0], 1),
            r"takes 4 dimensions, or 3 without a batch, not \[4, 5\]",
        ),
        (lambda x: hodu.col2im(x[0], (4, 5), 2), "4 rows do not|columns do not fill"),
        (
            lambda x: hodu.col2im(hodu.ones(1, 8, 7), (3, 3), 2),
            r"7 columns do not fill.*2 x 2 patches",
        ),
        (
            lambda x: hodu.col2im(hodu.ones(1, 7, 4), (3, 3), 2),
            "7 rows do not divide by a kernel of 2 x 2",
        ),
    ],
)
def test_errors(call, message):
    with pytest.raises(ShapeError, match=message):
        call(hodu.ones(2, 3, 4, 5))


def test_kernel_arguments():
    with pytest.raises(ValueRangeError, match="must be positive"):
        hodu.im2col(hodu.ones(1, 1, 4, 4), 2, stride=0)
    with pytest.raises(ArgumentError, match="one number or two"):
        hodu.im2col(hodu.ones(1, 1, 4, 4), (2, 2, 2))
