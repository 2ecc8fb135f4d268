"""Measuring runs: latencies over many, time by op over one, and a limit for all."""

from __future__ import annotations

import inspect
import os
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

from hodu.errors import UnsupportedError
from hodu.ops._table import Array
from hodu.plugins.interfaces import ExecutableModule
from hodu.snapshot.ir import Node
from hodu_cli.errors import say

_WARM_UP_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds of repeated runs, in ascending order, and how many went before to warm up."""

    seconds: tuple[float, ...]
    warm_up: int

    def quantile(self, q: float) -> float:
        """The smallest latency that a share `q` of the runs did not exceed."""
        index = -(-len(self.seconds) * q // 1)
        return self.seconds[max(int(index) - 1, 0)]

    def summary(self) -> dict[str, float]:
        """min, median, p95 and mean, in seconds."""
        return {
            "min": self.seconds[0],
            "median": self.quantile(0.5),
            "p95": self.quantile(0.95),
            "mean": sum(self.seconds) / len(self.seconds),
        }


def measure(module: ExecutableModule, inputs: Mapping[str, Array], runs: int) -> Latency:
    """The latencies of `runs` runs, after warm-up runs for a tenth of a second (at most `runs`)."""
    warm_up = 0
    until = time.perf_counter() + _WARM_UP_SECONDS
    while warm_up == 0 or (warm_up < runs and time.perf_counter() < until):
        module.execute(inputs)
        warm_up += 1
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        module.execute(inputs)
        seconds.append(time.perf_counter() - start)
    return Latency(tuple(sorted(seconds)), warm_up)


@dataclass(slots=True)
class OpTime:
    """How often an op ran and the seconds it took."""

    op: str
    calls: int = 0
    seconds: float = 0.0


def profile(module: ExecutableModule, inputs: Mapping[str, Array]) -> list[OpTime]:
    """Time by op of one run (after one to warm up), the slowest first.

    Raises UnsupportedError for a runtime that cannot look inside a run.
    """
    execute: Any = module.execute
    if "observe" not in inspect.signature(execute).parameters:
        raise UnsupportedError(
            "this runtime cannot tell the time of single ops",
            hint="--runtime interp can; --benchmark N measures whole runs",
        )
    execute(inputs)
    times: dict[str, OpTime] = {}

    def observe(node: Node, results: tuple[Array, ...], seconds: float) -> None:
        entry = times.setdefault(node.op, OpTime(node.op))
        entry.calls += 1
        entry.seconds += seconds

    execute(inputs, observe=observe)
    return sorted(times.values(), key=lambda t: -t.seconds)


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """End the process with an error if the block takes longer than `seconds`.

    A thread does it, because a kernel that hangs in C would never see a signal's exception.
    """
    if seconds is None or seconds > threading.TIMEOUT_MAX:
        yield
        return
    timer = threading.Timer(seconds, _expire, [seconds])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _expire(seconds: float) -> NoReturn:
    say(f"timed out after {seconds:g} s", "a longer --timeout gives the model more time")
    sys.stderr.flush()
    os._exit(1)
