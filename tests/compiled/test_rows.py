"""Reductions on shapes that fill vectors, with tails, on every kind of axis, and long rows."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import hodu
from hodu import dtypes
from hodu.ops._samples import S, T
from hodu.ops._table import REGISTRY
from hodu.plan.target import named
from tests.compiled.calls import compile_calls, prepared
from tests.compiled.check import Settings, check_op
from tests.compiled.interpret import interpret
from tests.ops.cases import Case

SHAPES: list[tuple[int, ...]] = [(3, 67), (67, 150), (5, 7, 33), (2, 3, 4, 37)]
TARGETS = [named("native"), named("x86-64-v3").scalar()]


def _cases(name: str, dtype: str, samples: list[S]) -> list[Case]:
    return [Case(REGISTRY[name], sample, dtypes.as_dtype(dtype)) for sample in samples]


def _over(shape: tuple[int, ...], **attrs: Any) -> list[S]:
    """A sample for every set of axes of a shape."""
    sets = [
        c for n in range(1, len(shape) + 1) for c in itertools.combinations(range(len(shape)), n)
    ]
    return [S(shape, dim=dim, **attrs) for dim in sets]


@pytest.mark.parametrize("target", TARGETS, ids=["vectors", "scalar"])
@pytest.mark.parametrize("name", ["sum", "prod", "mean", "any", "all", "amax", "amin"])
def test_every_axis(name: str, target: Any) -> None:
    """All sets of axes of some shapes, in dtypes of every width."""
    found = {"sum": ["f32", "bf16", "i32", "u8"], "mean": ["f32", "f16"], "amax": ["f32", "bf16"]}
    samples = [s for shape in SHAPES for s in _over(shape, keepdim=len(shape) == 3)]
    cases = [c for dtype in found.get(name, ["f32", "i32"]) for c in _cases(name, dtype, samples)]
    if name == "prod":
        cases = _cases(name, "i64", samples) + _cases(
            name, "f64", [S(T(s.tensors[0], low=0.9, high=1.1), **s.attrs) for s in samples]
        )
    assert not check_op(cases, Settings(target))


@pytest.mark.parametrize("name", ["argmax", "argmin"])
def test_indices(name: str) -> None:
    """Indices of extremes along every axis, among many that are equal."""
    samples = [S(shape, dim=a) for shape in SHAPES for a in range(len(shape))]
    samples += [S(shape) for shape in SHAPES]
    cases = [c for t in ("f32", "f64", "f16", "i32", "u8") for c in _cases(name, t, samples)]
    assert not check_op(cases)


@pytest.mark.parametrize("target", [*TARGETS, named("x86-64-v3")])
@pytest.mark.parametrize("name", ["argmax", "argmin"])
def test_indices_among_numbers_that_are_none(name: str, target: Any) -> None:
    """The first NaN, along rows and across them, and infinities only; also in the interpreter."""
    x = np.random.default_rng(6).integers(-4, 5, (40, 70)).astype(np.float32)
    x[::7, ::3] = np.nan
    x[:, 20:40] = x[30] = -np.inf
    for dim in (0, 1):
        function = lambda x, dim=dim: getattr(hodu, name)(x, dim)  # noqa: E731
        want = getattr(np, name)(x, dim)
        compiled = compile_calls({"index": (function, [x])}, target)["index"](x)
        (again,) = interpret(prepared(function, [x], target), [x])
        np.testing.assert_array_equal(compiled, want)
        np.testing.assert_array_equal(again, want)


LONG = [
    S((1_000_000,)),
    S((3, 40_001), dim=(1,)),
    S((40_001, 3), dim=(0,)),
    S((200, 700), dim=(0,)),
    S((2, 300, 400), dim=(0, 1)),
]


@pytest.mark.parametrize("name", ["sum", "mean", "amax", "any"])
def test_long_rows(name: str) -> None:
    """Rows that are combined in chunks, and sums that lose nothing over their length."""
    values = [S(T(s.tensors[0], low=0, high=1), **s.attrs) for s in LONG]
    assert not check_op([c for t in ("f32", "f16") for c in _cases(name, t, values)])


def _weighted(name: str, shape: tuple[int, ...], start: int, **attrs: Any) -> S:
    end = shape[start:]
    weights = [end] if name == "rms_norm" else [end, end]
    return S(shape, *weights, normalized_shape=end, **attrs)


@pytest.mark.parametrize("target", TARGETS, ids=["vectors", "scalar"])
@pytest.mark.parametrize("name", ["softmax", "log_softmax", "layer_norm", "rms_norm"])
def test_rows_of_every_axis(name: str, target: Any) -> None:
    """Softmax along every axis and normalisation over all trailing ones, rows kept or not."""
    shapes = [*SHAPES, (2, 20_003), (3, 70, 200)]
    if name.endswith("norm"):
        ends = [(shape, start) for shape in shapes for start in range(1, len(shape))]
        samples = [_weighted(name, shape, start, eps=1e-5) for shape, start in ends]
    else:
        samples = [S(shape, dim=dim) for shape in shapes for dim in range(len(shape))]
    cases = [c for dtype in ("f32", "f64", "f16") for c in _cases(name, dtype, samples)]
    assert not check_op(cases, Settings(target))


def test_norms_of_channels() -> None:
    """Groups of channels, instances and batches, with long and short rows."""
    shapes = [(2, 6, 5, 7), (3, 32, 9), (4, 48), (1, 6, 40, 20), (2, 1, 33)]
    groups = [S(s, s[1:2], s[1:2], num_groups=g, eps=1e-5) for s in shapes[:4] for g in (1, 3)]
    groups = [g for g in groups if g.tensors[1][0] % g.attrs["num_groups"] == 0]  # type: ignore[index]
    plain = [S(s, s[1:2], s[1:2], eps=1e-5) for s in shapes]
    for name, samples in (
        ("group_norm", groups),
        ("instance_norm", [s for s in plain if len(s.tensors[0]) > 2]),  # type: ignore[arg-type]
        ("batch_norm_training", plain),
    ):
        cases = [c for dtype in ("f32", "f64", "bf16") for c in _cases(name, dtype, samples)]
        assert not check_op(cases)


def _residual(x: Any, y: Any, z: Any) -> Any:
    """Sums that are normalised and go on, of one shape and broadcast, wide and narrow."""
    functional, wide = hodu.nn.functional, hodu.float64
    total, shifted, narrow = x + y, x * z, (x - y).to(hodu.bfloat16)
    return (
        functional.layer_norm(total, (48,), z, z).to(wide), total.to(wide),
        functional.rms_norm(shifted, (48,), z).to(wide), (shifted + 1.0).to(wide),
        hodu.log_softmax(narrow, -1).to(wide), narrow.to(wide),
    )  # fmt: skip


@pytest.mark.parametrize("rows", [1, 2, 5])
@pytest.mark.parametrize("target", TARGETS, ids=["vectors", "scalar"])
def test_what_is_normalised_goes_on_too(rows: int, target: Any) -> None:
    """A first input that is made and stored in the loops of rows, also in the interpreter."""
    rng = np.random.default_rng(4)
    arrays = [rng.uniform(0.5, 2, s).astype(np.float32) for s in ((rows, 48), (rows, 48), (48,))]
    calls = {
        i: ((lambda *given, i=i: hodu.cat([r.reshape(-1) for r in _residual(*given)[i : i + 2]])),
            arrays)
        for i in (0, 2, 4)
    }  # fmt: skip
    compiled = compile_calls({str(i): call for i, call in calls.items()}, target)
    wanted = [r.numpy().reshape(-1) for r in _residual(*map(hodu.tensor, arrays))]
    for i, (function, _) in calls.items():
        want = np.concatenate(wanted[i : i + 2])
        tolerance = 0.02 if i == 4 else 1e-5
        np.testing.assert_allclose(compiled[str(i)](*arrays), want, tolerance, tolerance)
        (again,) = interpret(prepared(function, arrays, target), arrays)
        np.testing.assert_allclose(again, want, tolerance, tolerance)


@pytest.mark.parametrize("target", TARGETS, ids=["vectors", "scalar"])
@pytest.mark.parametrize("size", [16, 48, 64, 67, 1500])
def test_softmax_of_limits(size: int, target: Any) -> None:
    """Scores that are masked, far apart, infinite or no numbers, in rows side by side."""
    x = np.random.default_rng(5).normal(0, 40, (9, size)).astype(np.float32)
    x[1, ::3] = x[2] = -np.inf
    x[2, size // 2] = -3.0
    x[3, 5], x[4, 0], x[5] = np.nan, np.inf, -np.inf
    x[6], x[7, :2] = 3e38, (-3e38, 3e38)
    with np.errstate(all="ignore"):
        e = np.exp((x - x.max(-1, keepdims=True)).astype(float))
        want = e / e.sum(-1, keepdims=True)
    function = lambda x: hodu.softmax(x, -1)  # noqa: E731
    compiled = compile_calls({"softmax": (function, [x])}, target)["softmax"](x)
    (again,) = interpret(prepared(function, [x], target), [x])
    for got in (compiled, again):
        np.testing.assert_allclose(got, want, rtol=2e-6, atol=1.2e-38)
    assert (compiled[2] == (np.arange(size) == size // 2)).all()


def _fused(x: Any, y: Any, z: Any) -> Any:
    moved = (x + y).permute(2, 0, 1)
    rows = hodu.sum((x * 2.0).relu(), (0, 2), keepdim=True) + z
    return (
        hodu.softmax(x + y, -1) * z,
        hodu.softmax(x - y, 0),
        hodu.nn.functional.layer_norm(x + y, (130,), z),
        hodu.amax(moved, (1,)),
        hodu.mean(moved, (0, 2)) * 3.0,
        rows.sqrt(),
        hodu.sum(x * y),
    )


def test_fused_and_on_any_number_of_threads() -> None:
    """Producers, views and epilogues in the loops of rows; bits do not depend on the threads."""
    rng = np.random.default_rng(3)
    shapes = {"x": (300, 7, 130), "y": (300, 7, 130), "z": (130,)}
    feed = {n: rng.uniform(0, 1, s).astype(np.float32) for n, s in shapes.items()}
    with hodu.capture("fused") as board:
        for i, y in enumerate(_fused(*(board.input(n, s, "f32") for n, s in shapes.items()))):
            board.target(f"y{i}", y)
    wanted = _fused(*map(hodu.tensor, feed.values()))
    runs = [
        hodu.compile(board.snapshot, compiler="cpu", runtime="cpu", threads=n).execute(feed)
        for n in (1, 3)
    ]
    for name, want in zip(runs[0], wanted, strict=True):
        one, three = (run[name].numpy() for run in runs)
        np.testing.assert_array_equal(one, three)
        np.testing.assert_allclose(one, want.numpy(), rtol=2e-5, atol=2e-6)
