"""Datasets that workers can import, some of which misbehave."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

import hodu
from hodu.data import Dataset, IterableDataset, get_worker_info


class Squares(Dataset[Any]):
    """Item i is a row of i squared, with a random number of each source."""

    def __init__(self, length: int = 23, width: int = 3) -> None:
        self.length, self.width = length, width

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        row = np.full(self.width, index**2, np.float32)
        draws = (hodu.rand(()).item(), random.random(), np.random.rand())
        return row, index, draws


class Misbehaving(Squares):
    """Raises, exits, is killed or hangs at item 13."""

    def __init__(self, how: str) -> None:
        super().__init__()
        self.how = how

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        if index == 13:
            self.misbehave()
        return super().__getitem__(index)

    def misbehave(self) -> None:
        """What it is named for."""
        if self.how == "raise":
            raise KeyError("no such file")
        if self.how == "exit":
            os._exit(3)
        if self.how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(60)


class Counting(IterableDataset[int]):
    """The numbers below `stop`, shared out among the workers."""

    def __init__(self, stop: int) -> None:
        self.stop = stop

    def __iter__(self) -> Iterator[int]:
        info = get_worker_info()
        start, step = (0, 1) if info is None else (info.id, info.num_workers)
        return iter(range(start, self.stop, step))


class Slow(Squares):
    """Takes its time."""

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        time.sleep(0.05)
        return super().__getitem__(index)


class Informed(Dataset[Any]):
    """Says which worker loads."""

    def __len__(self) -> int:
        return 6

    def __getitem__(self, index: int) -> tuple[int, int]:
        info = get_worker_info()
        assert info is not None
        assert info.dataset is self
        return info.id, int(os.environ.get("HODU_TEST_WORKER", "-1"))


def mark_worker(number: int) -> None:
    """A worker_init_fn."""
    os.environ["HODU_TEST_WORKER"] = str(number)


def broken_start(number: int) -> None:
    """A worker_init_fn that fails."""
    raise OSError("no such database")


def pairs(batch: list[Any]) -> list[Any]:
    """A collate_fn."""
    return [item[1] for item in batch]
