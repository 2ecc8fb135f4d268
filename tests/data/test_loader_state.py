"""A loader that is stopped and started again gives the rest, to the bit."""

from __future__ import annotations

import json

import pytest

import hodu
from hodu.data import (
    BatchSampler,
    DataLoader,
    RandomSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
)
from tests.data.datasets import Counting, Squares

GENERATORS = {
    "shuffle": lambda g: {"shuffle": True},
    "loader's generator": lambda g: {"shuffle": True, "generator": g},
    "sampler's generator": lambda g: {"sampler": RandomSampler(Squares(), generator=g)},
    "both": lambda g: {"sampler": RandomSampler(Squares(), generator=g), "generator": g},
    "weighted": lambda g: {"sampler": WeightedRandomSampler(range(1, 24), 23, generator=g)},
    "own sampler": lambda g: {"sampler": SubsetRandomSampler(range(23))},
    "in order": lambda g: {},
}


def make(options, workers):
    """A loader in a world that starts from fixed seeds."""
    hodu.manual_seed(5)
    return DataLoader(Squares(), 4, num_workers=workers, **GENERATORS[options](hodu.Generator(7)))


def draws(batch):
    """What tells one batch from all others."""
    rows, numbers, (from_hodu, *_) = batch
    return rows.tolist(), numbers.tolist(), from_hodu.tolist()


def all_batches(loader, epochs=3):
    """The batches of some epochs."""
    return [draws(batch) for _ in range(epochs) for batch in loader]


@pytest.mark.parametrize("workers", [0, 1])
@pytest.mark.parametrize("options", GENERATORS)
@pytest.mark.parametrize("stop", [6, 8])
def test_goes_on_where_it_stopped(options, workers, stop):
    if workers and options not in ("both", "own sampler"):
        pytest.skip("the order is chosen in the main process; two kinds are enough")
    expected = all_batches(make(options, workers))
    loader = make(options, workers)
    seen = []
    while len(seen) < stop:
        for batch in loader:
            seen.append(draws(batch))
            if len(seen) == stop:
                break
        else:
            continue
        saved = json.loads(json.dumps(loader.state_dict()))
        world = hodu.get_rng_state()
    again = make(options, workers)
    hodu.manual_seed(999)
    again.load_state_dict(saved)
    hodu.set_rng_state(world)
    rest = all_batches(again, 2)
    assert seen + rest == expected[: len(seen) + len(rest)]
    assert len(rest) == 12 - stop % 6 if stop % 6 else 6


def test_state_between_epochs():
    loader = DataLoader(Squares(), 4, shuffle=True, generator=hodu.Generator(3))
    list(loader)
    saved = loader.state_dict()
    expected = [batch[1].tolist() for batch in loader]
    again = DataLoader(Squares(), 4, shuffle=True, generator=hodu.Generator(0))
    again.load_state_dict(saved)
    assert [batch[1].tolist() for batch in again] == expected


def test_a_loaded_state_is_given_on():
    loader = DataLoader(Squares(), 4, shuffle=True)
    iterator = iter(loader)
    next(iterator)
    saved = loader.state_dict()
    again = DataLoader(Squares(), 4, shuffle=True)
    again.load_state_dict(saved)
    assert again.state_dict() == saved


@pytest.mark.parametrize("workers", [0, 2])
def test_iterable_datasets_skip_what_was_given(workers):
    loader = DataLoader(Counting(20), 3, num_workers=workers)
    batches = [batch.tolist() for batch in loader]
    iterator = iter(loader)
    for _ in range(3):
        next(iterator)
    saved = loader.state_dict()
    iterator.close()
    again = DataLoader(Counting(20), 3, num_workers=workers)
    again.load_state_dict(saved)
    assert [batch.tolist() for batch in again] == batches[3:]
    assert [batch.tolist() for batch in again] == batches


def test_batch_samplers_of_ones_own():
    sampler = BatchSampler(RandomSampler(Squares()), 5)
    loader = DataLoader(Squares(), batch_sampler=sampler, generator=hodu.Generator(1))
    iterator = iter(loader)
    first = [next(iterator)[1].tolist() for _ in range(2)]
    saved = loader.state_dict()
    rest = [batch[1].tolist() for batch in iterator]
    again = DataLoader(Squares(), batch_sampler=BatchSampler(RandomSampler(Squares()), 5))
    again.load_state_dict(saved)
    assert [batch[1].tolist() for batch in again] == rest
    assert sorted(index for batch in first + rest for index in batch) == list(range(23))
