"""Tensors out of and into NumPy, DLPack, buffers, pickles and copies."""

from __future__ import annotations

import copy
import pickle
import re

import numpy as np
import pytest

import hodu
from hodu import dtypes
from hodu.errors import ArgumentError, DeviceError, DTypeError, ValueRangeError
from hodu.interop import _struct_of

EVERY = pytest.mark.parametrize("dtype", dtypes.ALL, ids=str)
CODES = {"bool": 6, "bf16": 4, "f8e4m3": 10, "f8e5m2": 12}


def sample(dtype):
    return hodu.from_numpy(np.arange(6).reshape(2, 3).astype(dtype.numpy))


class Producer:
    """Something with `__dlpack__` that is not a Tensor, maybe of before DLPack 1.0."""

    def __init__(self, tensor, *, old=False, device=(1, 0)):
        self.tensor, self.old, self.device = tensor, old, device

    def __dlpack__(self, **options):
        if self.old and options:
            raise TypeError("unexpected keyword argument")
        return self.tensor.__dlpack__(**options)

    def __dlpack_device__(self):
        return self.device


@EVERY
def test_dlpack_shares_memory_both_ways(dtype):
    x = sample(dtype)
    for producer in (x, Producer(x), Producer(x, old=True)):
        y = hodu.from_dlpack(producer)
        assert y.dtype is dtype
        assert np.shares_memory(x.numpy(), y.numpy())
        np.testing.assert_array_equal(y.numpy(), x.numpy())


@EVERY
def test_the_capsule_says_the_dtype(dtype):
    for version in (None, (1, 0)):
        struct = _struct_of(sample(dtype).__dlpack__(max_version=version))
        by_kind = {"int": 0, "uint": 1, "float": 2}
        assert struct.dtype.code == CODES.get(dtype.name, by_kind.get(dtype.kind))
        assert (struct.dtype.bits, struct.dtype.lanes) == (dtype.bits, 1)
        assert (struct.device_type, struct.ndim) == (1, 2)


@EVERY
def test_strided_views_pass(dtype):
    x = sample(dtype).T[::2]
    y = hodu.from_dlpack(x)
    assert y.stride() == (2, 3)
    assert np.shares_memory(x.numpy(), y.numpy())
    np.testing.assert_array_equal(y.numpy(), x.numpy())


def test_dlpack_copies_when_asked_to():
    x = sample(hodu.bf16)
    assert not np.shares_memory(hodu.from_dlpack(x, copy=True).numpy(), x.numpy())
    assert np.shares_memory(hodu.from_dlpack(x, copy=False).numpy(), x.numpy())
    assert not np.shares_memory(np.from_dlpack(sample(hodu.f32), copy=True), x.numpy())


def test_dlpack_with_numpy():
    x = sample(hodu.f32)
    assert np.shares_memory(np.from_dlpack(x), x.numpy())
    array = np.arange(3)
    assert np.shares_memory(hodu.from_dlpack(array).numpy(), array)
    assert x.__dlpack_device__() == (1, 0)


@EVERY
def test_read_only_memory_stays_so(dtype):
    array = sample(dtype).numpy()
    array.flags.writeable = False
    x = hodu.from_dlpack(hodu.from_numpy(array))
    assert np.shares_memory(x.numpy(), array)
    with pytest.raises(ValueRangeError, match="read-only"):
        x[0] = 1


def test_a_capsule_is_used_once():
    x = sample(hodu.f8e4m3)
    capsule = x.__dlpack__(max_version=(1, 0))
    assert np.shares_memory(hodu.from_dlpack(capsule).numpy(), x.numpy())
    with pytest.raises(ArgumentError, match="already used"):
        hodu.from_dlpack(capsule)


def test_memory_lives_as_long_as_its_users():
    y = hodu.from_dlpack(sample(hodu.bf16))
    array = y.numpy()
    del y
    np.testing.assert_array_equal(array.astype(np.float32), [[0, 1, 2], [3, 4, 5]])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: sample(hodu.f32).__dlpack__(dl_device=(2, 1)),
            DeviceError,
            "cannot be exported to cuda:1",
        ),
        (lambda: sample(hodu.f32).__dlpack__(stream=2), ArgumentError, "have no streams"),
        (
            lambda: hodu.from_dlpack(Producer(sample(hodu.f32), device=(2, 0))),
            DeviceError,
            "cannot read memory of cuda:0",
        ),
        (
            lambda: hodu.from_dlpack(Producer(sample(hodu.f32), device=(99, 0))),
            DeviceError,
            "DLPack device type 99:0",
        ),
        (lambda: hodu.from_dlpack(np.zeros(2), device="cuda:0"), DeviceError, "not on cuda:0"),
        (
            lambda: hodu.from_dlpack(np.zeros(2, complex)),
            DTypeError,
            "DLPack type code 5 with 128 bits",
        ),
        (lambda: hodu.from_dlpack([1, 2]), ArgumentError, "list does not support DLPack"),
        (
            lambda: hodu.from_numpy(np.zeros(2, ">f4")),
            DTypeError,
            "array of >f4: its bytes are swapped",
        ),
        (lambda: hodu.from_numpy(np.array([{}])), DTypeError, "no dtype for arrays of object"),
        (lambda: hodu.from_numpy([1, 2]), ArgumentError, "takes a NumPy array, not list"),
        (
            lambda: hodu.frombuffer(b"abc", dtype="i16"),
            ValueRangeError,
            "frombuffer() of 3 bytes from offset 0: a whole number of elements of 2 bytes",
        ),
        (
            lambda: hodu.frombuffer(b"abcd", dtype="i16", count=2, offset=1),
            ValueRangeError,
            "2 elements of 2 bytes do not fit",
        ),
        (lambda: hodu.frombuffer(b"abcd", dtype="i16", offset=-1), ValueRangeError, "offset -1"),
    ],
)
def test_errors_teach(call, error, message):
    with pytest.raises(error, match=re.escape(message)) as found:
        call()
    assert "test_interop.py:" in str(found.value)


@EVERY
def test_numpy_shares_memory_both_ways(dtype):
    array = sample(dtype).numpy()
    x = hodu.from_numpy(array)
    assert x.numpy() is array
    assert np.shares_memory(np.asarray(x), array)
    assert not np.shares_memory(np.array(x), array)
    array[0, 0] = 1
    assert x[0, 0].item() == 1


def test_numpy_functions_and_operators():
    x, array = hodu.tensor([1.0, 2.0]), np.array([10.0, 20.0], np.float32)
    assert isinstance(array + x, hodu.Tensor) and (array + x).tolist() == [11, 22]
    assert isinstance(array * x, hodu.Tensor)
    assert isinstance(np.add(array, x), hodu.Tensor) and np.add(array, x).tolist() == [11, 22]
    assert isinstance(np.exp(x), hodu.Tensor)
    assert np.asarray(x, dtype=np.float64).dtype == np.float64


def test_memory_views_and_buffers():
    x = hodu.tensor([[1.0, 2.0]])
    view = memoryview(x.numpy())
    assert (view.format, view.shape) == ("f", (1, 2))
    memory = bytearray(b"\x01\x00\x02\x00\x03\x00")
    y = hodu.frombuffer(memory, dtype="i16", offset=2)
    memory[2] = 9
    assert y.tolist() == [9, 3]
    assert hodu.frombuffer(memory, dtype="u8", count=2).tolist() == [1, 0]
    assert hodu.frombuffer(b"", dtype="f32").shape == (0,)
    assert hodu.frombuffer(b"\x80\x3f", dtype="bf16").tolist() == [1.0]


@EVERY
def test_pickles_and_copies(dtype):
    x = sample(dtype)
    for y in (pickle.loads(pickle.dumps(x)), copy.deepcopy(x)):
        assert y.dtype is dtype
        np.testing.assert_array_equal(y.numpy(), x.numpy())
        assert not np.shares_memory(y.numpy(), x.numpy())
