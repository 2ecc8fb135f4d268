"""Elementwise ops of compiled code at their edges: errors, overflow, NaN, narrow integers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hodu
from hodu.errors import DivisionByZeroError, ValueRangeError
from hodu.plan.target import host
from tests.compiled.calls import compile_calls

F32 = np.float32
TARGETS = [pytest.param(host(), id="vectors"), pytest.param(host().scalar(), id="scalar")]
INTEGERS = ["i8", "i32", "i64", "u8", "u32", "u64"]


def _eager(function: Callable[..., Any], *arrays: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):
        result: np.ndarray = function(*map(hodu.tensor, arrays)).numpy()
    return result


@pytest.mark.parametrize("op", ["floor_divide", "remainder", "fmod"])
def test_integer_division_by_zero_is_an_error(op: str) -> None:
    x, y = np.array([7, 8, 9], np.int32), np.array([1, 0, 2], np.int32)
    compiled = compile_calls({op: (getattr(hodu, op), (x, y))})[op]
    with pytest.raises(DivisionByZeroError, match="integer division by zero"):
        compiled(x, y)
    np.testing.assert_array_equal(compiled(x, x), _eager(getattr(hodu, op), x, x))


def test_negative_powers_of_integers_are_errors() -> None:
    x, y = np.array([2, 3], np.int64), np.array([3, -2], np.int64)
    compiled = compile_calls({"pow": (hodu.pow, (x, y))})["pow"]
    with pytest.raises(ValueRangeError, match="an integer to the power of -2"):
        compiled(x, y)
    np.testing.assert_array_equal(compiled(x, x), [4, 27])


@pytest.mark.parametrize("target", TARGETS)
def test_integers_wrap_around(target: Any) -> None:
    calls: dict[tuple[str, str, str], tuple[Any, Any]] = {}
    for name in INTEGERS:
        info: Any = np.iinfo(name.replace("i", "int").replace("u", "uint"))
        x = np.array([info.min, info.max, info.min, 7, info.max] * 9, info.dtype)
        y = np.array([info.max, 1, 1, 3, 7] * 9, info.dtype)
        minus = np.full_like(y, -1 if info.min else 1)
        for op in ("floor_divide", "remainder", "fmod", "mul", "sub", "add"):
            calls[op, name, "y"] = (getattr(hodu, op), (x, y))
            calls[op, name, "-1"] = (getattr(hodu, op), (x, minus))
        calls["pow", name, "7"] = (hodu.pow, (x, np.full_like(y, 7)))
        calls["abs", name, ""] = (hodu.abs, (x,))
        calls["neg", name, ""] = (hodu.neg, (x,))
    compiled = compile_calls({" ".join(k): v for k, v in calls.items()}, target)
    for key, (function, arrays) in calls.items():
        wanted = _eager(function, *arrays)
        np.testing.assert_array_equal(compiled[" ".join(key)](*arrays), wanted, str(key))


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_float_division_of_special_values(target: Any, dtype: Any) -> None:
    values = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        7.0,
        -7.5,
        2.0,
        -3.0,
        1e-30,
        1e30,
        math.inf,
        -math.inf,
        math.nan,
    ]
    x, y = (g.reshape(-1) for g in np.meshgrid(np.array(values, dtype), np.array(values, dtype)))
    ops = ["floor_divide", "remainder", "fmod", "maximum", "minimum", "fmax", "fmin"]
    compiled = compile_calls({op: (getattr(hodu, op), (x, y)) for op in ops}, target)
    for op in ops:
        got, wanted = compiled[op](x, y), _eager(getattr(hodu, op), x, y)
        np.testing.assert_array_equal(got, wanted, op)
        if op in ops[:3]:
            known = ~np.isnan(wanted)
            assert (np.signbit(got) == np.signbit(wanted))[known].all(), op


@pytest.mark.parametrize("target", TARGETS)
def test_casts_of_floats_that_no_integer_holds(target: Any) -> None:
    x = np.array([math.nan, math.inf, -math.inf, 1e30, -1e30, 300.7, -1.5, 2.0**31] * 9, F32)
    calls = {}
    for name in INTEGERS:
        calls[name] = (lambda t, name=name: t.to(name), (x,))
    compiled = compile_calls(calls, target)
    for name in INTEGERS:
        got = compiled[name](x)
        fits = np.array(
            [False, False, False, False, False, True, True, name in ("u32", "i64", "u64")] * 9
        )
        wanted = np.trunc(x[fits]).astype(np.int64).astype(got.dtype)
        np.testing.assert_array_equal(got[fits], wanted, name)


def test_casts_round_once() -> None:
    x = np.array([1 + 2.0**-11 + 2.0**-40, 1 + 2.0**-11, -1 - 3 * 2.0**-11 + 2.0**-45, 1e300, 1e-8])
    compiled = compile_calls({"f16": (lambda t: t.to("f16"), (x,))})["f16"]
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(compiled(x), x.astype(np.float16))


def test_masks_of_narrow_integers_in_wider_loops() -> None:
    x, y = np.arange(-20, 20, dtype=np.int8), np.linspace(-1, 1, 40, dtype=F32)

    def mixed(a: Any, b: Any) -> Any:
        return hodu.where(a.to("bool"), hodu.relu(a).to("f32") * b, b) + (a > 3).to("f32")

    compiled = compile_calls({"mixed": (mixed, (x, y))})["mixed"]
    np.testing.assert_array_equal(compiled(x, y), _eager(mixed, x, y))


def test_activations_keep_nan_and_saturate() -> None:
    x = np.array([math.nan, -300, -20, -0.0, 0.0, 20, 300, math.inf] * 5, F32)
    functions = hodu.nn.functional
    names = ["relu", "relu6", "gelu", "silu", "mish", "softplus", "elu", "hardswish", "sigmoid"]
    compiled = compile_calls({n: (getattr(functions, n), (x,)) for n in names})
    for name in names:
        wanted = _eager(getattr(functions, name), x)
        np.testing.assert_allclose(compiled[name](x), wanted, rtol=2e-6, atol=1e-8, err_msg=name)


def test_gelu_is_x_times_the_normal_distribution() -> None:
    x = np.concatenate([np.linspace(-15, 15, 30001), [0.0, 1e-30, -1e-30, 3e38]]).astype(F32)
    got = compile_calls({"gelu": (hodu.nn.functional.gelu, (x,))})["gelu"](x).astype(float)
    wide = x.astype(float)
    tail = np.array([0.5 * math.erfc(abs(v) / math.sqrt(2)) for v in wide])
    wanted = np.where(wide > 0, wide - wide * tail, wide * tail)
    # Relative to the input, as 1 + erf has no more digits; and in the tail to the result, too.
    assert (np.abs(got - wanted) <= 2e-7 * np.abs(wide)).all()
    tails = (wide < 0) & (wide > -5)
    assert (np.abs(got - wanted)[tails] <= 3e-4 * np.abs(wanted[tails])).all()
