"""The Trainer: it learns, logs, stops, and goes on to the bit."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

import hodu
from hodu import nn, optim
from hodu.data import DataLoader
from hodu.errors import ArgumentError, ValueRangeError
from hodu.training import Accuracy, EarlyStop, Mean, Trainer
from hodu.training.progress import Bar
from tests.training.model import dataset, make


def test_learns():
    trainer, loader = make()
    history = trainer.fit(loader, 20, DataLoader(dataset(1), 16))
    assert len(history) == 20
    assert history[-1]["loss"] < history[0]["loss"] / 2
    assert history[-1]["validation_accuracy"] > 0.85
    assert (
        history[-1]["validation_accuracy"] == trainer.evaluate(DataLoader(dataset(1)))["accuracy"]
    )


@pytest.mark.parametrize("limit", [4, 7, 12, 14])
@pytest.mark.parametrize("workers", [0, 1])
def test_goes_on_to_the_bit(tmp_path, limit, workers):
    if workers and limit != 7:
        pytest.skip("one case with workers is enough")
    whole, loader = make(tmp_path / "whole", save_every=2, workers=workers)
    expected = whole.fit(loader, 4)
    first, loader = make(tmp_path / "run", save_every=2, workers=workers)
    first.limit = limit
    with pytest.raises(KeyboardInterrupt):
        first.fit(loader, 4)
    second, loader = make(tmp_path / "run", save_every=2, workers=workers)
    hodu.manual_seed(999)
    history = second.fit(loader, 4, resume=True)
    kept = limit // 2 * 2
    assert first.losses[:kept] + second.losses == whole.losses
    assert history == expected
    for mine, other in zip(second.model.parameters(), whole.model.parameters(), strict=True):
        np.testing.assert_array_equal(mine.detach().numpy(), other.detach().numpy())


def test_resume_starts_anew_without_a_checkpoint_and_ends_when_done(tmp_path):
    trainer, loader = make(tmp_path)
    assert len(trainer.fit(loader, 2, resume=True)) == 2
    again, loader = make(tmp_path)
    assert again.fit(loader, 2, resume=True) == trainer.history
    assert not hasattr(again, "losses")


def test_logs(tmp_path):
    trainer, loader = make(tmp_path, log_every=3)
    trainer.fit(loader, 2)
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [3, 6, 6, 9, 12, 12]
    assert lines[1]["step_loss"] == trainer.losses[5]
    assert lines[-1]["accuracy"] == trainer.history[-1]["accuracy"]
    assert lines[-1]["epoch"] == 2
    assert list(tmp_path.glob("events.out.tfevents.*"))


def test_stops_early_and_stays_stopped(tmp_path):
    stop = EarlyStop("loss", patience=2, mode="max")
    trainer, loader = make(tmp_path, early_stop=stop)
    assert len(trainer.fit(loader, 50)) == 3
    again, loader = make(tmp_path, early_stop=EarlyStop("loss", patience=2, mode="max"))
    assert len(again.fit(loader, 50, resume=True)) == 3


def test_early_stop_counts():
    stop = EarlyStop("x", patience=2, min_delta=0.1)
    values = [1.0, 0.95, 0.85, 0.8, 0.76]
    assert [stop.should_stop({"x": x}) for x in values] == [False, False, False, False, True]
    with pytest.raises(ValueRangeError, match="there is no 'x' to monitor"):
        stop.should_stop({"y": 1.0})


def test_schedulers_step_each_epoch_or_by_a_metric():
    trainer, loader = make(scheduler=None)
    trainer.scheduler = optim.lr_scheduler.StepLR(trainer.optimizer, 1, 0.5)
    trainer.fit(loader, 3)
    assert trainer.optimizer.param_groups[0]["lr"] == 0.05 / 8
    trainer.scheduler = optim.lr_scheduler.ReduceLROnPlateau(trainer.optimizer, patience=0)
    trainer.fit(loader, 4, DataLoader(dataset(1), 16))
    assert trainer.scheduler.best == trainer.history[-1]["validation_loss"]


def test_a_subclass_changes_the_step():
    class Doubled(Trainer):
        """Batches of one tensor."""

        def train_step(self, batch):
            (inputs,) = batch
            return super().train_step((inputs, inputs * 2))

    model = nn.Linear(1, 1)
    data = hodu.data.TensorDataset(hodu.linspace(-1, 1, 16).reshape(16, 1))
    trainer = Doubled(model, optim.SGD(model.parameters(), 0.5), nn.MSELoss(), progress=False)
    trainer.fit(DataLoader(data, 4), 20)
    assert abs(model.weight.item() - 2) < 0.01


def test_metrics():
    accuracy = Accuracy()
    output = hodu.tensor([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7]])
    accuracy.update(output, hodu.tensor([1, 1, 1]))
    assert accuracy.compute() == 2 / 3
    accuracy.update(output[:1], hodu.tensor([1]))
    assert accuracy.compute() == 3 / 4
    best_two = Accuracy(top=2)
    best_two.update(hodu.tensor([[3.0, 2.0, 1.0]] * 3), hodu.tensor([0, 1, 2]))
    assert best_two.compute() == 2 / 3
    error = Mean(lambda output, target: (output - target).abs().mean())
    error.update(hodu.tensor([1.0, 2.0]), hodu.tensor([0.0, 0.0]))
    error.update(hodu.tensor([4.0]), hodu.tensor([0.0]))
    np.testing.assert_allclose(error.compute(), 7 / 3)
    assert math.isnan(Mean().compute())
    with pytest.raises(ValueError, match=r"accuracy compares outputs \[N, classes"):
        accuracy.update(hodu.zeros(3), hodu.tensor([1, 1, 1]))


def test_refusals():
    trainer, loader = make()
    with pytest.raises(ArgumentError, match="without a folder has no checkpoint"):
        trainer.save(loader)
    with pytest.raises(ValueRangeError, match="schedule_every is 'epoch' or 'step'"):
        make(schedule_every="minute")


def test_a_bar_shows_the_numbers():
    from rich.console import Console
    from rich.progress import Progress, TextColumn

    console = Console(record=True, force_terminal=True, width=80)
    columns = (
        TextColumn("{task.description} {task.completed}"),
        TextColumn("{task.fields[numbers]}"),
    )
    with Progress(*columns, console=console) as display:
        bar = Bar(display)
        bar.begin("epoch 1", 10, 3)
        bar.advance({"loss": 0.123456, "accuracy": 0.5})
    assert "epoch 1 4 loss 0.1235  accuracy 0.5" in console.export_text()
