"""Pooling on sizes that fill vectors: margins, strides, dilations, whole planes, long rows."""

from __future__ import annotations

from typing import Any

import pytest

import hodu
from hodu import dtypes
from hodu.errors import OutOfRangeError
from hodu.ops._samples import S
from hodu.ops._table import REGISTRY
from hodu.plan.target import named
from tests.compiled.check import Settings, check_op
from tests.ops.cases import Case

TARGETS = [named("native"), named("x86-64-v3").scalar()]


def _window(shape: tuple[int, ...], kernel: tuple[int, ...], **attrs: Any) -> S:
    n = len(kernel)
    given = {"stride": (1,) * n, "padding": (0,) * 2 * n, "dilation": (1,) * n, **attrs}
    return S(shape, kernel_size=kernel, **given)


WINDOWS = [
    _window((2, 3, 20, 71), (3, 3), stride=(2, 2), padding=(1, 1, 1, 1)),
    _window((2, 20, 71), (3, 3), padding=(1, 1, 1, 1)),
    _window((1, 23, 40), (5, 2), stride=(3, 1), padding=(2, 0, 2, 1), dilation=(1, 7)),
    _window((2, 6, 7, 37), (2, 3, 3), stride=(2, 1, 2), padding=(1, 0, 1, 0, 1, 1)),
    _window((3, 5000), (25,), stride=(2,), padding=(12, 12), ceil_mode=True),
    _window((2, 40_000), (9000,), stride=(500,), ceil_mode=True),
    _window((2, 5, 7, 49), (7, 49), stride=(7, 49)),
    _window((2, 9, 33), (3, 4), stride=(2, 3), padding=(0, 1, 1, 2), ceil_mode=True),
]


@pytest.mark.parametrize("target", TARGETS, ids=["vectors", "scalar"])
@pytest.mark.parametrize("name", ["max_pool", "max_pool_with_indices", "avg_pool"])
def test_windows(name: str, target: Any) -> None:
    """Windows of every kind in dtypes of every width."""
    samples = list(WINDOWS)
    if name == "avg_pool":
        samples += [S(s.tensors[0], **s.attrs, count_include_pad=False) for s in WINDOWS]
    found = [dtypes.as_dtype(t) for t in ("f32", "f64", "f16", "i32", "u8")]
    assert not check_op(
        [Case(REGISTRY[name], s, t) for s in samples for t in found], Settings(target)
    )


@pytest.mark.parametrize("name", ["adaptive_avg_pool", "adaptive_max_pool"])
def test_adaptive(name: str) -> None:
    """Windows that divide the axes evenly, and ones that overlap."""
    sizes = [(1, 1), (4, 20), (5, 7), (3, 41)]
    cases = [
        Case(REGISTRY[name], S((2, 3, 8, 40), output_size=size), dtypes.as_dtype(t))
        for size in sizes
        for t in ("f32", "f16", "i32")
    ]
    assert not check_op(cases)


def test_unpooling_outside_is_an_error() -> None:
    """The first index that lies outside is reported as eager reports it."""
    x = hodu.tensor([[1.0, 2.0]])
    places = hodu.tensor([[3, 7]])
    with hodu.capture("unpool") as board:
        values = board.input("x", x.shape, x.dtype)
        indices = board.input("i", places.shape, places.dtype)
        board.target("y", hodu.nn.functional.max_unpool1d(values, indices, 2))
    with pytest.raises(OutOfRangeError, match="index 7 lies outside the 4 positions"):
        hodu.compile(board.snapshot, compiler="cpu", runtime="cpu").execute({"x": x, "i": places})
