"""Schedulers whose factor a function computes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeAlias

from hodu.errors import ArgumentError, ValueRangeError
from hodu.optim.lr_scheduler.base import LRScheduler, current_lrs, per_group, require
from hodu.optim.optimizer import Optimizer
from hodu.source import location

Factor: TypeAlias = Callable[[int], float]


class LambdaLR(LRScheduler):
    """The first rate times a function of the epoch, one for all groups or one each.

    The functions are not saved.
    """

    unsaved = ("optimizer", "lr_lambdas")

    def __init__(
        self, optimizer: Optimizer, lr_lambda: Factor | Sequence[Factor], last_epoch: int = -1
    ) -> None:
        self.lr_lambdas = _functions(optimizer, lr_lambda)
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """The rates at `last_epoch`."""
        pairs = zip(self.base_lrs, self.lr_lambdas, strict=True)
        return [base * factor(self.last_epoch) for base, factor in pairs]

    def restart(self) -> None:
        """Go back to epoch 0."""
        self.last_epoch = 0
        self._set(self.get_lr())


class MultiplicativeLR(LRScheduler):
    """The rate before times a function of the epoch, one for all groups or one each.

    The functions are not saved.
    """

    unsaved = ("optimizer", "lr_lambdas")

    def __init__(
        self, optimizer: Optimizer, lr_lambda: Factor | Sequence[Factor], last_epoch: int = -1
    ) -> None:
        self.lr_lambdas = _functions(optimizer, lr_lambda)
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """The rates at `last_epoch`."""
        rates = current_lrs(self.optimizer)
        if self._is_initial:
            return rates
        pairs = zip(rates, self.lr_lambdas, strict=True)
        return [lr * factor(self.last_epoch) for lr, factor in pairs]

    def restart(self) -> None:
        """Go back to epoch 0; the rate goes on from where it is."""
        self.last_epoch = 0
        self._set(self.get_lr())


class WarmupLR(LRScheduler):
    """A line up to the first rate in `warmup_steps`, then none, a linear or a cosine decay.

    The decay ends after `total_steps` at `end_factor` times the first rate. (PyTorch leaves this to
    SequentialLR; transformers has it as get_linear_schedule_with_warmup and its kin.)
    """

    def __init__(
        self,
        optimizer: Optimizer,
        warmup_steps: int,
        total_steps: int | None = None,
        decay: str = "constant",
        start_factor: float = 0.0,
        end_factor: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        require(warmup_steps >= 0, "warmup_steps", warmup_steps, "at least 0")
        require(decay in _DECAYS, "decay", decay, f"one of {', '.join(_DECAYS)}")
        if decay != "constant" and (total_steps is None or total_steps <= warmup_steps):
            raise ValueRangeError(
                f"a {decay} decay ends after total_steps > {warmup_steps}, not {total_steps}",
                where=location(),
            )
        self.warmup_steps = warmup_steps
        self.total_steps = total_steps
        self.decay = decay
        self.start_factor = start_factor
        self.end_factor = end_factor
        super().__init__(optimizer, last_epoch)

    def next_lr(self, lr: float, base_lr: float) -> float:
        """The rate at `last_epoch`."""
        return base_lr * self._factor()

    def first_lr(self, base_lr: float) -> float:
        """The rate at epoch 0."""
        return base_lr * self._factor()

    def _factor(self) -> float:
        if self.last_epoch < self.warmup_steps:
            return self.start_factor + (1 - self.start_factor) * self.last_epoch / self.warmup_steps
        if self.total_steps is None:
            return 1.0
        passed = (self.last_epoch - self.warmup_steps) / (self.total_steps - self.warmup_steps)
        return self.end_factor + (1 - self.end_factor) * _DECAYS[self.decay](min(passed, 1.0))


_DECAYS: dict[str, Callable[[float], float]] = {
    "constant": lambda passed: 1.0,
    "linear": lambda passed: 1.0 - passed,
    "cosine": lambda passed: (1.0 + math.cos(math.pi * passed)) / 2,
}


def _functions(optimizer: Optimizer, given: Factor | Sequence[Factor]) -> list[Factor]:
    functions = per_group("lr_lambda", optimizer, given)
    for function in functions:
        if not callable(function):
            raise ArgumentError(
                f"lr_lambda is a function of the epoch, not {function!r}", where=location()
            )
    return functions
