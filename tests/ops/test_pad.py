"""Padding and repeating: NumPy's meanings, crops, values, errors."""

from __future__ import annotations

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hodu
from hodu.errors import ArgumentError, ShapeError, ValueRangeError

few = settings(max_examples=80, deadline=None)
NUMPY_MODES = {
    "constant": "constant",
    "reflect": "reflect",
    "replicate": "edge",
    "circular": "wrap",
}


@few
@given(
    hnp.array_shapes(min_dims=1, max_dims=4, max_side=4),
    st.sampled_from(list(NUMPY_MODES)),
    st.data(),
)
def test_modes_match_numpy(shape, mode, data):
    x = np.arange(int(np.prod(shape)), dtype=np.float32).reshape(shape)
    reach = [{"reflect": n - 1, "circular": n}.get(mode, 5) for n in shape]
    pads = [(data.draw(st.integers(0, r)), data.draw(st.integers(0, r))) for r in reach]
    flat = [n for pair in reversed(pads) for n in pair]
    got = hodu.pad(hodu.tensor(x), flat, mode)
    np.testing.assert_array_equal(got.numpy(), np.pad(x, pads, NUMPY_MODES[mode]))


def test_pairs_start_at_the_last_dimension():
    x = hodu.tensor([[1, 2], [3, 4]])
    assert hodu.pad(x, (1, 0)).tolist() == [[0, 1, 2], [0, 3, 4]]
    assert hodu.pad(x, (0, 0, 0, 1), value=9).tolist() == [[1, 2], [3, 4], [9, 9]]
    assert hodu.pad(x, (-1, 2), value=7).tolist() == [[2, 7, 7], [4, 7, 7]]
    assert hodu.pad(x, ()).tolist() == x.tolist()
    assert hodu.pad(hodu.ones(2, dtype="bool"), (1, 0), value=2).tolist() == [True] * 3
    assert hodu.pad(hodu.ones(1, dtype="u8"), (1, 0), value=-1).tolist() == [255, 1]


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda x: hodu.pad(x, (1,)), ArgumentError, r"pad=\[1\] does not fit"),
        (lambda x: hodu.pad(x, (1,) * 6), ArgumentError, "2 dimensions"),
        (lambda x: hodu.pad(x, (1, 1), "mirror"), ValueRangeError, "'mirror'"),
        (lambda x: hodu.pad(x, (3, 0), "reflect"), ShapeError, "of size 3 by 3 and 0"),
        (lambda x: hodu.pad(x, (4, 0), "circular"), ShapeError, "of size 3 by 4 and 0"),
        (lambda x: hodu.pad(x[:, :0], (1, 0), "replicate"), ShapeError, "of size 0"),
        (lambda x: hodu.pad(x, (-2, -2)), ShapeError, r"negative sizes: \[2, -1\]"),
        (lambda x: hodu.pad(x.to("u8"), (1, 0), value=300), ValueRangeError, "300 does not fit u8"),
    ],
)
def test_errors(call, error, message):
    with pytest.raises(error, match=message):
        call(hodu.ones(2, 3))


def test_symbolic_padding():
    with hodu.capture() as board:
        x = board.input("x", ("N", 3))
        n = x.shape[0]
        y = hodu.pad(x, (0, 1, n, 2), value=5)
        assert y.shape == (2 * n + 2, 4)
        board.target("y", y)
    assert board.snapshot.run(np.ones((2, 3), np.float32))[0].shape == (6, 4)


def test_repeat_and_tile():
    x = np.arange(6).reshape(2, 3)
    t = hodu.tensor(x)
    for counts in ((2, 1), (1, 2, 3), (0, 1)):
        np.testing.assert_array_equal(t.repeat(*counts).numpy(), np.tile(x, counts))
    for counts in ((2,), (2, 1), (3, 1, 2)):
        np.testing.assert_array_equal(t.tile(counts).numpy(), np.tile(x, counts))


def test_repeat_interleave_forms():
    x = np.arange(6).reshape(2, 3)
    t = hodu.tensor(x)
    np.testing.assert_array_equal(t.repeat_interleave(2).numpy(), np.repeat(x, 2))
    np.testing.assert_array_equal(t.repeat_interleave(2, 1).numpy(), np.repeat(x, 2, 1))
    for counts in ([1, 2, 0], hodu.tensor([1, 2, 0]), np.array([1, 2, 0])):
        got = hodu.repeat_interleave(t, counts, dim=1)
        np.testing.assert_array_equal(got.numpy(), np.repeat(x, [1, 2, 0], 1))
    assert hodu.repeat_interleave(hodu.tensor([2, 0, 1])).tolist() == [0, 0, 2]
    assert hodu.tensor(3).repeat_interleave(2).tolist() == [3, 3]


def test_repeat_interleave_errors():
    t = hodu.ones(2, 3)
    with pytest.raises(ShapeError, match=r"repeats of shape \[3\] do not fit dimension 0"):
        t.repeat_interleave(hodu.tensor([1, 2, 3]), 0)
    with pytest.raises(ValueRangeError, match="negative entry -2"):
        t.repeat_interleave(hodu.tensor([1, -2]), 0)
    with pytest.raises(ShapeError, match="negative"):
        t.repeat_interleave(-1, 0)
    with pytest.raises(ValueRangeError, match="output_size=4, but repeats add up to 3"):
        t.repeat_interleave(hodu.tensor([1, 2]), 0, output_size=4)


def test_repeat_interleave_in_a_capture():
    with hodu.capture() as board:
        x, counts = board.input("x", (3,)), board.input("counts", (3,), "i64")
        assert hodu.repeat_interleave(x, hodu.tensor([2, 0, 1]), 0).shape == (3,)
        board.target("y", hodu.repeat_interleave(x, counts, 0))
    (y,) = board.snapshot.run(np.array([1, 2, 3], np.float32), np.array([0, 2, 1]))
    assert y.tolist() == [2, 2, 3]
