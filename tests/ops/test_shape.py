"""Reshaping, reordering and expanding: views, errors, symbolic sizes, and NumPy's meanings."""

from __future__ import annotations

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hodu
from hodu.errors import ArgumentError, OutOfRangeError, ShapeError
from hodu.snapshot.verify import verify

SMALL = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
few = settings(max_examples=60, deadline=None)


def counted(shape):
    return np.arange(int(np.prod(shape)), dtype=np.int64).reshape(shape)


def shares(a: hodu.Tensor, b: hodu.Tensor) -> bool:
    return np.shares_memory(a.numpy(), b.numpy())


@few
@given(SMALL, st.data())
def test_chains_of_movements_match_numpy(shape, data):
    array = counted(shape)
    tensor = hodu.tensor(array)
    for _ in range(data.draw(st.integers(1, 5))):
        step = data.draw(
            st.sampled_from(["permute", "flip", "reshape", "unsqueeze", "squeeze", "roll"])
        )
        rank = array.ndim
        if step == "permute":
            order = data.draw(st.permutations(range(rank)))
            array, tensor = array.transpose(order), tensor.permute(order)
        elif step == "flip":
            axes = data.draw(st.sets(st.integers(0, rank - 1))) if rank else set()
            array, tensor = np.flip(array, tuple(axes)), tensor.flip(tuple(axes))
        elif step == "reshape":
            wanted = data.draw(st.sampled_from([(-1,), (*array.shape, 1), (1, *array.shape)]))
            array, tensor = array.reshape(wanted), tensor.reshape(wanted)
        elif step == "unsqueeze" and rank < 6:
            axis = data.draw(st.integers(-rank - 1, rank))
            array, tensor = np.expand_dims(array, axis), tensor.unsqueeze(axis)
        elif step == "squeeze":
            array, tensor = np.squeeze(array), tensor.squeeze()
        elif step == "roll" and rank:
            axis, shift = data.draw(st.integers(-rank, rank - 1)), data.draw(st.integers(-9, 9))
            array, tensor = np.roll(array, shift, axis), tensor.roll(shift, axis)
        np.testing.assert_array_equal(tensor.numpy(), array)
        assert tensor.shape == array.shape


@few
@given(hnp.mutually_broadcastable_shapes(num_shapes=3, max_dims=4, max_side=4))
def test_broadcasting_matches_numpy(shapes):
    arrays = [counted(s) for s in shapes.input_shapes]
    expected = np.broadcast_arrays(*arrays)
    got = hodu.broadcast_tensors(*map(hodu.tensor, arrays))
    for g, e, a in zip(got, expected, arrays, strict=True):
        np.testing.assert_array_equal(g.numpy(), e)
        again = hodu.broadcast_to(hodu.tensor(a), shapes.result_shape)
        np.testing.assert_array_equal(again.numpy(), e)


def test_spellings():
    x = hodu.arange(24)
    for spelled in (x.reshape(2, 3, -1), x.reshape((2, 3, 4)), hodu.reshape(x, shape=[2, -1, 4])):
        assert spelled.shape == (2, 3, 4)
    x = x.view(2, 3, 4)
    for spelled in (x.permute(2, 0, 1), x.permute([2, 0, 1]), hodu.permute(x, dims=(2, 0, 1))):
        assert spelled.shape == (4, 2, 3)
    assert x.flip(dims=[0]).tolist() == x.flip(0).tolist()
    assert x.flatten().shape == x.ravel().shape == (24,)
    assert x.flatten(1).shape == (2, 12)
    assert x.flatten(0, 1).shape == (6, 4)
    assert x.unflatten(-1, (2, -1)).shape == (2, 3, 2, 2)
    assert x.reshape_as(hodu.zeros(4, 6)).shape == x.view_as(hodu.zeros(4, 6)).shape == (4, 6)
    assert hodu.tensor(1.0).flatten().shape == (1,)
    assert x.swapaxes(0, 2).shape == x.swapdims(0, -1).shape == x.transpose(0, 2).shape == (4, 3, 2)
    assert hodu.ones(2, 3).t().shape == (3, 2)
    assert hodu.numel(x) == x.numel() == 24
    assert x.movedim((0, 1), (-1, 0)).shape == hodu.moveaxis(x, (0, 1), (2, 0)).shape == (3, 4, 2)
    assert hodu.tensor(7).t().item() == 7


def test_squeeze_takes_only_ones():
    x = hodu.zeros(1, 3, 1)
    assert x.squeeze().shape == (3,)
    assert x.squeeze(1).shape == (1, 3, 1)
    assert x.squeeze((0, 1)).shape == (3, 1)
    assert x.squeeze(-1).shape == (1, 3)
    assert hodu.tensor(1).squeeze().shape == hodu.tensor(1).squeeze(0).shape == ()


@pytest.mark.parametrize("k", [-1, 0, 1, 2, 3, 5])
@pytest.mark.parametrize("dims", [(0, 1), (1, 0), (-1, 0), (2, 1)])
def test_rot90(k, dims):
    x = counted((2, 3, 4))
    np.testing.assert_array_equal(hodu.rot90(hodu.tensor(x), k, dims).numpy(), np.rot90(x, k, dims))


def test_roll_of_all_elements():
    x = counted((2, 3))
    np.testing.assert_array_equal(hodu.roll(hodu.tensor(x), 4).numpy(), np.roll(x, 4))
    np.testing.assert_array_equal(hodu.fliplr(hodu.tensor(x)).numpy(), np.fliplr(x))
    np.testing.assert_array_equal(hodu.flipud(hodu.tensor(x)).numpy(), np.flipud(x))


def test_what_is_a_view_and_what_is_not():
    x = hodu.zeros(2, 3)
    for view in (x.reshape(6), x.view(3, 2), x.t(), x.unsqueeze(0), x.expand(4, 2, 3), x.flatten()):
        assert shares(view, x)
    assert not shares(x.t().reshape(6), x)
    assert not shares(x.flip(0), x)
    assert not shares(x.roll(1, 0), x)
    assert x.contiguous() is x
    turned = x.t().contiguous()
    assert turned.is_contiguous() and not shares(turned, x)


def test_view_never_copies():
    x = hodu.arange(6).reshape(2, 3)
    with pytest.raises(
        ShapeError, match=r"(?s)no view of shape \[6\].*\[3, 2\].*\(1, 3\).*reshape"
    ):
        x.t().view(6)
    assert x.t().view(3, 2, 1).shape == (3, 2, 1)
    assert x.t().view(3, -1).shape == (3, 2)


def test_view_as_another_dtype():
    x = hodu.tensor([1.0, -2.0])
    assert x.view(hodu.i32).tolist() == [0x3F800000, -0x40000000]
    assert x.view("u8").shape == (8,) and x.view(hodu.u8).view(hodu.f32).tolist() == x.tolist()
    assert shares(x.view(hodu.i32), x)
    with pytest.raises(ShapeError, match="3 elements of u8 are not a whole number of i16"):
        hodu.zeros(2, 3, dtype="u8").view(hodu.i16)
    with pytest.raises(ShapeError, match="0-d tensor of f32 cannot be read as u8"):
        hodu.tensor(1.0).view(hodu.u8)
    with pytest.raises(ShapeError, match="without a copy"):
        hodu.zeros(2, 2).t().view(hodu.u8)
    assert hodu.zeros(2, 3).t().view(hodu.i32).shape == (3, 2)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda x: x.reshape(4, 2), r"shape \[2, 3\] of 6 elements does not reshape to \[4, 2\]"),
        (lambda x: x.reshape(4, -1), r"does not reshape to \[4, -1\]"),
        (lambda x: x.reshape(-1, -1), r"\[-1, -1\] has more than one -1"),
        (lambda x: x.reshape(-2, -3), "negative size"),
        (lambda x: hodu.zeros(0, 3).reshape(0, -1), "may be any size"),
        (lambda x: x.unflatten(1, (2, -1)), r"shape \[3\] of 3 elements"),
        (lambda x: x.expand(2, 4), r"\[2, 3\] does not expand to \[2, 4\]: 3 against 4"),
        (lambda x: x.expand(3), "at least as many dimensions"),
        (lambda x: x.expand(-1, 2, 3), "negative"),
        (lambda x: x.unsqueeze(0).t(), "at most 2 dimensions, not 3"),
        (lambda x: hodu.ones(3).fliplr(), "needs 2 dimensions, not 1"),
        (lambda x: x.repeat(2), "fewer entries"),
        (lambda x: x.repeat(2, -1), "negative"),
    ],
)
def test_shape_errors_name_the_shapes(call, message):
    with pytest.raises(ShapeError, match=message):
        call(hodu.ones(2, 3))


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda x: x.permute(0, 0), r"dims=\(0, 0\)"),
        (lambda x: x.permute(0), "permute"),
        (lambda x: x.unsqueeze(3), r"dim=3 is out of range.*"),
        (lambda x: x.squeeze(2), "dim=2 is out of range"),
        (lambda x: x.flip(2), "dims=2 is out of range"),
        (lambda x: x.flip(0, 0), "twice"),
        (lambda x: x.transpose(0, 5), "dim1=5"),
        (lambda x: x.flatten(1, 0), "start_dim=1 comes after end_dim=0"),
        (lambda x: x.movedim((0, 0), (0, 1)), "twice"),
        (lambda x: x.roll(1, 4), "dims=4"),
    ],
)
def test_axis_errors_name_the_axis(call, message):
    with pytest.raises(OutOfRangeError, match=message):
        call(hodu.ones(2, 3))


def test_argument_errors():
    x = hodu.ones(2, 3)
    with pytest.raises(ArgumentError, match="shape must be a size"):
        x.reshape(1.5)
    with pytest.raises(ArgumentError, match="as many destinations"):
        x.movedim((0, 1), 0)
    with pytest.raises(ArgumentError, match="a shift for each dimension"):
        x.roll((1, 2), 0)
    with pytest.raises(ArgumentError, match="two different dimensions"):
        x.rot90(1, (0, 0))


def test_symbolic_sizes():
    with hodu.capture() as board:
        x = board.input("x", ("N", 4, "M"))
        assert str(x.flatten().shape[0]) == "4*M*N"
        assert [str(d) for d in x.flatten(0, 1).unflatten(0, (-1, 2)).shape] == ["2*N", "2", "M"]
        assert [str(d) for d in x.reshape(-1, 2).shape] == ["2*M*N", "2"]
        n, _, m = x.shape
        assert x.reshape(n * m, -1).shape == (n * m, 4)
        assert x.unsqueeze(0).expand(3, -1, -1, m).shape == (3, n, 4, m)
        assert x.squeeze().shape == x.squeeze(0).shape == x.shape
        with pytest.raises(ShapeError, match="does not reshape"):
            x.reshape(n, 5, m)
        with pytest.raises(ShapeError, match="does not expand"):
            x.expand(n, 5, m)
        y = x.roll(1, 0).flip(2).repeat(2, 1, 1).movedim(0, -1)
        assert y.shape == (4, m, 2 * n)
        board.target("y", y)
    verify(board.snapshot)
    a = np.arange(24, dtype=np.float32).reshape(2, 4, 3)
    expected = np.moveaxis(np.tile(np.flip(np.roll(a, 1, 0), 2), (2, 1, 1)), 0, -1)
    np.testing.assert_array_equal(np.asarray(board.snapshot.run(a)[0]), expected)
