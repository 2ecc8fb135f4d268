"""A step of decoding with cached keys against PyTorch: attention of one layer, one token.

    python benchmarks/decode.py [--threads 1] [--keys 512] [--heads 12] [--width 64] [--runs 400]

Query, key and value of a token are projected, key and value written into the caches, the filled
part of the caches attended to, and the result projected. Hodu holds the caches as states; PyTorch
writes them in place, with query, key and value in one product. The two take turns, after a run over
all positions in which their results are compared. Prints milliseconds of CPU time, of the clock
with several threads.
"""

from __future__ import annotations

import argparse
import importlib.util
import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

import hodu

Array: TypeAlias = NDArray[Any]
Step: TypeAlias = Callable[[Array, int], Array]


@dataclass(frozen=True)
class Layer:
    """The sizes and weights of the layer."""

    heads: int
    width: int
    keys: int

    @property
    def features(self) -> int:
        """Of a token."""
        return self.heads * self.width

    @property
    def cache(self) -> tuple[int, ...]:
        """The shape of a cache."""
        return (1, self.heads, self.keys, self.width)

    def weights(self) -> list[Array]:
        """Query's, key's, value's and the output's."""
        rng, n = np.random.default_rng(0), self.features
        return [(rng.standard_normal((n, n)) / math.sqrt(n)).astype(np.float32) for _ in range(4)]


def in_hodu(layer: Layer, threads: int) -> Step:
    """The step compiled, with the caches as states."""
    *inner, last = (hodu.tensor(w) for w in layer.weights())
    caches = [hodu.zeros(layer.cache) for _ in range(2)]
    with hodu.capture("decode") as board:
        x, position = board.input("x", (1, layer.features)), board.input("position", (), "i64")
        shape = (1, layer.heads, 1, layer.width)
        query, *rows = ((x @ w).reshape(shape) for w in inner)
        for cache, row in zip(caches, rows, strict=True):
            board.hold(cache)
            cache[:, :, position] = row[:, :, 0]
        mask = hodu.arange(layer.keys) <= position
        y = hodu.nn.functional.scaled_dot_product_attention(query, *caches, mask)
        board.target("y", y.reshape(1, layer.features) @ last)
    module = hodu.compile(board.snapshot, threads=threads)
    return lambda x, at: module.execute({"x": x, "position": np.array(at)})["y"].numpy()


def in_torch(layer: Layer, threads: int) -> Step:
    """PyTorch's own operators on the filled part of the caches."""
    import torch

    torch.set_num_threads(threads)
    *inner, last = (torch.from_numpy(w) for w in layer.weights())
    caches = [torch.zeros(layer.cache) for _ in range(2)]
    attend = torch.nn.functional.scaled_dot_product_attention
    joined = torch.cat(inner, 1)

    def step(x: Array, at: int) -> Array:
        with torch.inference_mode():
            parts = (torch.from_numpy(x) @ joined).reshape(3, 1, layer.heads, 1, layer.width)
            for cache, row in zip(caches, parts[1:], strict=True):
                cache[:, :, at] = row[:, :, 0]
            y = attend(parts[0], *(cache[:, :, : at + 1] for cache in caches))
            return (y.reshape(1, layer.features) @ last).numpy()

    return step


def milliseconds(step: Step, x: Array, at: int, threads: int) -> float:
    """Of one step: CPU time on one thread, else by the clock."""
    clock = time.process_time_ns if threads == 1 else time.perf_counter_ns
    start = clock()
    step(x, at)
    return (clock() - start) / 1e6


def main() -> None:
    """Measure, print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name, default in (("threads", 1), ("keys", 512), ("heads", 12), ("width", 64)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--runs", type=int, default=400)
    options = parser.parse_args()
    layer = Layer(options.heads, options.width, options.keys)
    steps = {"Hodu": in_hodu(layer, options.threads)}
    if importlib.util.find_spec("torch"):
        steps["PyTorch"] = in_torch(layer, options.threads)
    rng = np.random.default_rng(1)
    for at in range(layer.keys):
        x = rng.standard_normal((1, layer.features), np.float32)
        results = [step(x, at) for step in steps.values()]
        for found in results[1:]:
            np.testing.assert_allclose(found, results[0], rtol=1e-3, atol=1e-4)
    times: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(options.runs):
        for name, step in steps.items():
            times[name].append(milliseconds(step, x, layer.keys - 1, options.threads))
    print(f"{'ms of a step':<16}{'min':>8}{'median':>8}")
    for name, found in times.items():
        print(f"{name:<16}{min(found):>8.3f}{statistics.median(found):>8.3f}")


if __name__ == "__main__":
    main()
