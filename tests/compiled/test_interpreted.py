"""Blocked loops in the kernel interpreter, which checks every access, over several uneven tiles."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import hodu
from hodu.backends.cpu.prepare import prepare
from hodu.kernel.verify import verify_kernel
from hodu.nn import functional as F
from hodu.plan.target import named
from hodu.plan.variants import variants_for
from hodu.snapshot.interp import interpreter
from tests.compiled.interpret import interpret
from tests.compiled.run import capture


def numbers(*shape: int) -> np.ndarray:
    """Different numbers between -1 and 1."""
    return np.random.default_rng(5).uniform(-1, 1, shape).astype(np.float32)


def constant(*shape: int) -> hodu.Tensor:
    return hodu.tensor(numbers(*shape))


def lstm(x: Any) -> Any:
    weights = (constant(44, 9), constant(44, 11), constant(44), constant(44))
    return hodu.lstm_layer(x, *weights, constant(3, 11), constant(3, 11))


def long_lstm(x: Any) -> Any:
    weights = (constant(200, 9), constant(200, 50), constant(200), constant(200))
    return hodu.lstm_layer(x, *weights, constant(1, 50), constant(1, 50), reverse=True)


def deep_lstm(x: Any) -> Any:
    weights = (constant(200, 70), constant(200, 50), constant(200), constant(200))
    return hodu.lstm_layer(x, *weights, constant(1, 50), constant(1, 50))


def blocks(x: Any) -> Any:
    return F.relu(F.conv2d(F.conv2d(x, constant(17, 9, 3, 3), padding=1), constant(10, 17, 1, 1)))


CASES: dict[str, tuple[Any, list[np.ndarray]]] = {
    "product": (lambda x, y: x @ y, [numbers(23, 37), numbers(37, 41)]),
    "weights": (lambda x: F.relu(F.linear(x, constant(35, 19), constant(35))), [numbers(17, 19)]),
    "rows that share cache lines": (lambda x: x @ constant(1024, 3), [numbers(9, 1024)]),
    "parts of the depth": (lambda x: x @ constant(700, 33), [numbers(15, 700)]),
    "a transposed product": (
        lambda x, w, b: F.relu(F.linear(x, w, b)), [numbers(18, 50), numbers(87, 50), numbers(87)]
    ),
    "products": (lambda x, y: x @ y.mT, [numbers(2, 9, 13), numbers(2, 18, 13)]),
    "blocks": (blocks, [numbers(1, 9, 6, 7)]),
    "groups": (
        lambda x: F.conv2d(F.conv2d(x, constant(96, 16, 3, 3), groups=2), constant(40, 96, 1, 1)),
        [numbers(1, 32, 5, 5)],
    ),
    "stride": (
        lambda x: F.max_pool2d(F.conv2d(x, constant(16, 3, 3, 3), stride=2), 2),
        [numbers(2, 3, 11, 11)],
    ),
    "computed weights": (
        lambda x, w: F.conv2d(x, w, stride=(2, 1), padding=1, dilation=(1, 2)),
        [numbers(2, 3, 9, 20), numbers(18, 3, 3, 2)],
    ),
    "phases": (
        lambda x, w: F.conv_transpose2d(x, w, stride=(1, 3), padding=1, dilation=(2, 1)),
        [numbers(2, 3, 5, 7), numbers(3, 19, 2, 4)],
    ),
    "depthwise": (
        lambda x: F.conv2d(x, constant(17, 1, 3, 3), padding=1, groups=17), [numbers(1, 17, 6, 5)]
    ),
    "attention": (
        lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True),
        [numbers(1, 2, 19, 10), numbers(1, 2, 19, 10), numbers(1, 2, 19, 12)],
    ),
    "attention of a few": (
        lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True),
        [numbers(1, 2, 3, 37), numbers(1, 2, 1050, 37), numbers(1, 2, 1050, 12)],
    ),
    "lstm": (lstm, [numbers(4, 3, 9)]),
    "lstm of one sequence": (long_lstm, [numbers(10, 1, 9)]),
    "lstm of deep inputs": (deep_lstm, [numbers(19, 1, 70)]),
}  # fmt: skip


TARGETS = {name: named(name) for name in ("scalar", "x86-64-v3", "x86-64-v4")}
TARGETS |= {v.name: v.target for v in variants_for("x86_64-linux-gnu")}  # they share weights


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", CASES)
def test_kernels_stay_in_their_memory_and_are_right(name: str, target: str) -> None:
    function, arrays = CASES[name]
    snapshot = capture(function, arrays)
    ready = prepare(snapshot, TARGETS[target])
    for launch in ready.program.launches():
        verify_kernel(launch.kernel)
    wanted = interpreter(snapshot).run(arrays)
    for got, want in zip(interpret(ready, arrays), wanted, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5)
