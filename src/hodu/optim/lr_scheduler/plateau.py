"""A rate that falls when a metric stops improving."""

from __future__ import annotations

import math
from typing import SupportsFloat

from hodu.errors import ArgumentError
from hodu.optim.lr_scheduler.base import LRScheduler, current_lrs, per_group, require, set_lr
from hodu.optim.optimizer import Optimizer
from hodu.source import location


class ReduceLROnPlateau(LRScheduler):
    """Times `factor` after more than `patience` steps without a better metric."""

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float | list[float] = 0,
        eps: float = 1e-8,
    ) -> None:
        if not isinstance(optimizer, Optimizer):
            raise ArgumentError(f"{type(optimizer).__name__} is not an Optimizer", where=location())
        require(factor < 1, "factor", factor, "below 1")
        require(mode in ("min", "max"), "mode", mode, "min or max")
        require(threshold_mode in ("rel", "abs"), "threshold_mode", threshold_mode, "rel or abs")
        self.optimizer = optimizer
        self.mode, self.factor, self.patience = mode, factor, patience
        self.threshold, self.threshold_mode = threshold, threshold_mode
        self.cooldown, self.eps = cooldown, eps
        self.min_lrs = per_group("min_lr", optimizer, min_lr)
        self.best = math.inf if mode == "min" else -math.inf
        self.cooldown_counter = self.num_bad_epochs = self.last_epoch = 0
        self._last_lr = current_lrs(optimizer)

    def step(self, metrics: SupportsFloat) -> None:  # type: ignore[override]
        """Take the metric of another epoch into account."""
        current = float(metrics)
        self.last_epoch += 1
        if self.is_better(current):
            self.best, self.num_bad_epochs = current, 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce()
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
        self._last_lr = current_lrs(self.optimizer)

    def is_better(self, current: float) -> bool:
        """Whether a metric is better than the best by more than the threshold."""
        sign = 1 if self.mode == "max" else -1
        if self.threshold_mode == "rel":
            return sign * current > sign * (self.best * (1 + sign * self.threshold))
        return sign * current > sign * (self.best + sign * self.threshold)

    def _reduce(self) -> None:
        for group, least in zip(self.optimizer.param_groups, self.min_lrs, strict=True):
            rate = float(group["lr"])
            lower = max(rate * self.factor, least)
            if rate - lower > self.eps:
                set_lr(group, lower)
