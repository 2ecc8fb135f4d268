"""Programs of little code: loops that layers of all sizes share, and numbers before the weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import hodu
import hodu.nn.functional as F
from hodu import functional
from hodu.backends.cpu.prepare import prepare
from hodu.plan.target import named
from hodu.render.dedupe import same_kernels
from tests.compiled.interpret import interpret
from tests.compiled.test_conv import weight
from tests.compiled.test_firmware import EDGES, firmware

GROUPED = [
    ((1, 24, 5, 5), (24, 1, 3, 3), {"padding": 1, "groups": 24}),
    ((1, 12, 3, 5), (24, 4, 3, 3), {"padding": 1, "groups": 3, "dilation": 2}),
    ((1, 2, 4, 3, 3), (3, 2, 3, 2, 3), {"padding": 1}),
]


@pytest.mark.parametrize(("x", "w", "attrs"), [*EDGES, *GROUPED])
def test_convolutions(x: tuple[int, ...], w: tuple[int, ...], attrs: dict[str, object]) -> None:
    conv = (F.conv1d, F.conv2d, F.conv3d)[len(w) - 3]
    weights, bias = weight(*w), weight(w[0])
    firmware(lambda t: F.relu(conv(t, weights, bias, **attrs)), x, compact=True)


def test_convolutions_of_other_forms() -> None:
    """Cropped, without a bias, with a computed one, with computed weights, in f64."""
    w, w64 = weight(4, 4, 3), hodu.tensor(np.ones((2, 4, 3)))
    cropped = (1,), (-1, -2), (1,), 1
    firmware(lambda t: functional._conv(t, w, None, *cropped), (2, 4, 33), compact=True)
    firmware(lambda t: F.conv1d(t, w, t[0, :, 0]), (2, 4, 9), compact=True)
    firmware(lambda t: F.conv1d(t, t[:, :, :2]), (2, 4, 9), compact=True)
    firmware(lambda t: F.conv1d(t.to("f64"), w64).to("f32"), (2, 4, 9), compact=True)


@pytest.mark.parametrize("rows", [(), (1,), (3,), (2, 3)])
@pytest.mark.parametrize("columns", [1, 7, 16])
def test_linear_layers(rows: tuple[int, ...], columns: int) -> None:
    w, bias = weight(columns, 12), weight(columns)

    def layers(t: hodu.Tensor) -> hodu.Tensor:
        return F.relu(F.linear(t, w, bias)) + F.linear(t, w) @ weight(columns, columns)

    firmware(layers, (*rows, 12), compact=True)


def _network(t: hodu.Tensor) -> hodu.Tensor:
    """Convolutions that differ in all their sizes, and linear layers with and without ReLU."""
    forms = [(3, 8, 3, 1, 1), (8, 16, 5, 2, 2), (16, 8, 2, 2, 0), (8, 8, 1, 1, 0)]
    for i, (inner, out, size, stride, padding) in enumerate(forms):
        w = 0.2 * weight(out, inner, size, size, seed=i)
        t = F.conv2d(t, w, weight(out, seed=i), stride=stride, padding=padding)
        t = t if i == 2 else F.relu(t)
    t = F.relu(F.linear(t.flatten(1), 0.1 * weight(8, 8 * 2 * 2), weight(8)))
    return F.linear(F.relu(F.linear(t, weight(16, 8), weight(16))), weight(32, 16), weight(32))


def test_layers_of_all_sizes_share_kernels() -> None:
    ready = firmware(_network, (1, 3, 8, 8), compact=True)
    launches = list(ready.program.launches())
    assert [launch.kernel.name for launch in launches] == ["conv"] * 4 + ["linear"] * 3
    assert len(same_kernels(launches)) == 3, (
        "one of them is a 1x1 convolution over all pixels as one row"
    )
    numbers = ready.weights.size // 4 - sum(
        launch.kernel.work // _pixels(number) + _bias(number)
        for number, launch in enumerate(launches)
    )
    assert numbers <= 4 * 12 + 3 * 3, "a layer takes few numbers besides its weights"
    assert all(len(launch.arguments) == 3 for launch in launches), "they stand with the weights"


def _pixels(layer: int) -> int:
    return [8 * 8, 4 * 4, 2 * 2, 2 * 2, 1, 1, 1][layer]


def _bias(layer: int) -> int:
    return [8, 16, 8, 8, 8, 16, 32][layer]


def test_not_a_number_stays_one() -> None:
    """The bound of a layer that has no ReLU is one to any number."""
    w, bias = weight(8, 4), weight(8)
    with hodu.capture("bounds") as board:
        board.target("y", F.linear(board.input("x", (1, 4)), w, bias))
    ready = prepare(board.snapshot, replace(named("cortex-m4"), compact=True))
    for value in (np.nan, -np.inf, np.inf):
        x = np.full((1, 4), value, np.float32)
        np.testing.assert_array_equal(interpret(ready, [x])[0], F.linear(hodu.tensor(x), w, bias))
