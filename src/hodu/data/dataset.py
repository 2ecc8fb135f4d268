"""Datasets: items by index, or one after another."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain
from typing import Any, Generic, TypeVar

from hodu import functional as f
from hodu._tensor import Tensor
from hodu.errors import ArgumentError, OutOfRangeError, ShapeError, ValueRangeError
from hodu.random import Generator
from hodu.source import location

T_co = TypeVar("T_co", covariant=True)


class Dataset(Generic[T_co]):
    """Items by index: a subclass has `__getitem__`, and `__len__` for most samplers."""

    def __getitem__(self, index: Any) -> T_co:
        raise NotImplementedError(f"{type(self).__name__} has no __getitem__")

    def __add__(self, other: Dataset[Any]) -> ConcatDataset:
        return ConcatDataset([self, other])


class IterableDataset(Dataset[T_co]):
    """Items one after another: a subclass has `__iter__`.

    With worker processes each iterates over a copy; `get_worker_info()` says which part is whose.
    """

    def __iter__(self) -> Iterator[T_co]:
        raise NotImplementedError(f"{type(self).__name__} has no __iter__")

    def __add__(self, other: Dataset[Any]) -> ChainDataset:  # type: ignore[override]
        return ChainDataset([self, other])


class TensorDataset(Dataset[tuple[Tensor, ...]]):
    """Rows of tensors of one length: item i holds row i of each."""

    def __init__(self, *tensors: Tensor) -> None:
        lengths = [len(tensor) for tensor in tensors]
        if not lengths or len(set(lengths)) > 1:
            raise ShapeError(
                f"a TensorDataset takes tensors of one length, not {lengths}", where=location()
            )
        self.tensors = tensors

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        return tuple(tensor[index] for tensor in self.tensors)

    def __len__(self) -> int:
        return len(self.tensors[0])

    def get_batch(self, indices: Sequence[int]) -> list[Tensor]:
        """The rows at these indices, as `default_collate` would stack them."""
        rows = f.tensor(list(indices), dtype="i64")
        return [tensor[rows] for tensor in self.tensors]


class Subset(Dataset[Any]):
    """The items of another dataset at some indices."""

    def __init__(self, dataset: Dataset[Any], indices: Sequence[int]) -> None:
        self.dataset = dataset
        self.indices = indices

    def __getitem__(self, index: Any) -> Any:
        return self.dataset[self.indices[index]]

    def __len__(self) -> int:
        return len(self.indices)


class ConcatDataset(Dataset[Any]):
    """Datasets one after the other, by index."""

    def __init__(self, datasets: Iterable[Dataset[Any]]) -> None:
        self.datasets = list(datasets)
        if not self.datasets:
            raise ValueRangeError("a ConcatDataset needs a dataset", where=location())
        if any(isinstance(dataset, IterableDataset) for dataset in self.datasets):
            raise ArgumentError(
                "a ConcatDataset cannot index an IterableDataset",
                where=location(),
                hint="use ChainDataset",
            )
        self.cumulative_sizes = list(accumulate(map(length_of, self.datasets)))

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]

    def __getitem__(self, index: int) -> Any:
        position = index + len(self) if index < 0 else index
        if not 0 <= position < len(self):
            raise OutOfRangeError(
                f"index {index} of a dataset of {len(self)} items", where=location()
            )
        number = bisect_right(self.cumulative_sizes, position)
        before = self.cumulative_sizes[number - 1] if number else 0
        return self.datasets[number][position - before]


class ChainDataset(IterableDataset[Any]):
    """Datasets one after the other, by iteration."""

    def __init__(self, datasets: Iterable[Any]) -> None:
        self.datasets = list(datasets)

    def __iter__(self) -> Iterator[Any]:
        return chain.from_iterable(self.datasets)

    def __len__(self) -> int:
        return sum(map(length_of, self.datasets))


def random_split(
    dataset: Dataset[Any], lengths: Sequence[int | float], generator: Generator | None = None
) -> list[Subset]:
    """Subsets of these lengths, or fractions that sum to 1, which share out the items at random.

    What rounding down of fractions leaves over goes to the first subsets, one item each.
    """
    total = length_of(dataset)
    counts = _counts(lengths, total)
    if sum(counts) != total:
        raise ValueRangeError(
            f"the lengths {list(lengths)} sum to {sum(counts)}, the dataset has {total} items",
            where=location(),
        )
    order = f.randperm(total, generator=generator).tolist()
    ends = list(accumulate(counts))
    return [Subset(dataset, order[end - n : end]) for end, n in zip(ends, counts, strict=True)]


def _counts(lengths: Sequence[int | float], total: int) -> list[int]:
    if abs(sum(lengths) - 1) > 1e-9 or any(not 0 <= part <= 1 for part in lengths):
        return [int(part) for part in lengths]
    counts = [int(total * part) for part in lengths]
    for number in range(total - sum(counts)):
        counts[number % len(counts)] += 1
    return counts


def length_of(dataset: Any) -> int:
    """The number of items; raises ArgumentError for a dataset that does not know it."""
    try:
        return len(dataset)
    except TypeError:
        raise ArgumentError(
            f"{type(dataset).__name__} has no length", where=location(), hint="give it a __len__"
        ) from None
