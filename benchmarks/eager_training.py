"""Eager forward and backward of multi-layer perceptrons against PyTorch, on one core.

    python benchmarks/eager_training.py [--rounds 20]

Needs `pip install torch==2.13.0`. Prints the minimum and median of many rounds and their ratio;
the bar is that no network takes longer than with PyTorch.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np

import hodu
import hodu.nn.functional as hf

try:
    import torch
    import torch.nn.functional as tf
except ImportError:
    sys.exit("this benchmark compares with PyTorch: pip install torch==2.13.0")

BAR = 1.0
NETWORKS = {
    "784-512-512-10, batch 64": ((784, 512, 512, 10), 64, 5),
    "16-32-32-4, batch 1": ((16, 32, 32, 4), 1, 200),
}


def step(
    make: Callable[[Any], Any], functional: Any, sizes: tuple[int, ...], batch: int
) -> Callable[[], object]:
    """A call that runs the network forward and backward and clears the gradients."""
    rng = np.random.default_rng(0)
    weights = [
        make(rng.standard_normal((n, m), np.float32) / m**0.5).requires_grad_()
        for m, n in pairwise(sizes)
    ]
    biases = [make(np.zeros(n, np.float32)).requires_grad_() for n in sizes[1:]]
    x = make(rng.standard_normal((batch, sizes[0]), np.float32))
    target = make(np.eye(sizes[-1], dtype=np.float32)[rng.integers(0, sizes[-1], batch)])

    def run() -> None:
        h = x
        for i, (w, b) in enumerate(zip(weights, biases, strict=True)):
            h = functional.linear(h, w, b)
            h = functional.relu(h) if i + 1 < len(weights) else h
        (functional.log_softmax(h, 1) * target).sum().neg().backward()
        for p in (*weights, *biases):
            p.grad = None

    return run


def milliseconds(call: Callable[[], object], calls: int) -> float:
    """CPU time of one call, averaged over a batch."""
    start = time.process_time()
    for _ in range(calls):
        call()
    return (time.process_time() - start) / calls * 1e3


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    torch.set_num_threads(1)
    print(
        f"{'network':26} {'hodu min':>9} {'median':>7} {'torch min':>10} {'median':>7} {'ratio':>6}"
    )
    worst = 0.0
    for name, (sizes, batch, calls) in NETWORKS.items():
        ours = step(hodu.tensor, hf, sizes, batch)
        theirs = step(torch.tensor, tf, sizes, batch)
        pairs = [(milliseconds(ours, calls), milliseconds(theirs, calls)) for _ in range(rounds)]
        a, b = [p[0] for p in pairs], [p[1] for p in pairs]
        worst = max(worst, min(a) / min(b))
        print(
            f"{name:26} {min(a):9.3f} {statistics.median(a):7.3f} {min(b):10.3f} "
            f"{statistics.median(b):7.3f} {min(a) / min(b):6.2f}"
        )
    print(f"bar: no slower than PyTorch: {'met' if worst <= BAR else 'MISSED'}")
    return 0 if worst <= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
