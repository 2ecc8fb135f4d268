"""Firmware by line buffers: less memory, and the same results."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import hodu
import hodu.nn.functional as F
from hodu.backends.cpu import streaming
from hodu.backends.cpu.streaming import Streamed
from hodu.backends.cpu.variants import PreparedVariants, prepare_variants
from hodu.kernel.verify import verify_kernel
from hodu.plan.target import named
from hodu.plan.variants import Variant
from hodu.render.c_program import Options
from hodu.runtime.library import Library
from hodu.runtime.module import NativeModule
from hodu.toolchain.build import Source, compile_shared
from tests.compiled.check import weights_of
from tests.compiled.interpret import interpret
from tests.compiled.test_conv import array, weight
from tests.compiled.test_firmware import FOR_THIS_MACHINE
from tests.passes.test_strips import diamond, integers

Function = Callable[[hodu.Tensor], hodu.Tensor]


def prepared(f: Function, shape: tuple[int, ...], *, streams: bool = True) -> PreparedVariants:
    with hodu.capture("net") as board:
        board.target("y", f(board.input("x", shape)))
    written = Options(bare=True, pointer_bytes=4)
    variant = Variant("", 0, named("cortex-m4"))
    return prepare_variants(board.snapshot, (variant,), written, streaming=streams)


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


@pytest.mark.parametrize("f", [mobile, diamond, integers])
def test_results_and_memory(f: Function, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, few in (("_COUNTS", (3,)), ("_PLANNED", 1), ("_ROUNDS", 1)):  # so that it is quick
        monkeypatch.setattr(streaming, name, few)
    shape = (1, 3, 21, 9)
    x = array(*shape)
    plain, ready = prepared(f, shape, streams=False).whole, prepared(f, shape)
    whole, found = ready.whole, streamed(ready)
    assert found.arena == (plain.plan.size, whole.plan.size)
    assert found.strips and 4 * found.arena[1] < 3 * found.arena[0]
    assert found.work[0] < found.work[1] < 2 * found.work[0]
    written = [
        launch.arguments[0].place.slot
        for launch in whole.program.launches()
        if launch.label == "slice_put"
    ]
    assert len(written) == sum(found.strips) - len(found.strips)
    assert len(set(written)) == len(found.strips), "strips are written where the result lies"
    for launch in whole.program.launches():
        verify_kernel(launch.kernel)
    (wanted,), (interpreted,) = (interpret(one, [x]) for one in (plain, whole))
    path = compile_shared([Source("streaming.c", whole.source)], FOR_THIS_MACHINE)
    (native,) = NativeModule(Library(path), weights_of(whole), 1).execute({"x": x}).values()
    limit = 0 if f is integers else 1e-6 * np.abs(wanted).max()
    for result in (interpreted, native.numpy()):
        np.testing.assert_allclose(result, wanted, rtol=0, atol=limit)


def test_nothing_gained() -> None:
    """Where line buffers do not help the program is what it is without them."""
    weights = weight(8, 8)
    plain, ready = (
        prepared(lambda t: F.relu(t @ weights), (1, 8), streams=s) for s in (False, True)
    )
    assert not streamed(ready).strips
    assert ready.whole.source == plain.whole.source
