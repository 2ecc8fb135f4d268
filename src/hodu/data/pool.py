"""The worker processes of a loader, as the main process sees them."""

from __future__ import annotations

import contextlib
import multiprocessing
import pickle
import signal
import time
from collections.abc import Callable, Iterator
from ctypes import c_int64
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, NoReturn

from hodu.data.fetch import Recipe
from hodu.data.transport import discard, make_folder, remove_folder, unpack
from hodu.data.worker import Failed, Job, Loaded, Task, main
from hodu.errors import ArgumentError, WorkerError
from hodu.source import location

_GRACE = 2.0
"""Seconds that a worker has to finish its item before it is terminated."""


@dataclass(slots=True)
class _Worker:
    process: Any
    connection: Connection
    progress: Any


class WorkerPool:
    """Processes that load batches; every one answers its tasks in order.

    When one fails or dies, the others are shut down and WorkerError says which item it was.
    """

    def __init__(
        self,
        recipe: Recipe,
        count: int,
        seed: int,
        init: Callable[[int], None] | None,
        context: Any,
        timeout: float,
    ) -> None:
        self._recipe = recipe
        self._timeout = timeout
        self._folder = make_folder()
        self._workers: list[_Worker] = []
        self._asked: dict[int, Task] = {}
        self.is_open = True
        try:
            with _interrupts_wait():
                for number in range(count):
                    self._start(context, number, count, seed, init)
        except BaseException:
            self.close()
            raise

    def _start(self, context: Any, number: int, count: int, seed: int, init: Any) -> None:
        progress = context.RawArray(c_int64, 2)
        progress[0] = -1
        here, there = context.Pipe()
        job = Job(
            self._recipe, number, count, (seed + number) % 2**64, init, self._folder, progress
        )
        process = context.Process(
            target=main, args=(job, there), daemon=True, name=f"hodu loader {number}"
        )
        try:
            process.start()
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            here.close()
            raise ArgumentError(
                f"the dataset cannot be sent to a worker process: {error}",
                where=location(),
                hint="datasets, collate_fn and worker_init_fn are pickled: define them at the top "
                "of a module, without open files or lambdas",
            ) from None
        finally:
            there.close()
        self._workers.append(_Worker(process, here, progress))

    def __len__(self) -> int:
        return len(self._workers)

    def submit(self, number: int, task: Task) -> None:
        """Ask worker `number` for a batch; that it is dead shows when the answer is due."""
        self._asked[task.number] = task
        with contextlib.suppress(OSError):
            self._workers[number].connection.send(task)

    def receive(self, number: int, task: int) -> tuple[bool, Any]:
        """Whether there is a batch of this task, and the batch; answers to others are dropped."""
        while True:
            answer = self._answer(number, task)
            is_wanted = answer.number == task
            if isinstance(answer, Failed):
                if is_wanted or answer.number < 0:
                    self._report_failure(number, answer)
            elif is_wanted:
                del self._asked[task]
                return answer.packed is not None, answer.packed and unpack(answer.packed)
            elif answer.packed is not None:
                discard(answer.packed)
            self._asked.pop(answer.number, None)

    def _answer(self, number: int, task: int) -> Loaded | Failed:
        worker = self._workers[number]
        ready = wait([worker.connection, worker.process.sentinel], self._timeout or None)
        if not ready:
            item = self._item(*worker.progress)
            self.close(grace=0)
            raise WorkerError(
                f"worker {number} did not answer within {self._timeout} s, loading {item}",
                worker=number,
                where=location(),
            )
        answer = _received(worker.connection)
        if answer is None:
            self._report_death(number)
        return answer

    def _report_failure(self, number: int, failed: Failed) -> NoReturn:
        what = "starting"
        if failed.number >= 0:
            what = f"loading {self._item(failed.number, failed.position)}"
        self.close()
        raise WorkerError(
            f"worker {number} failed while {what}: {failed.error}",
            worker=number,
            trace=failed.trace,
            where=location(),
        )

    def _report_death(self, number: int) -> NoReturn:
        worker = self._workers[number]
        worker.process.join(_GRACE)
        code, (task, position) = worker.process.exitcode, worker.progress
        what = "starting" if task < 0 else f"loading {self._item(task, position)}"
        self.close()
        hint = "the system kills processes when memory runs out" if code == -9 else None
        if task < 0:
            hint = (
                "a script that loads data with workers starts them under "
                "if __name__ == '__main__':, since each imports it anew; or pass "
                "multiprocessing_context='fork'"
            )
        raise WorkerError(
            f"worker {number} {_ending(code)} while {what}",
            worker=number,
            where=location(),
            hint=hint,
        )

    def _item(self, number: int, position: int) -> str:
        """The item at this position of this task, in words."""
        task = self._asked.get(number)
        if task is None:
            return "a batch"
        if isinstance(task.indices, (list, tuple)) and position < len(task.indices):
            return f"item {task.indices[position]!r} (number {position} of batch {task.batch})"
        if task.indices is not None and not self._recipe.batches:
            return f"item {task.indices!r}"
        return f"number {position} of batch {task.batch}"

    def close(self, grace: float = _GRACE) -> None:
        """End the processes: those that do not stop within `grace` seconds are terminated."""
        self.is_open = False
        for worker in self._workers:
            with contextlib.suppress(OSError):
                worker.connection.send(None)
            worker.connection.close()
        deadline = time.monotonic() + grace
        for worker in self._workers:
            _end(worker.process, max(0.0, deadline - time.monotonic()))
        remove_folder(self._folder)


def _received(connection: Connection) -> Loaded | Failed | None:
    """The next answer; None from a worker that is dead."""
    try:
        answer: Loaded | Failed = connection.recv()
    except (EOFError, OSError):
        return None
    return answer


def _end(process: Any, patience: float) -> None:
    process.join(patience)
    if process.is_alive():
        process.terminate()
        process.join(1.0)
    if process.is_alive():
        process.kill()
        process.join()


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        return f"was killed by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"


@contextlib.contextmanager
def _interrupts_wait() -> Iterator[None]:
    """Let Ctrl-C wait until all processes are started, which then never see it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def context_of(given: Any) -> Any:
    """The way to start processes: a context, or the name of one; "spawn" if None.

    Spawned processes inherit neither threads nor locks, which forked ones may hang on.
    """
    if given is not None and not isinstance(given, str):
        return given
    known = multiprocessing.get_all_start_methods()
    if given is not None and given not in known:
        raise ArgumentError(
            f"multiprocessing_context is one of {', '.join(known)}, not {given!r}",
            where=location(),
        )
    return multiprocessing.get_context(given or "spawn")
