"""Elementwise ops at NaN, infinities, zeros of both signs and the ends of the range."""

from __future__ import annotations

import numpy as np
import pytest

import hodu
from hodu import dtypes
from hodu.ops._table import F

# What PyTorch gives for NaN, inf, -inf, 0.0 and -0.0.
UNARY = """
    neg: nan -inf inf -0 0
    abs: nan inf inf 0 0
    sign: 0 1 -1 0 0
    square: nan inf inf 0 0
    sqrt: nan inf nan 0 -0
    rsqrt: nan 0 nan inf -inf
    reciprocal: nan 0 -0 inf -inf
    exp: nan inf 0 1 1
    exp2: nan inf 0 1 1
    expm1: nan inf -1 0 -0
    log: nan inf nan -inf -inf
    log2: nan inf nan -inf -inf
    log10: nan inf nan -inf -inf
    log1p: nan inf nan 0 -0
    sin: nan nan nan 0 -0
    cos: nan nan nan 1 1
    tan: nan nan nan 0 -0
    asin: nan nan nan 0 -0
    acos: nan nan nan 1.5708 1.5708
    atan: nan 1.5708 -1.5708 0 -0
    sinh: nan inf -inf 0 -0
    cosh: nan inf inf 1 1
    tanh: nan 1 -1 0 -0
    asinh: nan inf -inf 0 -0
    acosh: nan inf nan nan nan
    atanh: nan nan nan 0 -0
    erf: nan 1 -1 0 -0
    erfc: nan 0 2 1 1
    erfinv: nan nan nan 0 -0
    ceil: nan inf -inf 0 -0
    floor: nan inf -inf 0 -0
    round: nan inf -inf 0 -0
    trunc: nan inf -inf 0 -0
    frac: nan nan nan 0 0
    isnan: True False False False False
    isinf: False True True False False
    isfinite: False False False True True
    sigmoid: nan 1 0 0.5 0.5
    logit: nan nan nan -inf -inf
    logical_not: False False False True True
    relu: nan inf 0 0 -0
    relu6: nan 6 0 0 -0
    leaky_relu: nan inf -inf 0 -0
    elu: nan inf -1 0 -0
    celu: nan inf -1 0 -0
    selu: nan inf -1.7581 0 -0
    gelu: nan inf nan 0 -0
    silu: nan inf nan 0 -0
    mish: nan inf nan 0 -0
    hardsigmoid: nan 1 0 0.5 0.5
    hardswish: nan inf nan 0 -0
    hardtanh: nan 1 -1 0 -0
    softplus: nan inf 0 0.693147 0.693147
    softsign: nan nan nan 0 -0
    log_sigmoid: nan 0 -inf -0.693147 -0.693147
    hardshrink: nan inf -inf 0 0
    softshrink: nan inf -inf 0 -0
    tanhshrink: nan inf -inf 0 0
"""
BINARY = [
    "add",
    "sub",
    "mul",
    "div",
    "floor_divide",
    "remainder",
    "fmod",
    "pow",
    "maximum",
    "minimum",
    "fmax",
    "fmin",
    "atan2",
    "hypot",
    "logaddexp",
    "logical_and",
    "logical_or",
    "logical_xor",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "isclose",
]
# Of these PyTorch leaves the sign of a zero result to the order of the operands or the processor.
ANY_ZERO = {"maximum", "minimum", "fmax", "fmin", "relu", "relu6", "hardshrink", "softshrink"}
# The remainder has the divisor's sign also when it is 0, as Python's and NumPy's.
ANY_ZERO |= {"remainder"}


def special(dtype: hodu.DType) -> np.ndarray:
    """NaN, the infinities, zeros, ones, the largest, the least normal and subnormal numbers."""
    limits = np.finfo(dtype.numpy)
    ends = [limits.max, limits.tiny, limits.smallest_subnormal]
    values = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0, 0.5, *ends, *(-e for e in ends)]
    return np.array(values, dtype.numpy)


def assert_same(got: np.ndarray, want: np.ndarray, dtype: hodu.DType, zeros: bool) -> None:
    """The same NaNs, infinities and, unless told otherwise, signs of zero; close elsewhere."""
    assert got.dtype == want.dtype
    if got.dtype == bool:
        np.testing.assert_array_equal(got, want)
        return
    limits = np.finfo(dtype.numpy)
    np.testing.assert_allclose(
        got, want, rtol=16 * float(limits.eps), atol=4 * float(limits.smallest_subnormal)
    )
    zero = (got == 0) & (want == 0)
    if zeros:
        np.testing.assert_array_equal(np.signbit(got[zero]), np.signbit(want[zero]))


def one_by_one(function, *tensors) -> np.ndarray:
    """PyTorch's results for elements on their own: its vector code at times errs at the ends."""
    return np.concatenate(
        [function(*(t[None] for t in row)).numpy() for row in zip(*tensors, strict=True)]
    )


def _torch_function(torch, name):
    if name == "log_sigmoid":
        return torch.nn.functional.logsigmoid
    found = getattr(torch, name, None)
    return found or getattr(torch.nn.functional, name, None) or getattr(torch.special, name)


GOLDEN = dict(line.strip().split(": ") for line in UNARY.strip().splitlines())


@pytest.mark.parametrize("dtype", [dtypes.f16, dtypes.bf16, dtypes.f32, dtypes.f64], ids=str)
@pytest.mark.parametrize("name", GOLDEN)
def test_unary_at_special_values(name, dtype):
    x = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0], dtype.numpy)
    got = getattr(F, name)(hodu.tensor(x)).numpy()
    if got.dtype == bool:
        assert " ".join(map(str, got.tolist())) == GOLDEN[name]
        return
    want = np.array(GOLDEN[name].split(), float)
    assert got.dtype == dtype.numpy
    np.testing.assert_allclose(got.astype(float), want, rtol=1e-2 if dtype.bits == 16 else 1e-5)
    zero = want == 0
    if name not in ANY_ZERO:
        np.testing.assert_array_equal(np.signbit(got[zero]), np.signbit(want[zero]))


@pytest.mark.torch
@pytest.mark.parametrize("dtype", [dtypes.f32, dtypes.f64], ids=str)
@pytest.mark.parametrize("name", [*GOLDEN, "nan_to_num"])
def test_unary_as_torch(name, dtype):
    torch = pytest.importorskip("torch", reason="torch is the oracle here")
    x = special(dtype)
    want = one_by_one(_torch_function(torch, name), torch.from_numpy(x))
    got = getattr(F, name)(hodu.tensor(x)).numpy()
    assert_same(got, want, dtype, name not in ANY_ZERO)


@pytest.mark.torch
@pytest.mark.parametrize("dtype", [dtypes.f32, dtypes.f64], ids=str)
@pytest.mark.parametrize("name", BINARY)
def test_binary_as_torch(name, dtype):
    torch = pytest.importorskip("torch", reason="torch is the oracle here")
    x, y = (a.reshape(-1) for a in np.meshgrid(special(dtype), special(dtype)))
    want = one_by_one(getattr(torch, name), *map(torch.tensor, (x, y)))
    got = getattr(F, name)(hodu.tensor(x), hodu.tensor(y)).numpy()
    assert_same(got, want, dtype, name not in ANY_ZERO)
