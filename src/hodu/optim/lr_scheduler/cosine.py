"""Cosine annealing (Loshchilov and Hutter, 2017)."""

from __future__ import annotations

import math

from hodu.optim.lr_scheduler.base import LRScheduler, require
from hodu.optim.optimizer import Optimizer


class CosineAnnealingLR(LRScheduler):
    """Half a cosine down to `eta_min` in `T_max` epochs, and up again in as many."""

    def __init__(
        self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1
    ) -> None:
        require(T_max > 0, "T_max", T_max, "at least 1")
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def next_lr(self, lr: float, base_lr: float) -> float:
        """The rate at `last_epoch`."""
        if self._is_initial:
            return lr
        epoch = self.last_epoch
        if (epoch - 1 - self.T_max) % (2 * self.T_max) == 0:
            return lr + (base_lr - self.eta_min) * (1 - math.cos(math.pi / self.T_max)) / 2
        ratio = self._above(epoch) / self._above(epoch - 1)
        return ratio * (lr - self.eta_min) + self.eta_min

    def _above(self, epoch: int) -> float:
        return 1 + math.cos(math.pi * epoch / self.T_max)


class CosineAnnealingWarmRestarts(LRScheduler):
    """Half a cosine down in `T_0` epochs, anew each time, `T_mult` times as long."""

    def __init__(
        self,
        optimizer: Optimizer,
        T_0: int,
        T_mult: int = 1,
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        require(isinstance(T_0, int) and T_0 > 0, "T_0", T_0, "an integer of at least 1")
        require(isinstance(T_mult, int) and T_mult > 0, "T_mult", T_mult, "an integer, at least 1")
        self.T_0 = T_0
        self.T_i = T_0
        self.T_mult = T_mult
        self.eta_min = eta_min
        self.T_cur: float = last_epoch
        super().__init__(optimizer, last_epoch)

    def step(self, epoch: float | None = None) -> None:
        """Go on to the next epoch, or to `epoch`, which may lie between two."""
        self._step_count += 1
        if epoch is None and self.last_epoch >= 0:
            epoch = self.last_epoch + 1
            self._advance()
        else:
            epoch = epoch or 0
            require(epoch >= 0, "epoch", epoch, "at least 0")
            self._locate(epoch)
        self.last_epoch = math.floor(epoch)
        self._set(self.get_lr())

    def _advance(self) -> None:
        self.T_cur += 1
        if self.T_cur >= self.T_i:
            self.T_cur %= self.T_i
            self.T_i *= self.T_mult

    def _locate(self, epoch: float) -> None:
        """Find the cycle in which an epoch lies."""
        if epoch < self.T_0:
            self.T_i, self.T_cur = self.T_0, epoch
        elif self.T_mult == 1:
            self.T_cur = epoch % self.T_0
        else:
            n = int(math.log(epoch / self.T_0 * (self.T_mult - 1) + 1, self.T_mult))
            self.T_cur = epoch - self.T_0 * (self.T_mult**n - 1) / (self.T_mult - 1)
            self.T_i = self.T_0 * self.T_mult**n

    def next_lr(self, lr: float, base_lr: float) -> float:
        """The rate at `T_cur` epochs of a cycle of `T_i`."""
        height = base_lr - self.eta_min
        return self.eta_min + height * (1 + math.cos(math.pi * self.T_cur / self.T_i)) / 2
