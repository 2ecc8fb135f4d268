"""Arithmetic: promotion with scalars, exact integers, errors, in-place forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hodu
from hodu import dtypes
from hodu.errors import DTypeError, HoduError, ShapeError, ValueRangeError
from hodu.ops._table import F

INT_DTYPES = [t for t in dtypes.ALL if t.is_integer]


def tensor(values, dtype=None):
    return hodu.tensor(values, dtype=dtype)


def test_python_floats_keep_their_precision():
    x = tensor([1.0, 2.0], "f64")
    np.testing.assert_array_equal((x * 0.1).numpy(), np.array([0.1, 0.2]))
    np.testing.assert_array_equal((x + 1e-300).numpy(), np.array([1.0, 2.0]) + 1e-300)
    assert (tensor([1.0], "f32") * 1e300).tolist() == [float("inf")]


@pytest.mark.parametrize("dtype", ["u8", "i8", "u64", "bf16", "f16", "f64"])
def test_python_integers_do_not_widen(dtype):
    x = tensor([1, 2], dtype)
    for result in (x + 1, 1 - x, x * 2, x // 2, x % 2, x**2, x == 1, abs(x)):
        assert str(result.dtype) in (dtype, "bool")


def test_integers_become_f32_by_float_scalars_and_true_division():
    x = tensor([1, 2], "i64")
    for result in (x + 0.5, x / 2, 1 / x, x**0.5, hodu.exp(x), hodu.hypot(x, x)):
        assert str(result.dtype) == "f32"


def test_large_integers_are_exact():
    big = tensor([2**63 - 1, -(2**63)], "i64")
    assert (big // 3).tolist() == [(2**63 - 1) // 3, -(2**63) // 3]
    assert (big % 7).tolist() == [(2**63 - 1) % 7, -(2**63) % 7]
    assert (tensor([2**64 - 1], "u64") // 2).tolist() == [2**63 - 1]
    assert (tensor([3], "u64") ** 40).tolist() == [3**40]
    assert hodu.div(big, 3, rounding_mode="trunc").tolist() == [
        3074457345618258602,
        -(2**63) // 3 + 1,
    ]


@pytest.mark.parametrize("dtype", ["i8", "i16", "i32", "i64"])
def test_least_integer_over_minus_one_wraps(dtype):
    least = np.iinfo(dtypes.as_dtype(dtype).numpy).min
    x = tensor([least], dtype)
    assert (x // -1).tolist() == [least]
    assert hodu.div(x, -1, rounding_mode="trunc").tolist() == [least]
    assert (x % -1).tolist() == hodu.fmod(x, -1).tolist() == [0]
    assert (-x).tolist() == abs(x).tolist() == [least]


@given(st.data())
def test_integer_division_is_pythons(data):
    dtype = data.draw(st.sampled_from([t for t in INT_DTYPES if t.bits <= 32]))
    limits = np.iinfo(dtype.numpy)
    numbers = st.integers(int(limits.min), int(limits.max))
    x, y = data.draw(numbers), data.draw(numbers.filter(bool))
    a, b = tensor([x], str(dtype)), tensor([y], str(dtype))
    if x // y > limits.max:
        return
    assert (a // b).item() == x // y
    assert (a % b).item() == x % y
    quotient = hodu.div(a, b, rounding_mode="trunc")
    assert (quotient * b + hodu.fmod(a, b)).item() == x
    assert abs(hodu.fmod(a, b).item()) < abs(y)


@pytest.mark.parametrize("call", [F.floor_divide, F.remainder, F.fmod, F._trunc_divide])
def test_integer_division_by_zero(call):
    with pytest.raises(ZeroDivisionError, match=r"the divisor is 0 at index \[2\]"):
        call(tensor([1, 2, 3]), tensor([1, 2, 0]))
    with pytest.raises(HoduError, match="division by zero"):
        call(tensor([1, 2, 3]), 0)
    assert call(tensor([1.0]), 0.0).numpy().dtype == np.float32


def test_operators_raise_the_same_errors():
    with pytest.raises(ZeroDivisionError, match="the divisor is 0 at index"):
        _ = tensor([1, 2]) // tensor([1, 0])
    with pytest.raises(ValueRangeError, match="to the power of -1"):
        _ = tensor([1, 2]) ** -1
    with pytest.raises(ShapeError, match=r"\[2\] and \[3\] do not broadcast"):
        _ = tensor([1, 2]) + tensor([1, 2, 3])
    with pytest.raises(DTypeError, match=r"sub\(\) does not take bool"):
        _ = tensor([True]) - tensor([True])


def test_rounding_mode():
    x, y = tensor([-7.0, 7.0]), tensor([2.0, -2.0])
    assert hodu.div(x, y).tolist() == [-3.5, -3.5]
    assert hodu.div(x, y, rounding_mode="floor").tolist() == [-4.0, -4.0]
    assert hodu.div(x, y, rounding_mode="trunc").tolist() == [-3.0, -3.0]
    with pytest.raises(ValueRangeError, match="rounding_mode='up'"):
        hodu.div(x, y, rounding_mode="up")


def test_alpha_and_rsub():
    x, y = tensor([1, 2]), tensor([10, 20])
    assert hodu.add(x, y, alpha=2).tolist() == [21, 42]
    assert hodu.sub(x, y, alpha=2).tolist() == [-19, -38]
    assert hodu.rsub(x, y).tolist() == [9, 18]
    assert hodu.rsub(x, 1, alpha=2).tolist() == [-1, -3]


def test_addcmul_of_integers_takes_an_integer_value():
    x = tensor([1, 2])
    assert hodu.addcmul(x, x, x, value=3).tolist() == [4, 14]
    with pytest.raises(DTypeError, match=r"value=0\.5"):
        hodu.addcmul(x, x, x, value=0.5)
    with pytest.raises(DTypeError, match="addcdiv"):
        hodu.addcdiv(x, x, x)


def test_in_place_forms():
    x = tensor([4.0, 9.0])
    data = x.numpy()
    assert x.sqrt_() is x
    x.add_(1, alpha=2).mul_(2).sub_(1).div_(3).pow_(2).neg_().abs_().clamp_(max=4).exp_().log_()
    assert x.numpy() is data
    np.testing.assert_allclose(data, [4.0, 4.0], rtol=1e-6)
    with pytest.raises(DTypeError, match="in-place result of f32"):
        tensor([1, 2]).div_(2)


def test_other_names_are_the_same_functions():
    x = tensor([0.25, 0.5])
    for name, target in {"arcsin": "asin", "fix": "trunc", "clip": "clamp", "sgn": "sign"}.items():
        assert getattr(hodu.functional, name) is getattr(hodu.functional, target)
        assert getattr(type(x), name) is getattr(type(x), target)
    assert hodu.multiply(x, 2).tolist() == x.multiply(2).tolist() == [0.5, 1.0]
    assert x.negative_() is x


@pytest.mark.parametrize("dtype", INT_DTYPES, ids=str)
def test_impossible_shifts(dtype):
    x = tensor([5, 1], str(dtype))
    assert (x << dtype.bits).tolist() == [0, 0]
    assert (x >> dtype.bits).tolist() == [0, 0]
    if dtype.is_signed:
        assert (x << -1).tolist() == [0, 0]
        assert (-x >> -1).tolist() == (-x >> 100).tolist() == [-1, -1]


def test_alpha_scales_in_the_dtype_of_the_sum():
    x = hodu.tensor([2.0], dtype="f64")
    assert hodu.sub(x, hodu.tensor([2], dtype="u8"), alpha=-1).tolist() == [4.0]
    assert hodu.sub(x, 1e39, alpha=-1).tolist() == [1e39]
    assert hodu.add(hodu.tensor([1.0], dtype="f16"), 2.0, alpha=2).dtype is hodu.f16
    with pytest.raises(hodu.HoduError, match=r"alpha=0.5 with integers"):
        hodu.add(hodu.tensor([1]), hodu.tensor([2]), alpha=0.5)


def test_negative_powers_do_not_wrap_around():
    for _ in range(2):  # the second call goes by the plan of the first
        with pytest.raises(hodu.HoduError, match="to the power of -2"):
            hodu.tensor([2], dtype="u8") ** -2


def test_clamp_bounds_of_a_float_result_are_kept():
    assert hodu.clamp(hodu.tensor([3], dtype="i8"), 0.0, -129).tolist() == [-129.0]
