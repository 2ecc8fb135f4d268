"""The DataLoader: batches of a dataset in a reproducible order, here or in worker processes."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count, islice, repeat
from typing import Any

from hodu.data.collate import default_collate, default_convert
from hodu.data.dataset import IterableDataset, length_of
from hodu.data.fetch import Recipe, iterate, load
from hodu.data.order import Order, choose_samplers, set_words, words
from hodu.data.pool import WorkerPool, context_of
from hodu.data.prefetch import Prefetcher
from hodu.errors import UnsupportedError, ValueRangeError
from hodu.random import Generator, default_generator
from hodu.source import location


@dataclass(slots=True)
class _Epoch:
    """An iteration under way: its seed, how many batches it has given, and how its order began."""

    seed: int
    given: int = 0
    order: list[int] | None = None


class DataLoader:
    """Batches of a dataset, with PyTorch's arguments.

    Each iteration draws one seed, from `generator` or the default one. The order of the items
    follows from it, and so do the random numbers of each batch in a worker process; so both are the
    same for any number of workers. `state_dict` says exactly where an iteration is.
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Iterable[Any] | None = None,
        batch_sampler: Iterable[Any] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[Any], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], None] | None = None,
        multiprocessing_context: Any = None,
        generator: Generator | None = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
    ) -> None:
        _check(num_workers, prefetch_factor, persistent_workers, timeout, pin_memory)
        self.sampler, self.batch_sampler = choose_samplers(
            dataset, batch_size, shuffle, sampler, batch_sampler, drop_last
        )
        self.dataset = dataset
        self.batch_size = None if batch_sampler is not None else batch_size
        self.drop_last = drop_last
        self.num_workers = num_workers
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.generator = generator
        self.prefetch_factor = prefetch_factor or 2
        self.persistent_workers = persistent_workers
        batches = batch_size is not None
        self.collate_fn = collate_fn or (default_collate if batches else default_convert)
        self._recipe = Recipe(dataset, self.collate_fn, batches, batch_size or 1, drop_last)
        indices = self.sampler if self.batch_sampler is None else self.batch_sampler
        self._order = Order(repeat(None) if indices is None else indices)
        self._context = context_of(multiprocessing_context)
        self._pool: WorkerPool | None = None
        self._numbers = count()
        self._epoch: _Epoch | None = None
        self._resumed: _Epoch | None = None

    def __len__(self) -> int:
        if self.batch_sampler is not None:
            return length_of(self.batch_sampler)
        if not isinstance(self.dataset, IterableDataset) or self.batch_size is None:
            return length_of(self.dataset if self.sampler is None else self.sampler)
        whole, rest = divmod(length_of(self.dataset), self.batch_size)
        return whole + (rest > 0 and not self.drop_last)

    # -- iteration --------------------------------------------------------------------------

    def __iter__(self) -> Iterator[Any]:
        """The batches of a new iteration, or the rest of the one that was loaded."""
        epoch, self._resumed = self._resumed, None
        if epoch is None:
            epoch = _Epoch(_draw_seed(self.generator or default_generator))
        epoch.order = self._order.begin(epoch.seed, epoch.order)
        self._epoch = epoch
        return self._count(epoch, self._batches(epoch))

    def _count(self, epoch: _Epoch, batches: Iterator[Any]) -> Iterator[Any]:
        for batch in batches:
            epoch.given += 1
            yield batch
        if self._epoch is epoch:
            self._epoch = None

    def _batches(self, epoch: _Epoch) -> Iterator[Any]:
        """The batches from the one that comes next in this iteration."""
        skipped = epoch.given
        if self._recipe.is_iterable:
            everything = self._by_workers(iter(self._order), 0, epoch)
            if self.num_workers == 0:
                everything = iterate(self._recipe, _ignore)
            return islice(everything, skipped, None)
        indices = islice(self._order, skipped, None)
        if self.num_workers:
            return self._by_workers(indices, skipped, epoch)
        return (load(self._recipe, one, _ignore) for one in indices)

    def _by_workers(self, indices: Iterator[Any], first: int, epoch: _Epoch) -> Iterator[Any]:
        pool = self._open_pool(epoch.seed)
        try:
            prefetcher = Prefetcher(pool, indices, first, epoch.seed, self._numbers)
            yield from prefetcher.run(self.prefetch_factor)
        finally:
            if not self.persistent_workers:
                pool.close()

    def _open_pool(self, seed: int) -> WorkerPool:
        if self._pool is not None and self._pool.is_open and self.persistent_workers:
            return self._pool
        pool = WorkerPool(
            self._recipe, self.num_workers, seed, self.worker_init_fn, self._context, self.timeout
        )
        if self.persistent_workers:
            self._pool = pool
            weakref.finalize(self, pool.close)
        return pool

    # -- saving -----------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """Where the iteration under way is, if there is one, and the loader's generator."""
        epoch = self._epoch or self._resumed
        return {
            "generator": None if self.generator is None else words(self.generator),
            "epoch": None if epoch is None else [epoch.seed, epoch.given, epoch.order],
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Let the next iteration give the batches that were still to come."""
        if self.generator is not None and state_dict["generator"] is not None:
            set_words(self.generator, state_dict["generator"])
        epoch = state_dict["epoch"]
        self._epoch = None
        self._resumed = None if epoch is None else _Epoch(*epoch)


def _ignore(position: int) -> None:
    """No one asks which item the main process is loading."""


def _draw_seed(generator: Generator) -> int:
    low, high = generator.bits((2,)).numpy()
    return int(low) | int(high) << 32


def _check(
    num_workers: int,
    prefetch_factor: int | None,
    persistent_workers: bool,
    timeout: float,
    pin_memory: bool,
) -> None:
    if pin_memory:
        raise UnsupportedError(
            "pin_memory=True: no device here reads from pinned memory", where=location()
        )
    if num_workers < 0 or timeout < 0:
        raise ValueRangeError(
            f"num_workers={num_workers} and timeout={timeout} are at least 0", where=location()
        )
    if prefetch_factor is not None and prefetch_factor < 1:
        raise ValueRangeError(
            f"prefetch_factor is at least 1, not {prefetch_factor}", where=location()
        )
    if num_workers == 0 and (prefetch_factor is not None or persistent_workers or timeout):
        raise ValueRangeError(
            "prefetch_factor, persistent_workers and timeout are for num_workers > 0",
            where=location(),
        )
