"""What a worker process does: it loads the batches it is asked for until it is told to stop."""

from __future__ import annotations

import os
import queue
import random
import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import numpy as np

from hodu.data.fetch import Recipe, iterate, load
from hodu.data.transport import Packed, pack, remove_folder
from hodu.random import manual_seed


@dataclass(frozen=True, slots=True)
class WorkerInfo:
    """Which worker this process is, of how many, with what seed and copy of the dataset."""

    id: int
    num_workers: int
    seed: int
    dataset: Any


@dataclass(frozen=True, slots=True)
class Job:
    """All that a worker is told when it starts.

    `progress` is shared: the number of the task under way, and the position in its batch.
    """

    recipe: Recipe
    number: int
    count: int
    seed: int
    init: Callable[[int], None] | None
    folder: Path
    progress: Any


@dataclass(frozen=True, slots=True)
class Task:
    """Batch `batch` of an iteration; `number` is its own among all.

    A dataset that is iterated over starts anew when `starts` is set.
    """

    number: int
    batch: int
    indices: Any
    seed: int
    starts: bool


@dataclass(frozen=True, slots=True)
class Loaded:
    """A batch that was asked for, or None where an iteration has ended."""

    number: int
    packed: Packed | None


@dataclass(frozen=True, slots=True)
class Failed:
    """An exception in a worker; task -1 is its start."""

    number: int
    position: int
    error: str
    trace: str


_info: WorkerInfo | None = None


def get_worker_info() -> WorkerInfo | None:
    """Which worker this process is; None in the main process."""
    return _info


def main(job: Job, connection: Connection) -> None:
    """Serve until None comes or the main process is gone."""
    global _info
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the main process's to handle
    tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(connection, tasks, job.folder), daemon=True).start()
    _info = WorkerInfo(job.number, job.count, job.seed, job.recipe.dataset)
    try:
        seed_everything(job.seed)
        if job.init is not None:
            job.init(job.number)
    except Exception as error:
        connection.send(_failure(-1, job, error))
        return
    _serve(job, connection, tasks)


def _receive(connection: Connection, tasks: queue.SimpleQueue[Any], folder: Path) -> None:
    """Take tasks from the pipe at once, so that the main process never waits to send one."""
    parent = parent_process()
    assert parent is not None
    while connection in wait([connection, parent.sentinel]):
        try:
            task = connection.recv()
        except (EOFError, OSError):
            break
        tasks.put(task)
        if task is None:
            return
    remove_folder(folder)  # the main process is gone
    os._exit(1)


def _serve(job: Job, connection: Connection, tasks: queue.SimpleQueue[Task | None]) -> None:
    batches: Iterator[Any] = iter(())
    while (task := tasks.get()) is not None:
        job.progress[0], job.progress[1] = task.number, 0
        seed_everything(task.seed)
        try:
            if task.starts:
                batches = iterate(job.recipe, _marker(job))
            connection.send(Loaded(task.number, _load(job, task, batches)))
        except BrokenPipeError:
            return
        except Exception as error:
            connection.send(_failure(task.number, job, error))


def _load(job: Job, task: Task, batches: Iterator[Any]) -> Packed | None:
    if job.recipe.is_iterable:
        batch = next(batches, _END)
        if batch is _END:
            return None
    else:
        batch = load(job.recipe, task.indices, _marker(job))
    return pack(batch, job.folder / f"{job.number}-{task.number}")


_END = object()


def _marker(job: Job) -> Callable[[int], None]:
    def mark(position: int) -> None:
        job.progress[1] = position

    return mark


def _failure(number: int, job: Job, error: Exception) -> Failed:
    text = f"{type(error).__name__}: {error}"
    return Failed(number, job.progress[1], text, traceback.format_exc())


def seed_everything(seed: int) -> None:
    """Seed Hodu's default generator, Python's and NumPy's."""
    manual_seed(seed)
    random.seed(seed)
    np.random.seed(seed % 2**32)
