"""Programs as firmware holds them: scalar tiles, short positions, one kernel for many layers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import hodu
import hodu.nn.functional as F
from hodu import functional
from hodu.backends.cpu.flags import code_options
from hodu.backends.cpu.prepare import Prepared, prepare
from hodu.kernel.verify import verify_kernel
from hodu.plan.target import named
from hodu.plugins.interfaces import CompileOptions
from hodu.render.c_program import Options
from hodu.render.dedupe import same_kernels
from hodu.runtime.library import Library
from hodu.runtime.module import NativeModule
from hodu.toolchain.build import Source, compile_shared
from tests.compiled.check import weights_of
from tests.compiled.interpret import interpret
from tests.compiled.test_conv import FORMS, array, weight

FOR_THIS_MACHINE = code_options(named("scalar"), CompileOptions())
Function = Callable[[hodu.Tensor], hodu.Tensor]


def bare(
    f: Function,
    shape: tuple[int, ...],
    cpu: str = "cortex-m4",
    name: str = "x",
    *,
    compact: bool = False,
    **options: Any,
) -> Prepared:
    """`f` as a program for a core, in `compact` code if so asked."""
    with hodu.capture("firmware") as board:
        board.target("y", f(board.input(name, shape)))
    target = replace(named(cpu), compact=compact)
    written = Options(bare=True, pointer_bytes=4, compact=compact, **options)
    return prepare(board.snapshot, target, written)


def firmware(
    f: Function,
    shape: tuple[int, ...],
    cpu: str = "cortex-m4",
    name: str = "x",
    compact: bool = False,
) -> Prepared:
    """`f` as a program for a core, checked in the interpreter and as code of this machine."""
    x = array(*shape)
    ready = bare(f, shape, cpu, name, compact=compact)
    for launch in ready.program.launches():
        verify_kernel(launch.kernel)
    wanted = f(hodu.tensor(x)).numpy()
    (found,) = interpret(ready, [x])
    np.testing.assert_allclose(found, wanted, rtol=2e-4, atol=2e-5)
    path = compile_shared([Source("firmware.c", ready.source)], FOR_THIS_MACHINE)
    (native,) = NativeModule(Library(path), weights_of(ready), 1).execute({name: x}).values()
    np.testing.assert_allclose(native.numpy(), wanted, rtol=2e-4, atol=2e-5)
    return ready


EDGES = [
    ((1, 4, 5, 5), (8, 4, 3, 3), {"padding": 1}),
    ((1, 4, 3, 3), (6, 4, 3, 3), {"padding": 1}),
    ((2, 2, 6, 2), (3, 2, 1, 5), {"padding": (0, 2)}),
    ((1, 3, 8, 33), (7, 3, 3, 7), {"padding": 3, "stride": (2, 3)}),
    ((1, 6, 7, 20), (6, 1, 3, 3), {"padding": 2, "groups": 6, "dilation": 2}),
    ((1, 4, 1, 9), (4, 4, 1, 9), {"padding": (0, 4)}),
    ((1, 3, 10), (13, 3, 2), {"stride": 2}),
]


@pytest.mark.parametrize("cpu", ["cortex-m0", "cortex-m4"])
@pytest.mark.parametrize(("x", "w", "attrs"), EDGES)
def test_edges(x: tuple[int, ...], w: tuple[int, ...], attrs: dict[str, object], cpu: str):
    _check_conv(x, w, attrs, cpu)


@pytest.mark.parametrize(("x", "w", "attrs"), FORMS[::3])
def test_convolutions(x: tuple[int, ...], w: tuple[int, ...], attrs: dict[str, object]):
    _check_conv(x, w, attrs, "cortex-m4")


def _check_conv(x: tuple[int, ...], w: tuple[int, ...], attrs: dict[str, object], cpu: str) -> None:
    conv = (F.conv1d, F.conv2d, F.conv3d)[len(w) - 3]
    weights, bias = weight(*w), weight(w[0])
    firmware(lambda t: F.relu(conv(t, weights, bias, **attrs)), x, cpu)


def test_cropped():
    """Negative padding leaves out what lies at the edges."""
    w = weight(4, 4, 3)
    firmware(lambda t: functional._conv(t, w, None, (1,), (-1, -2), (1,), 1), (2, 4, 33))


def test_a_pixel_by_pixel_layer_with_what_follows():
    """A 1x1 convolution runs over all pixels as one row, and so does its epilogue."""
    w, scale, by_row = weight(8, 4, 1, 1), weight(1, 8, 1, 1), weight(1, 1, 5, 1)
    firmware(lambda t: F.relu(F.conv2d(t, w)) * scale, (2, 4, 5, 7))
    firmware(lambda t: F.conv2d(t, w) * by_row, (2, 4, 5, 7))
    firmware(lambda t: F.conv2d(F.relu(t) + by_row, w), (2, 4, 5, 7))
    firmware(lambda t: F.relu(F.conv2d(t, w)), (1, 4, 5, 1))


def _stack(t: hodu.Tensor) -> hodu.Tensor:
    """Layers of one form and several sizes."""
    for i, (before, after) in enumerate([(3, 8), (8, 8), (8, 16), (16, 16)]):
        t = F.relu(F.conv2d(t, 0.3 * weight(after, before, 3, 3, seed=i), weight(after), padding=1))
        t = F.max_pool2d(t, 2) if i == 1 else t
    return t


def test_layers_of_one_form_share_a_kernel():
    ready = firmware(_stack, (1, 3, 20, 20))
    launches = [x for x in ready.program.launches() if x.kernel.name == "conv"]
    assert len(launches) == 4
    assert len(same_kernels(launches)) == 1
    assert "int32_t" in ready.source
    assert "hodu_run" not in ready.source


def test_sizes_have_a_name_of_their_own():
    firmware(_stack, (1, 3, 20, 20), name="sizes")


def test_positions_that_depend_on_data_are_not_short():
    """A large index must not become a small one on its way into a register."""
    table = weight(5, 3)
    with hodu.capture("take") as board:
        board.target("y", F.embedding(board.input("at", (2,), "i64"), table))
    ready = prepare(board.snapshot, named("cortex-m4"), Options(bare=True, pointer_bytes=4))
    library = Library(compile_shared([Source("take.c", ready.source)], FOR_THIS_MACHINE))
    with pytest.raises(hodu.HoduError, match="4294967297"):
        NativeModule(library, weights_of(ready), 1).execute({"at": np.array([0, (1 << 32) + 1])})


@pytest.mark.parametrize("last", [np.inf, 0.5])
def test_sums_without_doubles(last: float):
    """Where f64 takes functions of the compiler, long sums are as exact without it."""
    x = np.full((1, 100_000), 0.1, np.float32)
    x[0, -1] = last
    with hodu.capture("sum") as board:
        board.target("y", board.input("x", x.shape).sum(1))
    ready = prepare(board.snapshot, named("cortex-m4"), Options(bare=True, pointer_bytes=4))
    assert "double" not in ready.source
    library = Library(compile_shared([Source("sum.c", ready.source)], FOR_THIS_MACHINE))
    (found,) = NativeModule(library, weights_of(ready), 1).execute({"x": x}).values()
    np.testing.assert_allclose(found.numpy(), x.astype(np.float64).sum(1), rtol=1e-7)


def _residual(t: hodu.Tensor) -> hodu.Tensor:
    """A block around which the input goes as it is, and one with a convolution on the way."""
    for i, (before, after, stride) in enumerate([(8, 8, 1), (8, 16, 2)]):
        w1 = 0.2 * weight(after, before, 3, 3, seed=i)
        w2 = 0.2 * weight(after, after, 3, 3, seed=i + 9)
        inner = F.conv2d(F.relu(F.conv2d(t, w1, stride=stride, padding=1)), w2, padding=1)
        around = F.conv2d(t, weight(after, before, 1, 1), stride=stride) if stride > 1 else t
        t = F.relu(inner + around)
    return t


def test_residual_blocks_of_both_kinds_add_in_the_same_kernel():
    ready = bare(_residual, (1, 8, 17, 17))
    adding = [x for x in ready.program.launches() if "add" in x.label]
    assert len(adding) == 2
    assert len(same_kernels(adding)) == 1


def test_a_run_without_errors_needs_no_instance():
    source = bare(_stack, (1, 3, 20, 20), embedded="weights", typed="static").source
    assert "hodu_instance instance" not in source
    assert "model_steps(0, arena, weights, taken, made)" in source
