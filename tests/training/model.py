"""A small problem, and a trainer for it."""

from __future__ import annotations

from typing import Any

import numpy as np

import hodu
from hodu import nn, optim
from hodu.data import DataLoader, TensorDataset
from hodu.training import Accuracy, Trainer

BATCH, ITEMS = 8, 44


def dataset(seed: int = 0) -> TensorDataset:
    """Points of three classes."""
    rng = np.random.default_rng(seed)
    target = rng.integers(0, 3, ITEMS)
    points = rng.normal(size=(ITEMS, 4)) + 2.0 * np.eye(4)[target]
    return TensorDataset(hodu.tensor(points.astype(np.float32)), hodu.tensor(target))


def squared_error(output: hodu.Tensor, target: hodu.Tensor) -> hodu.Tensor:
    """The distance to one for the class that is right, to zero for the others."""
    error = output - nn.functional.one_hot(target, 3).to(output.dtype)
    return (error * error).mean()


class Recorded(Trainer):
    """A trainer that notes every loss, and stops with an error after `limit` steps."""

    limit: int | None = None

    def train_step(self, batch: Any) -> tuple[Any, Any]:
        """A step as usual."""
        if self.limit is not None and self.step == self.limit:
            raise KeyboardInterrupt
        loss, output = super().train_step(batch)
        self.losses = [*getattr(self, "losses", []), loss.item()]
        return loss, output


def make(folder: Any = None, *, workers: int = 0, **options: Any) -> tuple[Recorded, DataLoader]:
    """A trainer in a world that starts from one seed, with all that draws random numbers."""
    hodu.manual_seed(11)
    model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Dropout(0.3), nn.Linear(16, 3))
    optimizer = optim.AdamW(model.parameters(), lr=0.05)
    if "scheduler" not in options:
        options["scheduler"] = optim.lr_scheduler.OneCycleLR(optimizer, 0.05, total_steps=200)
        options.setdefault("schedule_every", "step")
    options.setdefault("metrics", {"accuracy": Accuracy()})
    loader = DataLoader(dataset(), BATCH, shuffle=True, num_workers=workers)
    trainer = Recorded(model, optimizer, squared_error, folder=folder, progress=False, **options)
    return trainer, loader
