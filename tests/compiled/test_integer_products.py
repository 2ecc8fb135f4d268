"""Products of bytes with constant weights, on every kind of processor, to the last bit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import hodu
import hodu.functional as f
from hodu.backends.cpu.flags import code_options
from hodu.backends.cpu.prepare import Prepared, prepare
from hodu.dtypes import FROM_NUMPY
from hodu.kernel.verify import verify_kernel
from hodu.plan.target import named
from hodu.plugins.interfaces import CompileOptions
from hodu.render.c_program import Options
from hodu.runtime.library import Library
from hodu.runtime.module import NativeModule
from hodu.toolchain.build import Source, compile_shared
from tests.compiled.check import weights_of
from tests.compiled.interpret import interpret

TARGETS = ("native", "x86-64-v4", "x86-64-v3", "x86-64", "scalar")


def _bytes(kind: str, *shape: int, seed: int = 0) -> np.ndarray:
    """All values of the dtype, the greatest and the least first, so that sums would saturate."""
    info = np.iinfo(kind)
    rng = np.random.default_rng([seed, *shape])
    found = rng.integers(info.min, info.max + 1, shape).astype(kind)
    found[..., : shape[-1] // 3] = info.max
    return found


def _run(ready: Prepared, target: str, arrays: Sequence[np.ndarray]) -> np.ndarray:
    """The result of native code."""
    options = code_options(named(target), CompileOptions())
    path = compile_shared([Source("m.c", ready.source)], options)
    module = NativeModule(Library(path), weights_of(ready), 2)
    (got,) = module.execute({f"x{i}": a for i, a in enumerate(arrays)}).values()
    return np.array(got.numpy())


def check(call: Callable[..., Any], *arrays: np.ndarray) -> None:
    """Compile for every target and compare with eager; the interpreter runs the kernels too."""
    wanted = call(*map(hodu.tensor, arrays)).numpy()
    with hodu.capture("product") as board:
        given = [board.input(f"x{i}", a.shape, FROM_NUMPY[a.dtype]) for i, a in enumerate(arrays)]
        board.target("y", call(*given))
    for target in TARGETS:
        ready = prepare(board.snapshot, named(target), Options())
        for launch in ready.program.launches():
            verify_kernel(launch.kernel)
        np.testing.assert_array_equal(interpret(ready, list(arrays))[0], wanted, err_msg=target)
        np.testing.assert_array_equal(_run(ready, target, arrays), wanted, err_msg=target)


@pytest.mark.parametrize("kind", ["u1", "i1"])
@pytest.mark.parametrize(
    "shape, columns",
    [((1, 64), 40), ((5, 39), 20), ((2, 3, 7), 1), ((33, 16), 16), ((6,), 5), ((3, 260), 17)],
    ids=str,
)
def test_matmul(shape: tuple[int, ...], columns: int, kind: str) -> None:
    """Depths of whole words and others; the sums of extremes are too large for 16 bits."""
    w = hodu.tensor(_bytes("i1", shape[-1], columns))
    zero = hodu.tensor(np.array(3, kind))
    check(lambda x: f._integer_matmul(x, w, zero, None), _bytes(kind, *shape))


@pytest.mark.parametrize("kind", ["u1", "i1"])
def test_zero_point_of_the_run(kind: str) -> None:
    """A zero point that is computed, as dynamic quantization has it."""
    w = hodu.tensor(_bytes("i1", 18, 11))
    zero = np.array([77], kind)
    check(lambda x, z: f._integer_matmul(x, w, z.reshape(()), None), _bytes(kind, 4, 18), zero)


@pytest.mark.parametrize("zero", [128, 117], ids=["of the middle", "aside"])
def test_unsigned_weights(zero: int) -> None:
    """Weights in u8: less 128 they are i8, less another number they may not be."""
    w = hodu.tensor(_bytes("u1", 12, 9))
    other = hodu.tensor(np.array(zero, "u1"))
    check(lambda x: f._integer_matmul(x, w, None, other), _bytes("u1", 4, 12))


def test_computed_operands() -> None:
    """Neither operand is constant, and both have zero points."""
    zeros = [hodu.tensor(np.array(v, k)) for v, k in ((130, "u1"), (-7, "i1"))]
    call = lambda x, y: f._integer_matmul(x, y, *zeros)  # noqa: E731
    check(call, _bytes("u1", 2, 5, 9), _bytes("i1", 2, 9, 6))


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_convolutions_of_any_rank(rank: int) -> None:
    """Three spatial axes have no form in blocks."""
    w = hodu.tensor(_bytes("i1", 6, 5, *[3] * rank))
    zero = hodu.tensor(np.array(9, "u1"))
    shape = (1,) * rank, (1,) * 2 * rank, (1,) * rank, 1
    check(
        lambda x: f._integer_conv(x, w, None, zero, None, *shape), _bytes("u1", 1, 5, *[4] * rank)
    )


@pytest.mark.parametrize("kind", ["u1", "i1"])
def test_saturating_sums(kind: str) -> None:
    """Pairs of products that `pmaddubsw` would saturate."""
    w = hodu.tensor(np.full((16, 16, 3, 3), 127, "i1"))
    x = np.full((1, 16, 5, 5), np.iinfo(kind).max, kind)
    check(lambda x: f._integer_conv(x, w, None, None, None, (1, 1), (1,) * 4, (1, 1), 1), x)


def test_one_input_with_two_zero_points() -> None:
    """Each convolution pads with its own."""
    w = hodu.tensor(_bytes("i1", 16, 16, 3, 3))
    zeros = [hodu.tensor(np.array(n, "u1")) for n in (3, 200)]

    def both(x: Any) -> Any:
        y, z = (f._integer_conv(x, w, None, n, None, (1, 1), (1,) * 4, (1, 1), 1) for n in zeros)
        return y + z

    check(both, _bytes("u1", 1, 16, 5, 5))


@pytest.mark.parametrize("target", ["native", "x86-64-v3"])
def test_products_are_rounded_before_they_are_added(target: str) -> None:
    """All sums of two bytes under eight pairs of scales, as NumPy rounds them: nothing is fused."""
    rng = np.random.default_rng(3)  # with it a fused product of either operand shows
    scales = [hodu.tensor(rng.uniform(0.01, 0.1, (8, 1, 1)).astype(np.float32)) for _ in range(3)]
    every = np.arange(256, dtype=np.uint8)
    arrays = np.broadcast_to(every[:, None], (8, 256, 256)).copy(), np.tile(every, (8, 256, 1))

    def add(x: Any, y: Any) -> Any:
        reals = [f._dequantize_linear(v, s, None) for v, s in zip((x, y), scales, strict=False)]
        return f._quantize_linear(reals[0] + reals[1], scales[2], None, hodu.u8)

    wanted = add(*map(hodu.tensor, arrays)).numpy()
    with hodu.capture("sums") as board:
        board.target("y", add(*(board.input(f"x{i}", a.shape, "u8") for i, a in enumerate(arrays))))
    ready = prepare(board.snapshot, named(target), Options())
    np.testing.assert_array_equal(_run(ready, target, arrays), wanted)
