"""The dtypes: names, promotion as PyTorch's table has it, ranks, strict mode."""

from __future__ import annotations

import itertools
import pickle

import ml_dtypes
import numpy as np
import pytest

import hodu
from hodu import dtypes
from hodu.dtypes import as_dtype, join, of_scalar, python_value, result_type
from hodu.errors import DTypeError, ValueRangeError

# The promotion table of PyTorch's documentation for the dtypes it has fully:
# https://docs.pytorch.org/docs/stable/tensor_attributes.html#type-promotion-doc
ORDER = ["bool", "u8", "i8", "i16", "i32", "i64", "f16", "bf16", "f32", "f64"]
TABLE = """
bool u8  i8  i16 i32 i64 f16 bf16 f32 f64
u8   u8  i16 i16 i32 i64 f16 bf16 f32 f64
i8   i16 i8  i16 i32 i64 f16 bf16 f32 f64
i16  i16 i16 i16 i32 i64 f16 bf16 f32 f64
i32  i32 i32 i32 i32 i64 f16 bf16 f32 f64
i64  i64 i64 i64 i64 i64 f16 bf16 f32 f64
f16  f16 f16 f16 f16 f16 f16 f32  f32 f64
bf16 bf16 bf16 bf16 bf16 bf16 f32 bf16 f32 f64
f32  f32 f32 f32 f32 f32 f32 f32  f32 f64
f64  f64 f64 f64 f64 f64 f64 f64  f64 f64
"""
PYTORCH = {
    (a, b): c
    for a, line in zip(ORDER, TABLE.strip().splitlines(), strict=True)
    for b, c in zip(ORDER, line.split(), strict=True)
}
OURS = [
    ("u16", "i8", "i32"),
    ("u16", "i32", "i32"),
    ("u32", "i32", "i64"),
    ("u32", "u16", "u32"),
    ("u64", "u8", "u64"),
    ("u64", "bool", "u64"),
    ("u64", "f16", "f16"),
    ("f8e4m3", "f8e5m2", "f16"),
    ("f8e4m3", "i64", "f8e4m3"),
    ("f8e4m3", "bf16", "bf16"),
    ("f8e5m2", "f32", "f32"),
]


@pytest.fixture
def strict():
    hodu.set_promotion("strict")
    yield
    hodu.set_promotion("torch")


@pytest.mark.parametrize("pair", PYTORCH, ids="-".join)
def test_promotion_is_pytorchs(pair):
    assert join(*map(as_dtype, pair)).name == PYTORCH[pair]
    a, b = (hodu.ones(2, dtype=name) for name in pair)
    assert (a + b).dtype.name == PYTORCH[pair]


@pytest.mark.parametrize("a, b, expected", OURS)
def test_promotion_where_pytorch_has_no_rule(a, b, expected):
    assert join(as_dtype(a), as_dtype(b)).name == join(as_dtype(b), as_dtype(a)).name == expected


@pytest.mark.torch
def test_promotion_against_torch():
    torch = pytest.importorskip("torch", reason="torch is the oracle here")
    checked = 0
    for a, b in itertools.product(dtypes.ALL, repeat=2):
        try:
            theirs = torch.promote_types(getattr(torch, a.alias), getattr(torch, b.alias))
        except RuntimeError:
            continue
        assert str(theirs) == f"torch.{join(a, b).alias}", (a, b)
        checked += 1
    assert checked >= len(PYTORCH)


def test_u64_with_signed_integers_is_refused():
    for signed in ("i8", "i16", "i32", "i64"):
        with pytest.raises(DTypeError, match=r"(?s)no integer dtype holds both.*\.to\(\)"):
            join(dtypes.u64, as_dtype(signed))


def test_ranks():
    f16, f64, i64, u8 = dtypes.f16, dtypes.f64, dtypes.i64, dtypes.u8
    assert result_type(((f16, 2), (f64, 1))) is f16
    assert result_type(((f16, 2), (f64, 2))) is f64
    assert result_type(((u8, 2), (i64, 0))) is u8
    assert result_type(((u8, 2), (dtypes.f32, 0))) is dtypes.f32
    assert result_type(((i64, 1), (f16, 1), (dtypes.f32, 0))) is f16
    assert result_type(((u8, 2), (i64, 1), (f16, 1))) is f16
    assert result_type(((dtypes.bool_, 0),)) is dtypes.bool_
    x = hodu.ones(2, dtype="f16")
    assert (x + hodu.tensor(1.0, dtype="f64")).dtype is f16
    assert (x.to("u8") * 2.5).dtype is dtypes.f32
    assert (x.to("u8") * 2).dtype is u8


@pytest.mark.usefixtures("strict")
def test_strict_promotion():
    x, y = hodu.ones(2), hodu.ones(2, dtype="f64")
    with pytest.raises(DTypeError, match=r"(?s)strict promotion.*f64 with f32.*\.to\('f64'\)"):
        x + y
    with pytest.raises(DTypeError, match="a tensor of f64 with f32"):
        x + hodu.tensor(1.0, dtype="f64")
    with pytest.raises(DTypeError, match="a number of f32 with i64"):
        hodu.ones(2, dtype="i64") + 1.5
    with pytest.raises(DTypeError, match="strict"):
        join(dtypes.i8, dtypes.i16)
    assert (x + 1).dtype is (x * 2.5).dtype is (x + x).dtype is dtypes.f32
    assert (hodu.ones(2, dtype="i8") + True).dtype is dtypes.i8


def test_strict_mode_leaves_nothing_behind():
    x, y = hodu.ones(2), hodu.ones(2, dtype="f64")
    for _ in range(2):
        assert (x + y).dtype is dtypes.f64
        assert result_type(((dtypes.f32, 2), (dtypes.f64, 2))) is dtypes.f64
        hodu.set_promotion("strict")
        try:
            with pytest.raises(DTypeError):
                x + y
            with pytest.raises(DTypeError):
                result_type(((dtypes.f32, 2), (dtypes.f64, 2)))
        finally:
            hodu.set_promotion("torch")
    with pytest.raises(ValueRangeError, match="'loose'"):
        hodu.set_promotion("loose")


@pytest.mark.parametrize("dtype", dtypes.ALL, ids=str)
def test_names(dtype):
    for spec in (dtype, dtype.name, dtype.alias, dtype.numpy, dtype.numpy.type):
        assert as_dtype(spec) is dtype
    assert as_dtype(dtype.numpy.newbyteorder(">")) is dtype
    assert dtype.itemsize * 8 == dtype.bits
    assert repr(dtype) == f"hodu.{dtype}"
    assert pickle.loads(pickle.dumps(dtype)) is dtype
    assert getattr(hodu, dtype.name) is dtype
    one = np.ones((), dtype.numpy)
    assert python_value(one) == 1 and type(python_value(one)) in (bool, int, float)


def test_other_names():
    for spec, dtype in {bool: dtypes.bool_, int: dtypes.i64, float: dtypes.f32}.items():
        assert as_dtype(spec) is dtype
    assert as_dtype("float") is dtypes.f32 and as_dtype("long") is dtypes.i64
    assert as_dtype(np.longlong) is as_dtype(np.dtype("q")) is dtypes.i64
    assert as_dtype(ml_dtypes.bfloat16) is dtypes.bf16
    assert (
        of_scalar(True) is dtypes.bool_
        and of_scalar(1) is dtypes.i64
        and of_scalar(1.0) is dtypes.f32
    )


@pytest.mark.parametrize(
    "spec", [None, "f33", "", complex, np.dtype("O"), "complex64", object(), [1], "U3", 3]
)
def test_what_is_no_dtype(spec):
    with pytest.raises(DTypeError, match=r"(?s)is not a dtype.*the dtypes are bool, f8e4m3"):
        as_dtype(spec)


def test_categories():
    assert {t.category for t in dtypes.FLOATS} == {2} and {t.category for t in dtypes.INTS} == {1}
    assert dtypes.bool_.category == 0 and not dtypes.bool_.is_signed
    assert dtypes.ANY == dtypes.NUMERIC | dtypes.BOOL and len(dtypes.ALL) == 15


def test_pytorchs_names_are_there_too():
    for dtype in dtypes.ALL:
        assert getattr(hodu, dtype.alias) is dtype
        assert getattr(hodu, dtype.name) is dtype
