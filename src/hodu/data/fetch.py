"""From indices to a batch, in the main process as in a worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeAlias

from hodu.data.collate import default_collate
from hodu.data.dataset import IterableDataset, Subset

Mark: TypeAlias = Callable[[int], None]
"""Told the position in the batch of the item that is loaded next."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a loader does with its dataset; `batch_size` is for datasets that are iterated over.

    Without `batches` an item is not put into a batch.
    """

    dataset: Any
    collate: Callable[[Any], Any]
    batches: bool
    batch_size: int
    drop_last: bool

    @property
    def is_iterable(self) -> bool:
        """Whether items come one after another instead of by index."""
        return isinstance(self.dataset, IterableDataset)


def load(recipe: Recipe, indices: Any, mark: Mark) -> Any:
    """The batch of the items at these indices, or the item at one."""
    dataset, collate = recipe.dataset, recipe.collate
    if not recipe.batches:
        return collate(dataset[indices])
    reader = batch_reader(dataset) if collate is default_collate else None
    if reader is not None:
        return reader(indices)
    if hasattr(dataset, "__getitems__"):
        return collate(dataset.__getitems__(indices))
    items = []
    for position, index in enumerate(indices):
        mark(position)
        items.append(dataset[index])
    return collate(items)


def batch_reader(dataset: Any) -> Callable[[Sequence[int]], Any] | None:
    """The way to read a whole batch at once, where a dataset has one: its `get_batch`."""
    if type(dataset) is not Subset:
        return getattr(dataset, "get_batch", None)
    inner, chosen = batch_reader(dataset.dataset), dataset.indices
    return None if inner is None else lambda indices: inner([chosen[i] for i in indices])


def iterate(recipe: Recipe, mark: Mark) -> Iterator[Any]:
    """The batches of an iterable dataset, or its items."""
    items = iter(recipe.dataset)
    if not recipe.batches:
        yield from map(recipe.collate, items)
        return
    while batch := list(islice(_marked(items, mark), recipe.batch_size)):
        if len(batch) < recipe.batch_size and recipe.drop_last:
            return
        yield recipe.collate(batch)


def _marked(items: Iterator[Any], mark: Mark) -> Iterator[Any]:
    for position, item in enumerate(items):
        yield item
        mark(position + 1)
