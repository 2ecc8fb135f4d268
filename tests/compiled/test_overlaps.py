"""Inputs and outputs that lie over one another: kernels keep every element until its last read."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import hodu
import hodu.nn.functional as F
from hodu.backends.cpu.prepare import prepare
from hodu.kernel.interp import run_kernel
from hodu.kernel.ir import Overlap
from hodu.kernel.narrow import stored
from hodu.kernel.overlap import find_overlaps
from hodu.lower.program import Launch, Slot
from hodu.plan.target import named
from tests.compiled.test_conv import weight
from tests.compiled.test_firmware import bare, firmware

Function = Callable[[hodu.Tensor], hodu.Tensor]


def conv(out: int, inner: int, taps: int = 3, **attrs: object) -> Function:
    return lambda t: F.relu(F.conv2d(t, weight(out, inner, taps, taps), weight(out), **attrs))


KERNELS: list[tuple[Function, tuple[int, ...], int | None]] = [
    (conv(4, 1, padding=1, groups=4), (1, 4, 6, 20), 4 * 39),  # two rows behind
    (conv(4, 1, padding=1, stride=2, groups=4), (1, 4, 9, 20), None),
    (conv(4, 1, padding=2, dilation=2, groups=4), (1, 4, 5, 5), None),
    (conv(8, 2, padding=1), (1, 2, 5, 8), None),
    (conv(8, 4, taps=1), (1, 4, 5, 7), None),
    (conv(4, 8, taps=1), (2, 8, 5, 7), None),
    (lambda t: F.max_pool2d(t, 3, 2, 1), (1, 3, 9, 11), None),
    (lambda t: F.avg_pool2d(t, 2), (1, 3, 8, 8), -4 * 12),  # rows are read before they are written
    (lambda t: F.softmax(t, -1), (3, 10), None),
    (lambda t: t.double() * 2, (5, 7), 4 * 34),
    (lambda t: t.to(hodu.i8) + 1, (5, 7), -3),  # the byte of the first is its last one
    (lambda t: t * 3 + t.sum(0), (4, 6), None),
]


def single(f: Function, shape: tuple[int, ...]) -> tuple[Launch, list[Slot]]:
    """The last kernel of a function; its input and its output."""
    launch = list(bare(f, shape).program.launches())[-1]
    slots = [a.place.slot for a in launch.arguments]
    return launch, [next(s for s in slots if s.kind == kind) for kind in ("input", "output")]


def overlap_of(launch: Launch, slots: list[Slot]) -> Overlap:
    ends = [
        next(p for p, a in zip(launch.kernel.params, launch.arguments, strict=True)
             if a.place.slot is slot)
        for slot in slots
    ]  # fmt: skip
    (found,) = find_overlaps(launch.kernel, ends[:1], ends[1:])
    return found


def result(launch: Launch, slots: list[Slot], x: np.ndarray, distance: int | None) -> np.ndarray:
    """What the kernel makes of x that begins so many bytes after the result, None: apart."""
    source, target = slots
    size = source.bytes + target.bytes
    block = np.full(3 * size, 0x55, np.uint8)
    at = {target: size, source: size + (target.bytes if distance is None else distance)}
    arrays = {
        slot: block[start : start + slot.bytes].view(stored(slot.dtype).numpy)
        for slot, start in at.items()
    }
    arrays[source][:] = x
    for a in launch.arguments:
        slot = a.place.slot
        empty = np.zeros(slot.size, stored(slot.dtype).numpy)
        arrays.setdefault(slot, empty if slot.data is None else slot.data)
    run_kernel(launch.kernel, [arrays[a.place.slot] for a in launch.arguments])
    return arrays[target].copy()


@pytest.mark.parametrize(("f", "shape", "least"), KERNELS)
def test_a_kernel_over_its_input(f: Function, shape: tuple[int, ...], least: int | None):
    """The result is right at the distances found, and wrong at one element less."""
    launch, slots = single(f, shape)
    overlap = overlap_of(launch, slots)
    assert least is None or overlap.least == least
    unit = 4 if slots[1].dtype is not hodu.i8 else 1
    x = (8 * np.random.default_rng(0).standard_normal(slots[0].size)).astype(np.float32)
    wanted = result(launch, slots, x, None)
    for distance in (overlap.least, overlap.least + unit * 3, *overlap.exact):
        np.testing.assert_array_equal(result(launch, slots, x, distance), wanted)
    is_lost = not np.array_equal(result(launch, slots, x, overlap.least - unit), wanted)
    assert is_lost or unit == 1  # which byte of a float is lost makes no difference to an i8


def _separable(t: hodu.Tensor) -> hodu.Tensor:
    """Layers after MobileNet: the 1x1 one makes twice as many channels."""
    t = conv(8, 3, padding=1)(t)
    t = conv(8, 1, padding=1, groups=8)(t)
    t = conv(16, 8, taps=1)(t)
    return conv(16, 1, padding=1, stride=2, groups=16)(t).mean((2, 3))


def test_a_layer_of_pixels_lies_over_its_input():
    """The largest layer alone is the arena: what it reads is copied tile by tile."""
    ready = firmware(_separable, (1, 3, 10, 10))
    assert ready.plan.size == ready.plan.bound == 4 * 16 * 100


def test_a_row_from_its_first_pixel_on():
    """The last layer's output begins where its input does, though its edge has loops of its own."""
    ready = firmware(_separable, (1, 3, 24, 24))
    assert ready.plan.size == ready.plan.bound == 4 * 16 * 24 * 24


def test_parallel_kernels_of_a_server_do_not_overlap():
    with hodu.capture("server") as board:
        board.target("y", _separable(board.input("x", (1, 3, 10, 10))))
    ready = prepare(board.snapshot, named("x86-64-v3"))
    assert not any(launch.kernel.overlaps for launch in ready.program.launches())
