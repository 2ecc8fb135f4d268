"""Several schedulers at once or one after another."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from hodu.errors import ArgumentError, ValueRangeError
from hodu.optim.lr_scheduler.base import LRScheduler, current_lrs, set_lr
from hodu.optim.lr_scheduler.plateau import ReduceLROnPlateau
from hodu.optim.optimizer import Optimizer
from hodu.source import location


class _Combined(LRScheduler):
    """What the combinations share: their parts, whose states are saved with their own."""

    unsaved = ("optimizer", "_schedulers")

    def __init__(self, optimizer: Optimizer, schedulers: Sequence[LRScheduler]) -> None:
        self.optimizer = optimizer
        self._schedulers = list(schedulers)
        for number, part in enumerate(self._schedulers):
            self._check(part, number)

    def _check(self, part: LRScheduler, number: int) -> None:
        if not isinstance(part, LRScheduler) or isinstance(part, ReduceLROnPlateau):
            raise ArgumentError(
                f"{type(self).__name__} takes schedulers whose step() has no arguments; number "
                f"{number} is a {type(part).__name__}",
                where=location(),
            )
        if part.optimizer is not self.optimizer:
            raise ValueRangeError(
                f"scheduler {number} of {type(self).__name__} belongs to another optimizer",
                where=location(),
            )

    def state_dict(self) -> dict[str, Any]:
        """Its own state and those of its parts."""
        parts = [part.state_dict() for part in self._schedulers]
        return {**super().state_dict(), "_schedulers": parts}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from a saved state."""
        super().load_state_dict(state_dict)
        for part, saved in zip(self._schedulers, state_dict["_schedulers"], strict=True):
            part.load_state_dict(saved)


class ChainedScheduler(_Combined):
    """Every scheduler takes every step, on the rate that the one before has set."""

    def __init__(
        self, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None = None
    ) -> None:
        if not schedulers:
            raise ValueRangeError("a chain needs at least one scheduler", where=location())
        super().__init__(optimizer or schedulers[0].optimizer, schedulers)
        self._last_lr = current_lrs(self.optimizer)

    def step(self) -> None:
        """Go on to the next epoch."""
        for part in self._schedulers:
            part.step()
        self._last_lr = current_lrs(self.optimizer)

    def restart(self) -> None:
        """Go back to epoch 0."""
        for part in self._schedulers:
            part.restart()
        self._last_lr = current_lrs(self.optimizer)


class SequentialLR(_Combined):
    """One scheduler after another; each begins anew at its milestone."""

    def __init__(
        self,
        optimizer: Optimizer,
        schedulers: Sequence[LRScheduler],
        milestones: Sequence[int],
        last_epoch: int = -1,
    ) -> None:
        if len(milestones) != len(schedulers) - 1:
            raise ValueRangeError(
                f"{len(schedulers)} schedulers have {len(schedulers) - 1} milestones between "
                f"them, not {len(milestones)}",
                where=location(),
            )
        super().__init__(optimizer, schedulers)
        self._milestones = list(milestones)
        self.last_epoch = last_epoch + 1
        for group in optimizer.param_groups:
            set_lr(group, group["initial_lr"])
        self._undo_first_steps()
        first = self._schedulers[bisect_right(self._milestones, 0)]
        first._initial_step()
        self._last_lr = first.get_last_lr()

    def _undo_first_steps(self) -> None:
        """Take back the step that each part took when it was made."""
        parts = list(self._schedulers)
        while parts:
            part = parts.pop()
            if isinstance(part, _Combined):
                parts += part._schedulers
            else:
                part.last_epoch -= 1

    def step(self) -> None:
        """Go on to the next epoch."""
        self.last_epoch += 1
        index = bisect_right(self._milestones, self.last_epoch)
        part = self._schedulers[index]
        if index > 0 and self._milestones[index - 1] == self.last_epoch:
            part.restart()
        else:
            part.step()
        self._last_lr = part.get_last_lr()
