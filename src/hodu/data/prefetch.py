"""Batches of worker processes in order, with some always on their way."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import count
from typing import Any

from hodu.data.pool import WorkerPool
from hodu.data.worker import Task

_GOLDEN = 0x9E3779B97F4A7C15


class Prefetcher:
    """The batches of one iteration; batch i comes from worker i modulo their number.

    `indices` holds those of each batch, or None for each where the workers iterate themselves;
    then a worker whose iteration ends is asked no more. Each batch is loaded from a seed of its
    own, by its number, so that it is the same from any worker and after a restart.
    """

    def __init__(
        self, pool: WorkerPool, indices: Iterator[Any], first: int, seed: int, numbers: count[int]
    ) -> None:
        self._pool = pool
        self._indices = indices
        self._batches = count(first)
        self._seed = seed
        self._numbers = numbers
        self._turns = deque(range(len(pool)))
        self._started: set[int] = set()
        self._waiting: deque[tuple[int, int]] = deque()

    def run(self, ahead: int) -> Iterator[Any]:
        """The batches, with `ahead` of them asked for beforehand at each worker."""
        for _ in range(ahead * len(self._pool)):
            self._ask()
        while self._waiting:
            worker, number = self._waiting.popleft()
            is_there, batch = self._pool.receive(worker, number)
            if is_there:
                self._ask()
                yield batch
            elif worker in self._turns:
                self._turns.remove(worker)

    def _ask(self) -> None:
        indices = next(self._indices, _END) if self._turns else _END
        if indices is _END:
            return
        worker = self._turns[0]
        self._turns.rotate(-1)
        batch, number = next(self._batches), next(self._numbers)
        seed = (self._seed + (batch + 1) * _GOLDEN) % 2**64
        task = Task(number, batch, indices, seed, worker not in self._started)
        self._started.add(worker)
        self._waiting.append((worker, number))
        self._pool.submit(worker, task)


_END = object()
