"""Making tensors: dtypes, copies and sharing, exact counts, errors."""

from __future__ import annotations

import array
import math

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hodu
from hodu import dtypes
from hodu.errors import (
    ArgumentError,
    CaptureError,
    DeviceError,
    DTypeError,
    OutOfRangeError,
    ShapeError,
    ValueRangeError,
)

few = settings(max_examples=100, deadline=None)


@pytest.mark.parametrize(
    "data, dtype, shape",
    [
        (1, "i64", ()),
        (1.5, "f32", ()),
        (True, "bool", ()),
        ([True, 2], "i64", (2,)),
        ([1, 2.5], "f32", (2,)),
        ([], "f32", (0,)),
        ([[], []], "f32", (2, 0)),
        (range(3), "i64", (3,)),
        (((1, 2), [3, 4]), "i64", (2, 2)),
        (np.float64(2), "f64", ()),
        ([np.float64(2), 1.0], "f64", (2,)),
        ([np.int16(2), 1], "i16", (2,)),
        (np.zeros((2, 1), ">f8"), "f64", (2, 1)),
        ([np.zeros(2, np.float16), [1, 2]], "f16", (2, 2)),
        (np.zeros(2, ml_dtypes.bfloat16), "bf16", (2,)),
        (array.array("h", [1, 2]), "i16", (2,)),
        (memoryview(b"ab"), "u8", (2,)),
        (bytearray(b"ab"), "u8", (2,)),
        ([-(2**63), 2**63 - 1], "i64", (2,)),
    ],
)
def test_dtype_and_shape_of_data(data, dtype, shape):
    made = hodu.tensor(data)
    assert (made.dtype.name, made.shape) == (dtype, shape)


@pytest.mark.parametrize("dtype", dtypes.ALL, ids=str)
def test_given_dtype(dtype):
    made = hodu.tensor([[0, 1], [2.5, True]], dtype=dtype)
    assert made.dtype is dtype
    last = True if dtype is hodu.bool else 2 if dtype.is_integer else 2.5
    assert made.tolist()[1] == [last, True]
    assert hodu.tensor(hodu.tensor([1, 0]), dtype=dtype).dtype is dtype
    assert hodu.tensor([hodu.tensor(1), 0.0], dtype=dtype).tolist() == [1, 0]


def test_large_numbers():
    assert hodu.tensor([2**64 - 1, 0], dtype="u64").tolist() == [2**64 - 1, 0]
    assert hodu.tensor(2**53 + 1).item() == 2**53 + 1
    assert hodu.tensor([2**53 + 1], dtype="i64").item() == 2**53 + 1
    assert hodu.tensor([-1], dtype="u8").tolist() == [255]
    assert hodu.tensor([1e300]).tolist() == [math.inf]


@pytest.mark.parametrize(
    "data, dtype, error, message",
    [
        (2**63, None, ValueRangeError, "9223372036854775808 does not fit i64"),
        ([0, -(2**63) - 1], None, ValueRangeError, "does not fit i64"),
        ([1, 300], "u8", ValueRangeError, "300 does not fit u8"),
        ([[1, 300]], "i8", ValueRangeError, "300 does not fit i8"),
        ([math.nan], "i64", ValueRangeError, "nan does not fit i64"),
        (10**400, "f32", ValueRangeError, "1329 bits does not fit f32"),
        (
            [[1, 2], [3]],
            None,
            ShapeError,
            r"entry \[0\] has shape \[2\], entry \[1\] has shape \[1\]",
        ),
        (
            [[[1]], [[2], 3]],
            None,
            ShapeError,
            r"entry \[1\]\[0\] has shape \[1\], entry \[1\]\[1\] has",
        ),
        ([1, [2]], None, ShapeError, "ragged"),
        ([np.zeros(2), np.zeros(3)], None, ShapeError, "ragged"),
        ("12", None, ArgumentError, "not of str: '12'"),
        ([1, "2"], None, ArgumentError, "str"),
        ([1, None], None, ArgumentError, "NoneType"),
        ({1, 2}, None, ArgumentError, "set"),
        (np.array(["a"]), None, DTypeError, "not a dtype"),
        (1j, None, ArgumentError, "complex"),
        ([1], "f33", DTypeError, "f33"),
    ],
)
def test_bad_data(data, dtype, error, message):
    with pytest.raises(error, match=message):
        hodu.tensor(data, dtype=dtype)


def test_endless_nesting():
    data: list = []
    data.append(data)
    with pytest.raises(ShapeError, match="nested more than 64 deep"):
        hodu.tensor(data)


def test_copies_and_sharing():
    a = np.zeros(3, np.float32)
    t = hodu.tensor(a)
    s = hodu.as_tensor(a)
    a[0] = 1
    assert t.tolist() == [0, 0, 0] and s.tolist() == [1, 0, 0]
    assert hodu.as_tensor(s) is s and hodu.asarray(s) is s
    assert hodu.tensor(s) is not s
    assert not np.shares_memory(hodu.asarray(a, copy=True).numpy(), a)
    assert hodu.asarray(a, copy=False).numpy() is not None
    assert hodu.as_tensor(a, dtype="f64").dtype is hodu.f64
    with pytest.raises(ValueRangeError, match="without a copy"):
        hodu.asarray([1.0], copy=False)
    with pytest.raises(ValueRangeError, match="without a copy"):
        hodu.asarray(a, dtype="i64", copy=False)


def test_captured_tensors_in_lists_are_stacked():
    with hodu.capture() as board:
        w = board.input("w", ("N",))
        assert hodu.tensor([w.shape[0], 3])._dims.tolist() == [w.shape[0], 3]
        board.target("w2", w)
    with hodu.capture() as board:
        x = board.input("x", (2,))
        a, b = x.unbind()
        board.targets(y=hodu.tensor([[a, 1], [2.5, b]]), z=hodu.tensor(a, dtype="i64"))
    y, z = board.snapshot.run(np.array([5, 7], np.float32))
    assert y.tolist() == [[5, 1], [2.5, 7]] and z.tolist() == 5


def test_filled():
    assert hodu.zeros(2, 3).shape == hodu.ones((2, 3)).shape == hodu.empty([2, 3]).shape == (2, 3)
    assert hodu.zeros(()).shape == () and hodu.zeros(0).shape == (0,)
    assert hodu.zeros(size=(2,)).dtype is hodu.f32
    assert [hodu.full((1,), v).dtype.name for v in (1, 1.0, True)] == ["i64", "f32", "bool"]
    assert hodu.full((2,), np.float64(1)).dtype is hodu.f64
    assert hodu.full((2,), hodu.tensor(3)).tolist() == [3, 3]
    assert hodu.full((2,), hodu.tensor(3), dtype="f16").dtype is hodu.f16
    like = hodu.ones(2, dtype="i32")
    for made in (
        hodu.zeros_like(like),
        hodu.ones_like(like),
        hodu.full_like(like, 4),
        hodu.empty_like(like),
    ):
        assert (made.dtype, made.shape) == (hodu.i32, (2,))
    assert hodu.zeros_like(like, dtype="f64").dtype is hodu.f64
    for made in (like.new_zeros(3), like.new_ones((3,)), like.new_full((3,), 2), like.new_empty(3)):
        assert (made.dtype, made.shape) == (hodu.i32, (3,))
    assert like.new_tensor([1.5]).dtype is hodu.i32
    assert like.new_tensor([1.5], dtype="f32").tolist() == [1.5]


def test_filled_errors():
    with pytest.raises(ShapeError, match=r"\[2, -1\] has a negative entry"):
        hodu.zeros(2, -1)
    with pytest.raises(ValueRangeError, match="300 does not fit u8"):
        hodu.full((2,), 300, dtype="u8")
    with pytest.raises(DeviceError, match=r"(?s)not on cuda.*compile"):
        hodu.zeros(2, device="cuda:0")
    with pytest.raises(ArgumentError, match="size must be"):
        hodu.zeros(2.5)
    assert hodu.zeros(2, device="cpu").shape == (2,)


def test_symbolic_sizes_are_recorded():
    with hodu.capture() as board:
        x = board.input("x", ("N", 3))
        n = x.shape[0]
        board.targets(
            like=hodu.ones_like(x),
            count=hodu.arange(n),
            backwards=hodu.arange(n, 0, -1, dtype="f32"),
            half=hodu.arange(0, n, 2),
            eye=hodu.eye(n),
            line=hodu.linspace(0, 1, n),
            constant=hodu.zeros(2),
        )
    like, count, backwards, half, eye, line, constant = board.snapshot.run(
        np.zeros((5, 3), np.float32)
    )
    assert like.tolist() == [[1.0] * 3] * 5
    assert count.tolist() == [0, 1, 2, 3, 4]
    assert backwards.tolist() == [5, 4, 3, 2, 1]
    assert half.tolist() == [0, 2, 4]
    assert eye.tolist() == np.eye(5).tolist()
    assert line.tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert constant.tolist() == [0, 0]


@few
@given(st.integers(-50, 50), st.integers(-50, 50), st.integers(-9, 9).filter(bool))
def test_integer_ranges_match_python(start, end, step):
    if (end - start) * step < 0:
        with pytest.raises(ValueRangeError, match="does not go in steps"):
            hodu.arange(start, end, step)
        return
    assert hodu.arange(start, end, step).tolist() == list(range(start, end, step))


def test_ranges():
    assert hodu.arange(3).dtype is hodu.i64 and hodu.arange(3.0).dtype is hodu.f32
    assert hodu.arange(0, 1, 0.1, dtype="f64").tolist() == [i * 0.1 for i in range(10)]
    assert hodu.arange(2**53, 2**53 + 3).tolist() == [2**53, 2**53 + 1, 2**53 + 2]
    assert hodu.arange(2, dtype="bf16").dtype is hodu.bf16
    assert hodu.arange(hodu.tensor(2), hodu.tensor(5)).tolist() == [2, 3, 4]
    for bad in ((0, 5, 0), (0, math.inf), (math.nan, 1), (0, 1, math.nan)):
        with pytest.raises(ValueRangeError):
            hodu.arange(*bad)


def test_spaces():
    assert hodu.linspace(0, 1, 1).tolist() == [0]
    assert hodu.linspace(0, 1, 3, dtype="f64").tolist() == [0, 0.5, 1]
    assert hodu.logspace(0, 2, 3).tolist() == [1, 10, 100]
    assert hodu.logspace(0, 3, 4, base=2, dtype="i64").tolist() == [1, 2, 4, 8]
    with pytest.raises(ShapeError, match="steps"):
        hodu.linspace(0, 1, -1)


def test_one_hot():
    x = hodu.tensor([0, 2])
    assert hodu.one_hot(x).tolist() == [[1, 0, 0], [0, 0, 1]]
    assert hodu.one_hot(x, 4).dtype is hodu.i64
    with pytest.raises(OutOfRangeError, match="class 2 is out of range for num_classes=2"):
        hodu.one_hot(x, 2)
    with pytest.raises(OutOfRangeError, match="class -1"):
        hodu.one_hot(hodu.tensor([-1]), 2)
    with pytest.raises(ValueRangeError, match="no greatest class"):
        hodu.one_hot(hodu.zeros(0, dtype="i64"))
    with pytest.raises(DTypeError, match="does not take f32"):
        hodu.one_hot(hodu.ones(2), 3)
    with hodu.capture() as board:
        y = board.input("y", (3,), "i64")
        with pytest.raises(CaptureError, match="give num_classes"):
            hodu.one_hot(y)
        board.target("z", hodu.one_hot(y, 3))
    assert board.snapshot.run(np.array([1, 0, 2]))[0].tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 1]]


@pytest.mark.parametrize("indexing", ["ij", "xy"])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_meshgrid(indexing, count):
    axes = [np.arange(n + 2) for n in range(count)]
    expected = np.meshgrid(*axes, indexing=indexing)
    for got in (
        hodu.meshgrid(*map(hodu.tensor, axes), indexing=indexing),
        hodu.meshgrid([hodu.tensor(a) for a in axes], indexing=indexing),
    ):
        for g, e in zip(got, expected, strict=True):
            np.testing.assert_array_equal(g.numpy(), e)


def test_grids():
    assert hodu.cartesian_prod(hodu.tensor([1, 2]), hodu.tensor([3, 4])).tolist() == [
        [1, 3],
        [1, 4],
        [2, 3],
        [2, 4],
    ]
    assert hodu.cartesian_prod(hodu.tensor([1, 2])).tolist() == [1, 2]
    with pytest.raises(ValueRangeError, match="'ab'"):
        hodu.meshgrid(hodu.ones(2), indexing="ab")
    with pytest.raises(ArgumentError, match="1-d"):
        hodu.meshgrid(hodu.ones(2, 2))


@pytest.mark.parametrize(
    "row, col, offset", [(3, 3, 0), (2, 4, 1), (4, 2, -1), (0, 3, 0), (3, 2, -9)]
)
def test_triangle_indices(row, col, offset):
    np.testing.assert_array_equal(
        hodu.tril_indices(row, col, offset).numpy(), np.tril_indices(row, offset, col)
    )
    np.testing.assert_array_equal(
        hodu.triu_indices(row, col, offset).numpy(), np.triu_indices(row, offset, col)
    )
