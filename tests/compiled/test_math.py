"""Elementary functions of compiled code against NumPy in extended precision."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hodu
from hodu.plan.target import Target, host
from tests.compiled.calls import compile_calls, prepared
from tests.compiled.interpret import interpret

Wide = np.longdouble
pytestmark = pytest.mark.skipif(np.finfo(Wide).nmant < 63, reason="no extended precision here")

# The most units in the last place by which an f32 may be off.
LIMITS = {
    **dict.fromkeys(("exp", "log", "erf", "tanh", "sin", "cos", "pow"), 2.0),
    **dict.fromkeys(("exp2", "expm1", "log2", "log10", "log1p", "tan", "asin", "acos"), 4.0),
    **dict.fromkeys(("atan", "sinh", "cosh", "asinh", "acosh", "atanh", "erfc", "sigmoid"), 4.0),
    **dict.fromkeys(("atan2", "hypot"), 4.0),
    "fmod": 0.0,
}
BINARY = {"pow": np.power, "atan2": np.arctan2, "fmod": np.fmod, "hypot": np.hypot}
NUMPY = {"asin": "arcsin", "acos": "arccos", "atan": "arctan"}
NUMPY |= {"asinh": "arcsinh", "acosh": "arccosh", "atanh": "arctanh"}
UNARY = [name for name in LIMITS if name not in BINARY]
WAYS = [
    pytest.param(host(), False, id="contracted"),
    pytest.param(host(), True, id="exact"),
    pytest.param(host().scalar(), False, id="scalar"),
]
SPECIAL = [0.0, -0.0, math.inf, -math.inf, math.nan, 1.0, -1.0, 0.5, -0.5, 2.0, 3.0, -3.0, 1.5]


def _exact(name: str, x: np.ndarray) -> Any:
    """The function to more digits than `x` has; those of erf come from the C library's f64."""
    if name in ("erf", "erfc"):
        return np.vectorize(getattr(math, name), otypes=[float])(x.astype(float)).astype(Wide)
    wide = x.astype(Wide)
    if name == "sigmoid":
        small = np.exp(-np.abs(wide))
        return np.where(wide < 0, small, 1) / (1 + small)
    return getattr(np, NUMPY.get(name, name))(wide)


def _units(got: np.ndarray, wanted: Any) -> np.ndarray:
    """By how many units in the last place each number is off; 0 where both are NaN or infinite."""
    info = np.finfo(got.dtype)
    least = np.maximum(np.abs(wanted), Wide(info.tiny))
    exponent = np.floor(np.log2(np.where(np.isfinite(least), least, 1))).astype(int)
    distance = np.abs(got.astype(Wide) - wanted) / np.ldexp(Wide(1), exponent - info.nmant)
    rounded = wanted.astype(got.dtype)
    same = (np.isnan(rounded) & np.isnan(got)) | (rounded == got)
    return np.where(same & ~np.isfinite(distance), 0, np.where(np.isnan(distance), 1e30, distance))


def _check(name: str, limit: float, got: np.ndarray, wanted: Any, *inputs: np.ndarray) -> None:
    units = _units(got, wanted)
    worst = int(np.argmax(units))
    at = [x[worst] for x in inputs]
    assert units[worst] <= limit, f"{name}{at} = {got[worst]}, {units[worst]} units off"
    known = ~np.isnan(wanted)
    signs = np.signbit(got) != np.signbit(wanted.astype(got.dtype))
    assert not (signs & known).any(), f"{name}: sign at {[x[signs & known][0] for x in inputs]}"


def _f32() -> np.ndarray:
    """Bit patterns all over, more around where functions change, and special values."""
    patterns = np.arange(0, 1 << 32, 40009, dtype=np.uint64).astype(np.uint32).view(np.float32)
    tiny = [1e-45, -1e-45, 1.17549435e-38, 3.4028235e38, -3.4028235e38]
    near = np.concatenate([np.linspace(-20, 20, 20001), np.linspace(0.5, 2, 10001)])
    edges = np.concatenate([np.linspace(-150, -85, 2001), np.linspace(85, 90, 1001)])
    rest = np.concatenate([near, edges, np.array(SPECIAL + tiny)]).astype(np.float32)
    return np.concatenate([patterns, rest])


def _f64() -> np.ndarray:
    random = np.random.default_rng(5)
    patterns = random.integers(0, 1 << 64, 3000, dtype=np.uint64).view(np.float64)
    near = [
        random.uniform(-20, 20, 2000),
        random.uniform(-1, 1, 2000),
        random.uniform(0.9, 1.1, 999),
    ]
    far = [np.exp(random.uniform(-30, 7, 999)), -np.exp(random.uniform(-30, 7, 999))]
    tiny = [5e-324, -5e-324, 2.2250738585072014e-308, 1.7e308, 6381956970095103 * 2.0**797]
    return np.concatenate([patterns, *near, *far, np.array(SPECIAL + tiny)])


def _pairs(dtype: Any, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Bit patterns, numbers of like size, powers up to overflow, and special values."""
    random = np.random.default_rng(6)
    info = np.finfo(dtype)

    def patterns() -> Any:
        bits = random.integers(0, 1 << info.bits, count, dtype=np.uint64)
        return bits.astype(f"u{info.bits // 8}").view(dtype)

    def scaled(span: float) -> Any:
        sign = random.choice([-1.0, 1.0], count)
        return (np.exp(random.uniform(-span, span, count)) * sign).astype(dtype)

    base = np.exp(random.uniform(-20, 20, count))
    most = float(np.log(info.max)) / np.abs(np.log(base))
    more = [info.max, -info.max, info.smallest_subnormal, 2.0**24, 2.0**24 + 2, 7.0]
    special = np.array(SPECIAL + more, dtype)
    grid = [g.reshape(-1) for g in np.meshgrid(special, special)]
    x = [patterns(), scaled(3), scaled(30), base.astype(dtype), grid[0]]
    power = (random.uniform(-1, 1, count) * most).astype(dtype)
    return np.concatenate(x), np.concatenate([patterns(), scaled(3), scaled(30), power, grid[1]])


def _calls(names: list[str], *arrays: np.ndarray) -> dict[str, tuple[Callable[..., Any], Any]]:
    return {name: (getattr(hodu, name), arrays) for name in names}


@pytest.mark.parametrize(("target", "exact"), WAYS)
def test_functions_in_f32(target: Target, exact: bool) -> None:
    x = _f32()
    compiled = compile_calls(_calls(UNARY, x), target, exact=exact)
    for name in UNARY:
        with np.errstate(all="ignore"):
            _check(name, LIMITS[name], compiled[name](x), _exact(name, x), x)


@pytest.mark.parametrize(("target", "exact"), WAYS)
def test_functions_of_two_in_f32(target: Target, exact: bool) -> None:
    x, y = _pairs(np.float32, 8000)
    compiled = compile_calls(_calls(list(BINARY), x, y), target, exact=exact)
    for name, function in BINARY.items():
        with np.errstate(all="ignore"):
            wanted = function(x.astype(Wide), y.astype(Wide))
            _check(name, LIMITS[name], compiled[name](x, y), wanted, x, y)


@pytest.mark.parametrize(("target", "exact"), WAYS)
def test_functions_in_f64(target: Target, exact: bool) -> None:
    # 1e-13 relative are 450 units; those here are what the algorithms promise.
    x = _f64()
    y, z = _pairs(np.float64, 1500)
    compiled = compile_calls(_calls(UNARY, x) | _calls(list(BINARY), y, z), target, exact=exact)
    for name in UNARY:
        with np.errstate(all="ignore"):
            _check(name, 8, compiled[name](x), _exact(name, x), x)
    for name, function in BINARY.items():
        with np.errstate(all="ignore"):
            wanted = function(y.astype(Wide), z.astype(Wide))
            limit = 0 if name == "fmod" else 4
            _check(name, limit, compiled[name](y, z), wanted, y, z)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_erfinv_is_the_inverse_of_erf(dtype: Any) -> None:
    edges = [0.0, -0.0, 1.0, -1.0, 1.5, math.nan, 0.99999, -0.99999, 1e-30]
    x = np.concatenate([np.linspace(-0.9999, 0.9999, 5001), edges]).astype(dtype)
    got = compile_calls(_calls(["erfinv"], x))["erfinv"](x)
    inside = np.abs(x) < 1
    y = got[inside].astype(float)
    slope = 2 / math.sqrt(math.pi) * np.exp(-y * y)
    error = np.abs(np.vectorize(math.erf)(y) - x[inside])
    allowed = slope * np.abs(y) * 8 * np.finfo(dtype).eps + 4 * np.finfo(float).eps * np.abs(
        x[inside]
    )
    assert (error <= allowed).all()
    np.testing.assert_array_equal(got[5001 + 2 : 5001 + 6], [np.inf, -np.inf, np.nan, np.nan])
    assert np.signbit(got[5001 : 5001 + 2]).tolist() == [False, True]


@pytest.mark.parametrize("target", [host(), host().scalar()], ids=["vectors", "scalar"])
def test_kernels_are_valid_for_every_argument(target: Target) -> None:
    """The interpreter raises for undefined operations, which compiled code might hide."""
    x = np.concatenate([_f32()[::3001], np.array([*SPECIAL, 1e5, -3e38, 1e-45], np.float32)])
    y = np.roll(x, 5)
    for name in LIMITS:
        inputs = (x, y) if name in BINARY else (x,)
        (got,) = interpret(prepared(getattr(hodu, name), inputs, target), inputs)
        with np.errstate(all="ignore"):
            if name in BINARY:
                wanted = BINARY[name](x.astype(Wide), y.astype(Wide))
            else:
                wanted = _exact(name, x)
            _check(name, LIMITS[name], got, wanted, *inputs)
