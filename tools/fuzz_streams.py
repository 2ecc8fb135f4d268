"""Random layers computed row by row, in the interpreter of kernels, against layer by layer.

    python -m tools.fuzz_streams [--cpu cortex-m4] [--seed N] [--count N]

Of each network the longest stream and one more are taken. Stops at the first result that differs:
in any bit, but for sums over all pixels, which have another order.
"""

from __future__ import annotations

import argparse
import random
import sys

import numpy as np

import hodu
import hodu.nn.functional as F
from hodu import functional
from hodu.backends.cpu.prepare import has_kernel
from hodu.lower.streams.layer import Stream
from hodu.lower.streams.scheduling import schedule
from hodu.passes import optimize
from hodu.plan.target import Target, named
from hodu.snapshot.ir import Snapshot
from tests.compiled.interpret import interpret
from tests.compiled.streams import streams_of, with_streams


class RandomLayers:
    """A few layers on a random image: convolutions, windows, elementwise ops and skips."""

    def __init__(self, seed: int) -> None:
        self._chance, self._numbers = random.Random(seed), np.random.default_rng(seed)
        self._has_bytes = self._chance.random() < 0.4
        self._zero = hodu.tensor(self._chance.randint(-5, 5), dtype="i8")
        pick = self._chance
        self.shape = (1, pick.choice([1, 3, 4, 8]), pick.randint(6, 20), pick.randint(1, 7))

    def snapshot(self) -> Snapshot:
        """The network."""
        with hodu.capture("layers") as board:
            board.target("y", self._layers(board.input("x", self.shape)))
        return board.snapshot

    def array(self) -> np.ndarray:
        """An image."""
        return self._numbers.standard_normal(self.shape).astype(np.float32)

    def _layers(self, t: hodu.Tensor) -> hodu.Tensor:
        if self._has_bytes:
            t = functional._quantize_linear(t, hodu.tensor(0.05), self._zero, hodu.i8)
        before: list[hodu.Tensor] = []
        for _ in range(self._chance.randint(2, 6)):
            before.append(t)
            skips = [one for one in before[:-1] if one.shape == t.shape]
            kind = self._chance.choice(["conv", "conv", "conv", "window", "map", "add"])
            if kind == "add" and skips:
                t = self._added(t, self._chance.choice(skips))
            elif kind == "window" and not self._has_bytes and t.shape[2] > 3:
                t = self._window(t)
            elif kind == "map" and not self._has_bytes:
                t = F.sigmoid(t) * self._weights(int(t.shape[1]), 1, 1)
            elif kind == "conv":
                t = self._convolved(t)
        if self._chance.random() < 0.3:
            return t.sum((2, 3), dtype="i32") if self._has_bytes else t.mean((2, 3))
        return t

    def _weights(self, *shape: int) -> hodu.Tensor:
        return hodu.tensor(self._numbers.standard_normal(shape).astype(np.float32))

    def _added(self, t: hodu.Tensor, skip: hodu.Tensor) -> hodu.Tensor:
        if not self._has_bytes:
            return t + skip
        a, b = (functional._dequantize_linear(x, hodu.tensor(0.05), self._zero) for x in (t, skip))
        return functional._quantize_linear(a + b, hodu.tensor(0.06), self._zero, hodu.i8)

    def _window(self, t: hodu.Tensor) -> hodu.Tensor:
        pick = self._chance
        sizes = (pick.choice([2, 3]), 1), (pick.choice([1, 2]), 1), (pick.randint(0, 1), 0)
        return pick.choice([F.max_pool2d, F.avg_pool2d])(t, *sizes)

    def _convolved(self, t: hodu.Tensor) -> hodu.Tensor:
        pick, inner = self._chance, int(t.shape[1])
        kernel = pick.choice([1, 1, 2, 3, 3, 5]), pick.choice([1, 3])
        stride, dilation = (pick.choice([1, 1, 2, 3]), pick.choice([1, 2])), (pick.randint(1, 2), 1)
        spans = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
        padding = pick.randint(0, spans[0] - 1), pick.randint(0, spans[1] - 1)
        if any(n + 2 * p < k for n, p, k in zip(t.shape[2:], padding, spans, strict=True)):
            return t
        groups = inner if pick.random() < 0.3 else 1
        out = inner if groups > 1 else pick.choice([1, 3, 4, 8])
        shape = (out, inner // groups, *kernel)
        if not self._has_bytes:
            weights, bias = self._weights(*shape), self._weights(out)
            y = F.conv2d(t, weights, bias, stride, padding, dilation, groups)
            return F.relu(y) if pick.random() < 0.6 else y
        weights = hodu.tensor(self._numbers.integers(-7, 7, shape).astype(np.int8))
        bias = hodu.tensor(self._numbers.integers(-50, 50, out).astype(np.int32))
        around = (*padding, *padding)
        y = functional._integer_conv(
            t, weights, bias, self._zero, None, stride, around, dilation, groups
        )
        scale = hodu.tensor(np.full((1, out, 1, 1), 0.02, np.float32))
        return functional._requantize(y, scale, self._zero, hodu.i8, -128, 127)


def check_streams(seed: int, core: Target) -> int:
    """Raise AssertionError where a stream differs; how many there were."""
    layers = RandomLayers(seed)
    snapshot = optimize(layers.snapshot(), keep=has_kernel)
    found = [stream for stream in streams_of(snapshot) if schedule(stream) is not None]
    if not found:
        return 0
    x = layers.array()
    (wanted,) = interpret(with_streams(snapshot, (), core), [x])
    longest = max(found, key=lambda stream: len(stream.layers))
    chosen: list[Stream] = [longest, *random.Random(seed).sample(found, 1)]
    for stream in chosen:
        (result,) = interpret(with_streams(snapshot, (stream,), core), [x])
        limit = 1e-6 * np.abs(wanted).max() if stream.layers[-1].totals else 0
        message = f"seed {seed}: {len(stream.layers)} layers from {stream.source}"
        np.testing.assert_allclose(result, wanted, rtol=0, atol=limit, err_msg=message)
    return len(chosen)


def main() -> int:
    """Check seed after seed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cpu", default="cortex-m4")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=200)
    options = parser.parse_args()
    streams = 0
    for seed in range(options.seed, options.seed + options.count):
        with np.errstate(all="ignore"):
            streams += check_streams(seed, named(options.cpu))
    print(f"{streams} streams of {options.count} networks agree")
    return 0


if __name__ == "__main__":
    sys.exit(main())
