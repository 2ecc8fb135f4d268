"""Firmware by line buffers: less memory, and the same results."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import hodu
import hodu.nn.functional as F
from hodu import functional
from hodu.backends.cpu import streaming
from hodu.backends.cpu.prepare import has_kernel
from hodu.backends.cpu.streaming import Streamed
from hodu.backends.cpu.variants import PreparedVariants, prepare_variants
from hodu.kernel.verify import verify_kernel
from hodu.lower.streams.scheduling import schedule
from hodu.passes import optimize
from hodu.plan.variants import Variant
from hodu.runtime.library import Library
from hodu.runtime.module import NativeModule
from hodu.snapshot.ir import Snapshot
from hodu.toolchain.build import Source, compile_shared
from hodu.toolchain.elf import read_object
from tests.compiled.check import weights_of
from tests.compiled.interpret import interpret
from tests.compiled.streams import CORE, WRITTEN, streams_of, with_streams
from tests.compiled.test_conv import array, weight
from tests.compiled.test_firmware import FOR_THIS_MACHINE
from tests.passes.programs import program

Function = Callable[[hodu.Tensor], hodu.Tensor]


def captured(f: Function, shape: tuple[int, ...]) -> Snapshot:
    with hodu.capture("net") as board:
        board.target("y", f(board.input("x", shape)))
    return board.snapshot


def prepared(f: Function, shape: tuple[int, ...], *, streams: bool = True) -> PreparedVariants:
    variant = Variant("", 0, CORE)
    return prepare_variants(captured(f, shape), (variant,), WRITTEN, streaming=streams)


def streamed(ready: PreparedVariants) -> Streamed:
    assert ready.streamed is not None
    return ready.streamed


def mobile(t: hodu.Tensor) -> hodu.Tensor:
    """Layers whose first results are by far the largest."""
    t = F.relu(F.conv2d(t, weight(4, 3, 3, 3), weight(4), stride=2, padding=1))
    for before, after, stride in ((4, 8, 1), (8, 8, 2), (8, 16, 2)):
        taps = weight(before, 1, 3, 3)
        t = F.relu(F.conv2d(t, taps, padding=1, stride=stride, groups=before))
        t = F.relu6(F.conv2d(t, weight(after, before, 1, 1), weight(after)))
    return t.mean((2, 3))


def residual(t: hodu.Tensor) -> hodu.Tensor:
    """Two ways from one tensor: one that keeps its rows, and one with strides."""
    y = F.relu(F.conv2d(t, weight(4, 3, 3, 3), weight(4), padding=1))
    y = F.relu(
        y + F.conv2d(F.relu(F.conv2d(y, weight(4, 4, 5, 3), padding=(2, 1))), weight(4, 4, 1, 1))
    )
    z = F.conv2d(
        F.relu(F.conv2d(y, weight(6, 4, 3, 3), stride=2, padding=1)), weight(6, 6, 3, 3), padding=1
    )
    return F.relu(z + F.conv2d(y, weight(6, 4, 1, 1), stride=2)) * weight(6, 1, 1)


def pools(t: hodu.Tensor) -> hodu.Tensor:
    """Windows with holes and steps of their own along rows."""
    y = F.max_pool2d(F.conv2d(t, weight(4, 3, 5, 3), padding=2, dilation=2), 3, 2, 1)
    return F.avg_pool2d(F.sigmoid(y), (3, 2), (2, 1), (1, 0))


def integers(t: hodu.Tensor) -> hodu.Tensor:
    """Layers of bytes, the second by channel, with a zero point in the padding, and their sums."""
    zero, scale = hodu.tensor(3, dtype="i8"), hodu.tensor(0.05)
    y = functional._quantize_linear(t, scale, zero, hodu.i8)
    for out, inner, step in ((8, 3, 1), (8, 1, 2), (4, 8, 1)):
        w = hodu.tensor(np.arange(out * inner * 9).reshape(out, inner, 3, 3).astype(np.int8) % 7)
        b = hodu.tensor(np.arange(out, dtype=np.int32))
        groups = 8 if inner == 1 else 1
        y = functional._integer_conv(
            y, w, b, zero, None, (step, step), (1, 1, 1, 1), (1, 1), groups
        )
        y = functional._requantize(y, weight(1, out, 1, 1) * 0.001, zero, hodu.i8, -128, 127)
    return y.sum((2, 3), dtype="i32")


@pytest.mark.parametrize("f", [mobile, residual, pools, integers])
def test_the_same_elements(f: Function) -> None:
    """The longest stream and those that end where it does."""
    shape = (1, 3, 21, 6)
    x = array(*shape)
    snapshot = optimize(captured(f, shape), keep=has_kernel)
    (wanted,) = interpret(with_streams(snapshot, ()), [x])
    found = streams_of(snapshot)
    longest = max(found, key=lambda stream: len(stream.layers))
    assert longest.source is snapshot.inputs[0]
    ends = [s for s in found if s.result is longest.result]
    for stream in {id(s): s for s in (longest, ends[len(ends) // 2], found[0])}.values():
        ready = with_streams(snapshot, (stream,))
        for launch in ready.program.launches():
            verify_kernel(launch.kernel)
        (result,) = interpret(ready, [x])
        limit = 0 if f in (integers, pools, residual) else 1e-6 * np.abs(wanted).max()
        np.testing.assert_allclose(result, wanted, rtol=0, atol=limit)


@pytest.mark.parametrize("f", [mobile, integers])
def test_results_and_memory(f: Function, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "_ROUNDS", 1)  # so that it is quick
    shape = (1, 3, 61, 5)
    x = array(*shape)
    plain, ready = prepared(f, shape, streams=False).whole, prepared(f, shape)
    whole, found = ready.whole, streamed(ready)
    assert found.arena == (plain.plan.size, whole.plan.size)
    assert found.streams and 2 * found.arena[1] < found.arena[0]
    assert found.work[0] == found.work[1]
    (wanted,) = interpret(plain, [x])
    path = compile_shared([Source("streaming.c", whole.source)], FOR_THIS_MACHINE)
    (native,) = NativeModule(Library(path), weights_of(whole), 1).execute({"x": x}).values()
    limit = 0 if f is integers else 1e-6 * np.abs(wanted).max()
    np.testing.assert_allclose(native.numpy(), wanted, rtol=0, atol=limit)


def test_nothing_gained() -> None:
    """Where line buffers do not help the program is what it is without them."""
    weights = weight(8, 8)
    plain, ready = (
        prepared(lambda t: F.relu(t @ weights), (1, 8), streams=s) for s in (False, True)
    )
    assert not streamed(ready).streams
    assert ready.whole.source == plain.whole.source


def skip(t: hodu.Tensor) -> hodu.Tensor:
    """A tensor whose rows wait for two layers."""
    w = weight(2, 2, 3, 3)
    y = F.relu(F.conv2d(t, weight(2, 2, 1, 1)))
    return y + F.conv2d(F.conv2d(y, w, padding=1), w, padding=1)


def test_only_memcpy_and_memset(tmp_path: Path) -> None:
    """Rows are moved without memmove, which compilers like to make of copies in a row."""
    path = tmp_path / "skip.o"
    target = {"target": "thumbv7em-none-eabihf", "cpu": "cortex-m4"}
    hodu.build(captured(skip, (1, 2, 32, 16)), path, name="skip", streaming=True, **target)
    found = read_object(path).symbols
    assert {s.name for s in found if s.is_global and s.section is None} <= {"memcpy", "memset"}


def test_when_rows_are_made() -> None:
    """A skip waits for the rows of the layers beside it, and padding follows the last row."""
    snapshot = optimize(captured(skip, (1, 2, 8, 4)), keep=has_kernel)
    (stream,) = [s for s in streams_of(snapshot) if len(s.layers) == 3]
    plan = schedule(stream)
    assert plan is not None and plan.turns == 10
    lines = [plan.lines[layer.result] for layer in stream.layers]
    assert [line.rows for line in lines] == [3, 2, 1]
    assert [line.apart for line in lines] == [None, 0, None]
    assert [line.made.first for line in lines] == [0, 1, 2]
    assert [line.filled and line.filled.count for line in lines] == [2, 1, None]


POOL = "{kernel_size=[1, 1], stride=[1, 1], padding=[0, 0, 0, 0], dilation=[1, 1], ceil_mode=false}"


@pytest.mark.parametrize(
    "lines",
    [
        # rows of which all others are made
        "%a: f32[1, 2, 6, 2] = softmax(%x) {dim = 2}\n%b: f32[1, 2, 6, 2] = relu(%a)",
        # a constant that differs from row to row
        f"%a: f32[1, 2, 6, 2] = mul(%x, %r)\n%b: f32[1, 2, 6, 2] = max_pool(%a) {POOL}",
        # a result of padding alone
        f"%a: f32[1, 2, 10, 2] = max_pool(%x) {POOL.replace('0, 0, 0', '0, 0, 4')}\n"
        f"%b: f32[1, 2, 10, 2] = max_pool(%a) {POOL}",
        # what lies between is an output too
        '%a: f32[1, 2, 6, 2] = relu(%x)\noutput "a" = %a\n%b: f32[1, 2, 6, 2] = exp(%a)',
    ],
)
def test_what_is_no_stream(lines: str) -> None:
    first = "input %x: f32[1, 2, 6, 2]\nconst %r: f32[6, 1] = [[1], [2], [3], [4], [5], [6]]\n"
    lines = "\n".join(sorted(lines.split("\n"), key=lambda line: line.startswith("output")))
    assert not streams_of(program(f'{first}{lines}\noutput "y" = %b'))
