"""Casts: `to` in all its forms, and the methods that name a dtype."""

from __future__ import annotations

import pytest

import hodu
from hodu.errors import DeviceError

METHODS = {
    "float": "f32",
    "double": "f64",
    "half": "f16",
    "bfloat16": "bf16",
    "int": "i32",
    "long": "i64",
    "short": "i16",
    "char": "i8",
    "byte": "u8",
    "bool": "bool",
}


@pytest.mark.parametrize("name", METHODS)
def test_dtype_methods(name):
    x = hodu.tensor([0.0, 1.5])
    got = getattr(x, name)()
    assert str(got.dtype) == METHODS[name]
    assert got.tolist() == [0, 1.5 if got.dtype.is_float else 1]


def test_forms_of_to():
    x = hodu.tensor([1.0])
    other = hodu.tensor([1], dtype="i8")
    for got in (x.to("i8"), x.to(hodu.i8), x.to(dtype="int8"), x.to("cpu", "i8"), x.to(other)):
        assert str(got.dtype) == "i8"
    assert str(x.type_as(other).dtype) == "i8"
    assert x.to("f32") is x.to("cpu") is x.to(device="cpu", non_blocking=True) is x
    assert x.to("f32", copy=True) is not x
    assert x.to("f32", False, True) is not x
    assert x.to("f32", False, True).numpy() is not x.numpy()


def test_to_another_device_says_to_compile():
    with pytest.raises(DeviceError, match="compile it"):
        hodu.tensor([1.0]).to("cuda:0")
    with pytest.raises(DeviceError, match="compile it"):
        hodu.tensor([1.0]).to(device="cuda:0")


def test_truth_of_nan_and_truncation():
    x = hodu.tensor([float("nan"), -0.0, -1.9, 1.9])
    assert x.bool().tolist() == [True, False, True, True]
    assert x[2:].int().tolist() == [-1, 1]
