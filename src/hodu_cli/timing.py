"""Measuring runs: latencies over many, and a limit for all."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NoReturn

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
        """min, median, mean, p90 and p99, in seconds."""
        return {
            "min": self.seconds[0],
            "median": self.quantile(0.5),
            "mean": sum(self.seconds) / len(self.seconds),
            "p90": self.quantile(0.9),
            "p99": self.quantile(0.99),
        }


def measure(run: Callable[[], object], runs: int, warm_up: int | None = None) -> Latency:
    """The latencies of `runs` calls after `warm_up` ones.

    None warms up for a tenth of a second, with at most as many calls as are measured.
    """
    done = 0
    until = time.perf_counter() + _WARM_UP_SECONDS
    most = runs if warm_up is None else warm_up
    while done < most and (done == 0 or warm_up is not None or time.perf_counter() < until):
        run()
        done += 1
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return Latency(tuple(sorted(seconds)), done)


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
