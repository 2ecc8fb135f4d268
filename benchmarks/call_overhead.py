"""What it costs to call a compiled model from Python: an addition of ten elements.

    python benchmarks/call_overhead.py [--rounds 40]

Prints the least and the median CPU time of `module.execute` on arrays and on tensors, interleaved.
Exits with 1 if the least exceeds the bar, 3 microseconds.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

import hodu

BAR = 3.0
CALLS = 2000


def cases() -> dict[str, Callable[[], object]]:
    """Name -> a call of the addition."""
    with hodu.capture("add") as board:
        board.target("y", board.input("a", (10,), "f32") + board.input("b", (10,), "f32"))
    module = hodu.compile(board.snapshot, device="cpu", threads=1)
    a, b = np.linspace(0, 1, 10, dtype=np.float32), np.ones(10, np.float32)
    arrays, tensors = {"a": a, "b": b}, {"a": hodu.tensor(a), "b": hodu.tensor(b)}
    return {
        "arrays": lambda: module.execute(arrays),
        "tensors": lambda: module.execute(tensors),
    }


def microseconds(call: Callable[[], object]) -> float:
    """CPU time of one call, averaged over a batch."""
    start = time.process_time()
    for _ in range(CALLS):
        call()
    return (time.process_time() - start) / CALLS * 1e6


def main() -> int:
    """Measure, print the table; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=40)
    rounds = parser.parse_args().rounds
    calls = cases()
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            times[name].append(microseconds(call))
    print(f"{'us of a call':<16}{'min':>8}{'median':>8}")
    for name, found in times.items():
        print(f"{name:<16}{min(found):>8.2f}{statistics.median(found):>8.2f}")
    return 0 if max(min(found) for found in times.values()) <= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
