"""How tensors print: repr, and the notebook's table."""

from __future__ import annotations

import time

import numpy as np
import pytest

import hodu
from hodu import dtypes
from hodu.dims import symbol
from hodu.dispatch.base import wrap_dims
from hodu.display import html

ROWS = np.array([[1.5, 5, 10.5], [18, 27.5, 39]], np.float32)


def of(values, dtype="f32"):
    return hodu.tensor(values).to(dtype)


@pytest.mark.parametrize(
    ("tensor", "shown"),
    [
        (of(2.5), "tensor(2.5, dtype=f32)"),
        (of([]), "tensor([], shape=[0], dtype=f32)"),
        (hodu.from_numpy(np.zeros((2, 0))), "tensor([], shape=[2, 0], dtype=f64)"),
        (of([True, False], "bool"), "tensor([ True, False], dtype=bool)"),
        (of([0.1, 300.0], "bf16"), "tensor([1.e-01, 3.e+02], dtype=bf16)"),
        (of([0.1, 2.0], "bf16"), "tensor([0.1, 2. ], dtype=bf16)"),
        (of([0.1, 2.0], "f8e4m3"), "tensor([0.1, 2. ], dtype=f8e4m3)"),
        (of([float("nan"), float("inf")], "f8e5m2"), "tensor([nan, inf], dtype=f8e5m2)"),
        (of([0.1, 2.0], "f16"), "tensor([0.1, 2. ], dtype=f16)"),
        (of([1, -2], "i8"), "tensor([ 1, -2], dtype=i8)"),
        (
            hodu.from_numpy(ROWS),
            "tensor([[ 1.5,  5. , 10.5],\n        [18. , 27.5, 39. ]], dtype=f32)",
        ),
        (
            hodu.from_numpy(np.arange(2000)),
            "tensor([   0,    1,    2, ..., 1997, 1998, 1999], shape=[2000], dtype=i64)",
        ),
    ],
)
def test_repr(tensor, shown):
    assert repr(tensor) == str(tensor) == f"{tensor}" == shown


def test_long_narrow_floats_print_fast_and_short():
    x = hodu.from_numpy(np.ones((3000, 1000), np.float32)).to("bf16")
    start = time.perf_counter()
    shown = repr(x)
    assert time.perf_counter() - start < 0.5
    assert shown.startswith("tensor([[1., 1., 1., ..., 1., 1., 1.],\n        [1.")
    assert shown.endswith("[1., 1., 1., ..., 1., 1., 1.]], shape=[3000, 1000], dtype=bf16)")
    assert len(shown.splitlines()) == 7


def test_print_options_of_numpy_are_honoured():
    with np.printoptions(precision=2, threshold=3, edgeitems=1):
        assert repr(of([1 / 3, 2])) == "tensor([0.33, 2.  ], dtype=f32)"
        assert repr(of([1, 2, 3, 4])) == "tensor([1., ..., 4.], shape=[4], dtype=f32)"


@pytest.mark.parametrize("dtype", dtypes.ALL, ids=str)
def test_every_value_of_a_narrow_float_reads_back(dtype):
    if not dtype.is_float or dtype.bits > 8:
        values = np.array([0, 1]).astype(dtype.numpy)
    else:
        values = np.arange(256, dtype=np.uint8).view(dtype.numpy)
    for value in values:
        if np.isfinite(np.float64(value)):
            shown = repr(hodu.from_numpy(np.array(value)))
            number = shown.removeprefix("tensor(").split(",")[0]
            number = {"True": "1", "False": "0"}.get(number, number)
            assert np.float64(number).astype(dtype.numpy) == value


def test_captured_tensors_show_their_type():
    with hodu.capture() as board:
        x = board.input("x", ("N", 3))
        assert repr(x) == "tensor(<captured>, shape=[N, 3], dtype=f32)"
        assert html(x) == "<pre>tensor(&lt;captured&gt;, shape=[N, 3], dtype=f32)</pre>"
        board.target("x", x)
    assert repr(wrap_dims([symbol("N"), 3])) == "tensor([N, 3], dtype=i64)"


def test_html():
    assert html(of([[1, 2], [3, 4]])) == (
        "<table><caption>tensor f32[2, 2]</caption><tbody>"
        "<tr><td>1.</td><td>2.</td></tr><tr><td>3.</td><td>4.</td></tr></tbody></table>"
    )
    big = html(hodu.from_numpy(np.zeros((100_000, 50), np.int32)))
    assert len(big) < 5000 and "&#8942;" in big and "&#8230;" in big
    assert html(of(1)) == "<pre>tensor(1., dtype=f32)</pre>"
    assert of([1])._repr_html_() == html(of([1]))
