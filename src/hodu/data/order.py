"""In which order a loader takes the items: which sampler, and from where that draws."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from hodu.data.dataset import IterableDataset
from hodu.data.sampler import BatchSampler, RandomSampler, SequentialSampler
from hodu.dispatch.base import wrap
from hodu.errors import ArgumentError
from hodu.random import Generator
from hodu.source import location


class Order:
    """The indices of every iteration of a loader, from one seed each.

    A sampler without a generator draws from one that is seeded for the iteration; what another
    sampler's generator held at its start is recorded, so that the iteration can be repeated.
    """

    def __init__(self, indices: Iterable[Any]) -> None:
        self._indices = indices
        self._seeded = Generator(0)
        sampler: Any = indices.sampler if isinstance(indices, BatchSampler) else indices
        generator = getattr(sampler, "generator", self._seeded)
        if generator is None:
            sampler.generator = generator = self._seeded
        self._own: Generator | None = None if generator is self._seeded else generator

    def begin(self, seed: int, recorded: Sequence[int] | None = None) -> list[int] | None:
        """Start an iteration; returns what `recorded` must be to repeat it."""
        self._seeded.manual_seed(seed)
        if self._own is None:
            return None
        if recorded is not None:
            set_words(self._own, recorded)
        return words(self._own)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._indices)


def words(generator: Generator) -> list[int]:
    """The state of a generator as two integers."""
    return [int(word) for word in generator.get_state().numpy()]


def set_words(generator: Generator, state: Sequence[int]) -> None:
    """Let a generator go on from a state that `words` gave."""
    generator.set_state(wrap(np.array(state, np.uint64)))


def choose_samplers(
    dataset: Any,
    batch_size: int | None,
    shuffle: bool | None,
    sampler: Iterable[Any] | None,
    batch_sampler: Iterable[Any] | None,
    drop_last: bool,
) -> tuple[Iterable[Any] | None, Iterable[Any] | None]:
    """The sampler of items and that of batches; None where there is none to be."""
    if isinstance(dataset, IterableDataset):
        if shuffle or sampler is not None or batch_sampler is not None:
            _refuse("shuffle, sampler and batch_sampler", "an IterableDataset has its own order")
        return None, None
    if batch_sampler is not None:
        if batch_size != 1 or shuffle or sampler is not None or drop_last:
            _refuse("batch_size, shuffle, sampler and drop_last", "batch_sampler says it all")
        return None, batch_sampler
    if sampler is not None and shuffle:
        _refuse("shuffle", "a sampler is given")
    if batch_size is None and drop_last:
        _refuse("drop_last", "there are no batches")
    if sampler is None:
        sampler = RandomSampler(dataset) if shuffle else SequentialSampler(dataset)
    return sampler, None if batch_size is None else BatchSampler(sampler, batch_size, drop_last)


def _refuse(what: str, why: str) -> None:
    raise ArgumentError(f"a DataLoader takes no {what} here: {why}", where=location())
