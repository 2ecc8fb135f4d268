"""Checkpoints: what goes in comes out, whole or not at all."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

import hodu
from hodu import nn, optim
from hodu.errors import ArgumentError, FormatError
from hodu.formats import _mapped
from hodu.formats._mapped import write_mapped
from hodu.training import load_checkpoint, save_checkpoint
from hodu.training.randomness import Randomness


def test_values_come_back(tmp_path):
    path = tmp_path / "state.safetensors"
    values = {
        "numbers": [1, 2**63, -1.5, 1e300, True, None, "text"],
        "odd": (math.inf, -math.inf),
        "mapping": {1: "a", (2, 3): {"x": []}, "$y": ()},
        "scalar": np.float64(0.1),
        "plain": {"nested": {"deep": [(1,)]}},
    }
    save_checkpoint(values, path)
    loaded = load_checkpoint(path)
    assert loaded == {**values, "scalar": 0.1}
    assert type(loaded["odd"]) is tuple
    save_checkpoint({"nan": math.nan}, path)
    assert math.isnan(load_checkpoint(path)["nan"])


def test_tensors_come_back(tmp_path):
    path = tmp_path / "state.safetensors"
    narrow = hodu.tensor([1.5, 2.0], dtype="bf16")
    save_checkpoint(
        {"a": [narrow, hodu.tensor(3)], "a/0": np.arange(3), "e": hodu.zeros(0, 4)}, path
    )
    loaded = load_checkpoint(path)
    assert loaded["a"][0].dtype is hodu.bf16
    assert loaded["a"][0].tolist() == [1.5, 2.0]
    assert loaded["a"][1].item() == 3
    assert loaded["a/0"].tolist() == [0, 1, 2]
    assert loaded["e"].shape == (0, 4)
    assert set(hodu.load(path)) == {"a/0", "a/1", "a/0#2", "e"}


def test_objects_take_over_their_states(tmp_path):
    path = tmp_path / "state.safetensors"
    model = nn.Linear(3, 2)
    adam = optim.Adam(model.parameters(), lr=0.5)
    model(hodu.ones(1, 3)).sum().backward()
    adam.step()
    scheduler = optim.lr_scheduler.MultiStepLR(adam, [2, 2, 5])
    generator = hodu.Generator(3)
    hodu.rand(5, generator=generator)
    parts = {"model": model, "optimizer": adam, "scheduler": scheduler, "generator": generator}
    save_checkpoint({**parts, "best": 0.25}, path)
    other = nn.Linear(3, 2)
    again = optim.Adam(other.parameters())
    fresh = {
        "model": other,
        "optimizer": again,
        "scheduler": optim.lr_scheduler.MultiStepLR(again, []),
        "generator": hodu.Generator(0),
    }
    assert load_checkpoint(path, fresh)["best"] == 0.25
    np.testing.assert_array_equal(other.weight.detach().numpy(), model.weight.detach().numpy())
    assert again.param_groups[0]["lr"] == 0.5
    assert again.param_groups[0]["betas"] == (0.9, 0.999)
    assert again.state[other.weight]["step"].item() == 1
    assert fresh["scheduler"].milestones == {2: 2, 5: 1}
    expected = hodu.rand(3, generator=generator)
    assert hodu.rand(3, generator=fresh["generator"]).tolist() == expected.tolist()


def test_randomness(tmp_path):
    def draws():
        return hodu.rand(()).item(), random.random(), np.random.rand(), np.random.randn()

    draws()
    save_checkpoint({"randomness": Randomness()}, tmp_path / "r.safetensors")
    expected = draws()
    load_checkpoint(tmp_path / "r.safetensors", {"randomness": Randomness()})
    assert draws() == expected


def test_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "state.safetensors"
    save_checkpoint({"a": hodu.ones(3), "b": 1}, path)
    before = path.read_bytes()

    def fail(array):
        yield b"half"
        raise OSError("disk full")

    monkeypatch.setattr(_mapped, "chunks", fail)
    with pytest.raises(OSError, match="disk full"):
        save_checkpoint({"a": hodu.zeros(3), "b": 2}, path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_saved_is_named(tmp_path):
    with pytest.raises(ArgumentError, match="'a/b/1' is a object, which a checkpoint cannot hold"):
        save_checkpoint({"a": {"b": [1, object()]}}, tmp_path / "x.safetensors")
    assert not list(tmp_path.iterdir())


DAMAGED = {
    "not JSON": "{",
    "no version": "{}",
    "a list": "[]",
    "a newer version": '{"version": 2, "state": {}}',
    "no state": '{"version": 1, "state": 3}',
    "no such tensor": '{"version": 1, "state": {"a": {"$tensor": "b"}}}',
    "a tensor of no name": '{"version": 1, "state": {"a": {"$tensor": []}}}',
    "no float": '{"version": 1, "state": {"a": {"$float": "x"}}}',
    "no tuple": '{"version": 1, "state": {"a": {"$tuple": 3}}}',
    "no pairs": '{"version": 1, "state": {"a": {"$items": [1]}}}',
    "an unhashable key": '{"version": 1, "state": {"a": {"$items": [[[], 1]]}}}',
    "an unknown kind": '{"version": 1, "state": {"a": {"$object": 1}}}',
    "too deep": "[" * 100_000,
}


@pytest.mark.parametrize("text", DAMAGED.values(), ids=DAMAGED)
def test_damage_is_reported(tmp_path, text):
    path = tmp_path / "x.safetensors"
    write_mapped(path, {}, {"hodu.checkpoint": text})
    with pytest.raises(FormatError):
        load_checkpoint(path)


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "x.safetensors"
    hodu.save({"a": hodu.ones(2)}, path)
    with pytest.raises(FormatError, match="is no checkpoint"):
        load_checkpoint(path)
    save_checkpoint({"a": 1}, path)
    with pytest.raises(FormatError, match=r"has no state of 'model'(.|\n)*it has \['a'\]"):
        load_checkpoint(path, {"model": nn.Linear(1, 1)})
