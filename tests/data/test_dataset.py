"""Datasets, samplers and collation."""

from __future__ import annotations

from collections import Counter, namedtuple

import numpy as np
import pytest

import hodu
from hodu.data import (
    BatchSampler,
    ChainDataset,
    ConcatDataset,
    DataLoader,
    RandomSampler,
    SequentialSampler,
    Subset,
    SubsetRandomSampler,
    TensorDataset,
    WeightedRandomSampler,
    default_collate,
    random_split,
)
from hodu.errors import ArgumentError, OutOfRangeError, ShapeError, ValueRangeError
from tests.data.datasets import Counting, Squares


def numbers(start: int, stop: int) -> TensorDataset:
    """A dataset of numbers."""
    return TensorDataset(hodu.arange(start, stop))


def test_tensor_dataset():
    data = TensorDataset(hodu.arange(6).reshape(3, 2), hodu.tensor([5.0, 6.0, 7.0]))
    assert len(data) == 3
    assert [part.tolist() for part in data[1]] == [[2, 3], 6.0]
    with pytest.raises(ShapeError, match=r"tensors of one length, not \[3, 2\]"):
        TensorDataset(hodu.zeros(3), hodu.zeros(2))


def test_concatenation():
    data = numbers(0, 3) + numbers(10, 12)
    assert isinstance(data, ConcatDataset)
    assert [data[i][0].item() for i in range(-5, 5)] == [0, 1, 2, 10, 11] * 2
    with pytest.raises(OutOfRangeError, match="index 5 of a dataset of 5 items"):
        data[5]
    with pytest.raises(ArgumentError, match="use ChainDataset"):
        ConcatDataset([Counting(3)])


def test_chain():
    data = Counting(3) + Counting(2)
    assert isinstance(data, ChainDataset)
    assert list(data) == [0, 1, 2, 0, 1]
    with pytest.raises(ArgumentError, match="Counting has no length"):
        len(data)


def test_random_split():
    parts = random_split(numbers(0, 11), [0.5, 0.3, 0.2], hodu.Generator(0))
    assert [len(part) for part in parts] == [6, 3, 2]
    assert sorted(part[i][0].item() for part in parts for i in range(len(part))) == list(range(11))
    again = random_split(numbers(0, 11), [6, 3, 2], hodu.Generator(0))
    assert [part.indices for part in again] == [part.indices for part in parts]
    assert [len(part) for part in random_split(numbers(0, 1), [1, 0])] == [1, 0]
    with pytest.raises(ValueRangeError, match="sum to 5, the dataset has 11 items"):
        random_split(numbers(0, 11), [3, 2])


def test_subset_of_subset_reads_whole_batches():
    data = Subset(Subset(numbers(0, 10), [9, 8, 7, 6]), [3, 0, 1])
    assert [batch.tolist() for (batch,) in DataLoader(data, 2)] == [[6, 9], [8]]


def test_samplers():
    data = numbers(0, 10)
    assert list(SequentialSampler(data)) == list(range(10))
    g = hodu.Generator(0)
    order = list(RandomSampler(data, generator=g))
    assert sorted(order) == list(range(10))
    assert order != list(RandomSampler(data, generator=g))
    assert list(RandomSampler(data, generator=hodu.Generator(0))) == order
    longer = list(RandomSampler(data, num_samples=25, generator=g))
    assert len(longer) == 25
    assert set(Counter(longer).values()) == {2, 3}
    drawn = list(RandomSampler(data, replacement=True, num_samples=500, generator=g))
    assert len(drawn) == 500
    assert set(drawn) == set(range(10))
    assert sorted(SubsetRandomSampler([3, 5, 9], g)) == [3, 5, 9]


def test_weighted_sampler_follows_its_weights():
    drawn = Counter(WeightedRandomSampler([1, 0, 3], 4000, generator=hodu.Generator(0)))
    assert drawn[1] == 0
    assert abs(drawn[2] / 4000 - 0.75) < 0.03
    once = WeightedRandomSampler([1, 1, 0], 2, replacement=False, generator=hodu.Generator(0))
    assert sorted(once) == [0, 1]


def test_batch_sampler():
    assert list(BatchSampler(range(5), 2)) == [[0, 1], [2, 3], [4]]
    assert list(BatchSampler(range(5), 2, drop_last=True)) == [[0, 1], [2, 3]]
    assert len(BatchSampler(range(5), 2)) == 3
    with pytest.raises(ValueRangeError, match="batch_size is a positive integer, not 0"):
        BatchSampler(range(5), 0)


Point = namedtuple("Point", "x y")


def test_collation():
    assert default_collate([1.5, 2.5]).dtype is hodu.f64
    assert default_collate([1, 2]).dtype is hodu.i64
    assert default_collate([True, False]).tolist() == [True, False]
    assert default_collate(["a", "b"]) == ["a", "b"]
    assert default_collate([np.float32(1), np.float32(2)]).dtype is hodu.f32
    nested = default_collate([{"a": (1, np.zeros(2))}, {"a": (2, np.ones(2))}])
    assert [part.tolist() for part in nested["a"]] == [[1, 2], [[0, 0], [1, 1]]]
    point = default_collate([Point(1, 2), Point(3, 4)])
    assert (point.x.tolist(), point.y.tolist()) == ([1, 3], [2, 4])
    with pytest.raises(ShapeError, match=r"item 1 of the batch has the shape \[3\], item 0"):
        default_collate([np.zeros(2), np.zeros(3)])
    with pytest.raises(ShapeError, match="item 1 of the batch has 3 entries, item 0 has 2"):
        default_collate([(1, 2), (1, 2, 3)])
    with pytest.raises(ArgumentError, match="item 1 of the batch has no 'a'"):
        default_collate([{"a": 1}, {"b": 1}])
    with pytest.raises(ArgumentError, match="items of type NoneType"):
        default_collate([None])


def test_lengths():
    assert len(DataLoader(Squares(23), 4)) == 6
    assert len(DataLoader(Squares(23), 4, drop_last=True)) == 5
    assert len(DataLoader(Squares(23), None)) == 23
    assert len(DataLoader(Squares(23), batch_sampler=[[1], [2, 3]])) == 2
    assert len(DataLoader(Squares(23), 2, sampler=[1, 2, 3])) == 2


def test_items_without_batches():
    items = list(DataLoader(Squares(3), None))
    assert [(row.tolist(), number) for row, number, _ in items] == [
        ([0.0] * 3, 0),
        ([1.0] * 3, 1),
        ([4.0] * 3, 2),
    ]
    assert list(DataLoader(Counting(3), None)) == [0, 1, 2]
    assert [b.tolist() for b in DataLoader(Counting(5), 2, drop_last=True)] == [[0, 1], [2, 3]]


def test_refusals():
    data = numbers(0, 3)
    with pytest.raises(hodu.errors.UnsupportedError, match="pin_memory=True"):
        DataLoader(data, pin_memory=True)
    with pytest.raises(ArgumentError, match="takes no shuffle here: a sampler is given"):
        DataLoader(data, sampler=[1], shuffle=True)
    with pytest.raises(ArgumentError, match="batch_sampler says it all"):
        DataLoader(data, 2, batch_sampler=[[1]])
    with pytest.raises(ArgumentError, match="an IterableDataset has its own order"):
        DataLoader(Counting(3), shuffle=True)
    with pytest.raises(ValueRangeError, match="are for num_workers > 0"):
        DataLoader(data, persistent_workers=True)
    with pytest.raises(ValueRangeError, match="num_workers=-1"):
        DataLoader(data, num_workers=-1)
    with pytest.raises(ValueRangeError, match="prefetch_factor is at least 1"):
        DataLoader(data, num_workers=1, prefetch_factor=0)
    with pytest.raises(ArgumentError, match="multiprocessing_context is one of"):
        DataLoader(data, multiprocessing_context="thread")
    with pytest.raises(ArgumentError, match="there are no batches"):
        DataLoader(data, None, drop_last=True)
