"""Winograd's convolutions against sums in f64, in every form of plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

import hodu
import hodu.nn.functional as F
from hodu.backends.cpu.flags import code_options
from hodu.backends.cpu.prepare import Prepared, prepare
from hodu.dtypes import f64
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.interp import run_kernel
from hodu.kernel.verify import verify_kernel
from hodu.lower.conv.choose import Plan, plan_winograd
from hodu.lower.conv.form import Form
from hodu.lower.conv.minimal import F2, F4, Minimal
from hodu.lower.gemm.tile import Tile
from hodu.plan.target import Target, named
from hodu.plugins.interfaces import CompileOptions
from hodu.render.c_program import Options
from hodu.runtime.library import Library
from hodu.runtime.module import NativeModule
from hodu.snapshot.verify import verify
from hodu.toolchain.build import Source, compile_shared
from tests.compiled.check import weights_of
from tests.compiled.interpret import interpret

Function = Callable[[hodu.Tensor], hodu.Tensor]
BOUND = 2.0**-18
"""The error as a share of the greatest sum of absolute products; F(4, 3) has about 2**-20."""
TARGETS = ("native", "x86-64-v3", "x86-64")


def array(*shape: int, seed: int = 0) -> np.ndarray:
    """Numbers in [-1, 1)."""
    return np.random.default_rng([seed, *shape]).uniform(-1, 1, shape).astype(np.float32)


def weight(*shape: int, seed: int = 7) -> hodu.Tensor:
    """A constant."""
    return hodu.tensor(array(*shape, seed=seed))


def compiled(f: Function, shape: tuple[int, ...], target: str, exact: bool = False) -> Prepared:
    """The program of a function of one input."""
    with hodu.capture("winograd") as board:
        board.target("y", f(board.input("x", shape, hodu.f32)))
    return prepare(verify(board.snapshot), named(target), Options(), exact=exact)


def run(ready: Prepared, target: str, x: np.ndarray, threads: int = 1) -> np.ndarray:
    """The result of the native code, the second time, when the arena is not clean."""
    options = code_options(named(target), CompileOptions())
    path = compile_shared([Source("m.c", ready.source)], options)
    module = NativeModule(Library(path), weights_of(ready), threads)
    module.execute({"x": x})
    return np.array(module.execute({"x": x})["y"].numpy())


def check(f: Function, shape: tuple[int, ...], bound: float, interpreted: bool = True) -> None:
    """Compare native code for three widths of vectors, and kernels interpreted, with f64."""
    x = array(*shape)
    wanted = f(hodu.tensor(x.astype(np.float64))).numpy()
    for target in TARGETS:
        ready = compiled(f, shape, target)
        for launch in ready.program.launches():
            verify_kernel(launch.kernel)
        assert "winograd" in {launch.kernel.name for launch in ready.program.launches()}
        np.testing.assert_allclose(run(ready, target, x), wanted, rtol=0, atol=bound)
        if interpreted:
            np.testing.assert_allclose(interpret(ready, [x])[0], wanted, rtol=0, atol=bound)


def products(x: tuple[int, ...]) -> float:
    """The bound for a convolution of all channels of an input of this shape, and a bias."""
    return BOUND * (9 * x[1] + 1)


def wide(t: hodu.Tensor, like: hodu.Tensor) -> hodu.Tensor:
    """A constant in the dtype of the computation."""
    return t.to(like.dtype)


@pytest.fixture
def forced(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let all convolutions that can have this plan; tile rows, vectors and groups as given."""

    def force(minimal: Minimal, rows: int, vectors: int, groups: int = 1) -> None:
        def plan(form: Form, target: Target) -> Plan | None:
            if form.kernel != (3, 3) or form.stride != (1, 1) or form.dilation != (1, 1):
                return None
            blocks = -(-form.out // target.lanes(32))
            m = minimal.outputs
            counts = -(-form.count[0] // m), -(-form.count[1] // m)
            tile = Tile(rows, vectors if blocks % vectors == 0 else 1, target.lanes(32))
            return Plan(minimal, tile, groups, form.items, counts)

        monkeypatch.setattr("hodu.lower.blocks.convolution.plan_winograd", plan)

    return force


SHAPES = [
    ((1, 16, 8, 8), 16, 1),
    ((1, 16, 7, 9), 32, 1),
    ((2, 20, 6, 5), 24, 1),
    ((1, 25, 10, 4), 17, 0),
    ((1, 33, 3, 3), 9, (0, 1)),
    ((3, 16, 1, 2), 16, (1, 2)),
]


@pytest.mark.parametrize("minimal", [F2, F4], ids=["F2", "F4"])
@pytest.mark.parametrize(("x", "out", "padding"), SHAPES)
def test_sizes(
    forced: Callable[..., None], minimal: Minimal, x: tuple[int, ...], out: int, padding: object
) -> None:
    forced(minimal, rows=3, vectors=2)
    w, b = weight(out, x[1], 3, 3), weight(out)
    check(lambda t: F.conv2d(t, wide(w, t), wide(b, t), padding=padding), x, products(x))


@pytest.mark.parametrize("pads", [(0, 1, 2, 0), (1, 0, 0, 1), (2, 3, 0, 2), (-1, 1, 1, -1)])
def test_padding_of_each_side(forced: Callable[..., None], pads: tuple[int, ...]) -> None:
    forced(F4, rows=2, vectors=1)
    w, x = weight(16, 16, 3, 3), (1, 16, 7, 6)
    check(lambda t: F.conv2d(hodu.pad(t, pads), wide(w, t)), x, products(x))


@pytest.mark.parametrize(("rows", "groups"), [(1, 1), (2, 3), (5, 1), (14, 2)])
def test_blocks_of_tiles(forced: Callable[..., None], rows: int, groups: int) -> None:
    forced(F2, rows, 2, groups)
    w, x = weight(32, 16, 3, 3), (2, 16, 13, 11)
    check(lambda t: F.conv2d(t, wide(w, t), padding=1), x, products(x), interpreted=rows == 2)


def test_results_do_not_depend_on_threads(forced: Callable[..., None]) -> None:
    w, x = weight(64, 32, 3, 3), (1, 32, 37, 35)
    for rows, is_shared in ((2, False), (14, True)):
        forced(F4, rows, 2)
        ready = compiled(lambda t: F.conv2d(t, w, padding=1), x, "native")
        names = [launch.kernel.name for launch in ready.program.launches()]
        assert ("winograd_tiles" in names) is is_shared
        results = [run(ready, "native", array(*x), threads) for threads in (1, 2, 3)]
        assert all(np.array_equal(results[0], other) for other in results[1:])


def test_epilogues_and_residuals(forced: Callable[..., None]) -> None:
    forced(F4, rows=3, vectors=1)
    a, b, scale = weight(20, 18, 3, 3), weight(20, 20, 3, 3), weight(1, 20, 1, 1)

    def block(t: hodu.Tensor) -> hodu.Tensor:
        y = F.relu(F.conv2d(t, wide(a, t), padding=1))
        z = F.conv2d(y, wide(b, t), wide(weight(20), t), padding=1) * wide(scale, t)
        return F.sigmoid(F.relu(z + y) / 64)

    check(block, (1, 18, 7, 6), 20 * BOUND)


def test_joined_channels(forced: Callable[..., None]) -> None:
    forced(F4, rows=3, vectors=1)
    a, b, x = weight(16, 16, 3, 3), weight(16, 32, 3, 3), (1, 16, 6, 10)

    def joined(t: hodu.Tensor) -> hodu.Tensor:
        y = F.conv2d(t, wide(a, t), padding=1) / 64
        return F.conv2d(hodu.cat([y, t], 1), wide(b, t), padding=1)

    check(joined, x, 3 * products(x))


def test_transposed(forced: Callable[..., None]) -> None:
    forced(F4, rows=3, vectors=1)
    w, x = weight(16, 16, 6, 6), (1, 16, 5, 6)
    check(lambda t: F.conv_transpose2d(t, wide(w, t), stride=2, padding=2), x, products(x))


def test_filled_up_channels_are_not_multiplied(forced: Callable[..., None]) -> None:
    forced(F4, rows=3, vectors=1)
    a, b, x = weight(18, 18, 1, 1), weight(18, 18, 3, 3), (1, 18, 5, 5)

    def chain(t: hodu.Tensor) -> hodu.Tensor:  # the logarithms of what fills up are not numbers
        logarithms = hodu.log(F.conv2d(t, wide(a, t)).abs() - 1e-3 + 2e-3)
        return F.conv2d(logarithms, wide(b, t), padding=1)

    check(chain, x, 8 * products(x))


def test_exact_programs_go_without() -> None:
    w, x = weight(64, 64, 3, 3), (1, 64, 28, 28)

    def names(exact: bool) -> list[str]:
        ready = compiled(lambda t: F.conv2d(t, w, padding=1), x, "x86-64-v4", exact)
        return [launch.kernel.name for launch in ready.program.launches()]

    assert "winograd" in names(False) and "winograd" not in names(True)


@pytest.mark.parametrize("target", ["x86-64-v4", "x86-64-v3", "aarch64", "wasm32"])
def test_choice(target: str) -> None:
    """F(4, 3) for large images, less for images that it would not fill, direct for one pixel."""

    def chosen(size: int, channels: int) -> Minimal | None:
        form = Form(1, (size, size), (1, 1), (-1, -1), (1, 1),
                    np.zeros((1, channels, channels, 3, 3), np.float32), None)  # fmt: skip
        plan = plan_winograd(form, named(target))
        return plan and plan.minimal

    assert chosen(56, 64) is chosen(28, 128) is chosen(128, 32) is F4
    assert chosen(1, 256) is None


def test_little_code_has_no_transformed_filters() -> None:
    filters = np.zeros((1, 64, 64, 3, 3), np.float32)
    form = Form(1, (56, 56), (1, 1), (-1, -1), (1, 1), filters, None)
    assert plan_winograd(form, replace(named("x86-64-v3"), compact=True)) is None


@pytest.mark.parametrize("minimal", [F2, F4, Minimal((0.5, 1.0, 2.0))])
def test_minimal_algorithm_in_f64(minimal: Minimal) -> None:
    k, n = KernelBuilder("minimal"), minimal.points
    x, u, y = (k.param("xuy"[i], f64, size, ("in", "in", "out")[i])
               for i, size in enumerate((n, n, minimal.outputs)))  # fmt: skip
    v = minimal.evaluate(k, [k.load(x, i) for i in range(n)])
    for i, total in enumerate(minimal.interpolate(k, [p * k.load(u, i) for i, p in enumerate(v)])):
        k.store(y, i, total)
    d, g = (np.random.default_rng(size).uniform(-1, 1, size) for size in (n, 3))
    found = np.zeros(minimal.outputs)
    run_kernel(k.finish(), [d, minimal.filters() @ g, found])
    np.testing.assert_allclose(found, np.correlate(d, g, "valid"), atol=1e-13)
