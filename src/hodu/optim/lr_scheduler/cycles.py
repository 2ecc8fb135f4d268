"""Cyclical rates (Smith, 2017) and the one-cycle policy (Smith and Topin, 2019)."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable
from typing import Any

from hodu.errors import ValueRangeError
from hodu.optim._group import ParamGroup
from hodu.optim.lr_scheduler.base import LRScheduler, per_group, require, set_lr
from hodu.optim.optimizer import Optimizer
from hodu.source import location


class _Cycle(LRScheduler):
    """What cycles the momentum against the rate: SGD's, or the first of Adam's betas."""

    optimizer: Optimizer

    def _start_momentum(self, low: Any, high: Any, last_epoch: int) -> None:
        defaults = self.optimizer.defaults
        if "momentum" not in defaults and "betas" not in defaults:
            raise ValueRangeError(
                f"{type(self.optimizer).__name__} has no momentum that could be cycled",
                where=location(),
                hint="pass cycle_momentum=False",
            )
        self.base_momentums = per_group("base_momentum", self.optimizer, low)
        self.max_momentums = per_group("max_momentum", self.optimizer, high)
        if last_epoch == -1:
            rows = (self.optimizer.param_groups, self.base_momentums, self.max_momentums)
            for group, least, most in zip(*rows, strict=True):
                _set_momentum(group, most)
                group["max_momentum"], group["base_momentum"] = most, least


def _set_momentum(group: ParamGroup, value: float) -> None:
    if "betas" in group:
        group["betas"] = (value, *group["betas"][1:])
    else:
        group["momentum"] = value


class CyclicLR(_Cycle):
    """Between `base_lr` and `max_lr` in lines, whose height `mode` or `scale_fn` changes.

    A function that is given is not saved.
    """

    unsaved = ("optimizer", "_custom")

    def __init__(
        self,
        optimizer: Optimizer,
        base_lr: float | list[float],
        max_lr: float | list[float],
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: str = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: str = "cycle",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.8,
        max_momentum: float | list[float] = 0.9,
        last_epoch: int = -1,
    ) -> None:
        require(mode in _SCALES or scale_fn is not None, "mode", mode, f"one of {list(_SCALES)}")
        self.optimizer = optimizer
        bases = per_group("base_lr", optimizer, base_lr)
        self.max_lrs = per_group("max_lr", optimizer, max_lr)
        if last_epoch == -1:
            for group, rate in zip(optimizer.param_groups, bases, strict=True):
                set_lr(group, rate)
        down = step_size_up if step_size_down is None else step_size_down
        self.total_size = float(step_size_up + down)
        self.step_ratio = step_size_up / self.total_size
        self.mode, self.gamma = mode, gamma
        self._custom = scale_fn
        self.scale_mode = scale_mode if scale_fn else _SCALES[mode][0]
        self.cycle_momentum = cycle_momentum
        self.base_lrs = bases
        if cycle_momentum:
            self._start_momentum(base_momentum, max_momentum, last_epoch)
        super().__init__(optimizer, last_epoch)
        self.base_lrs = bases

    def get_lr(self) -> list[float]:
        """The rates at `last_epoch`; sets the momenta."""
        height = self._height()
        if self.cycle_momentum:
            rows = (self.optimizer.param_groups, self.base_momentums, self.max_momentums)
            for group, least, most in zip(*rows, strict=True):
                _set_momentum(group, most - (most - least) * height[0] * height[1])
        pairs = zip(self.base_lrs, self.max_lrs, strict=True)
        return [base + (most - base) * height[0] * height[1] for base, most in pairs]

    def restart(self) -> None:
        """Go back to epoch 0."""
        self.last_epoch = 0
        self._set(self.get_lr())

    def _height(self) -> tuple[float, float]:
        """Where in the triangle this epoch is, and the scale of the triangle."""
        cycle = math.floor(1 + self.last_epoch / self.total_size)
        x = 1.0 + self.last_epoch / self.total_size - cycle
        ratio = self.step_ratio
        part = x / ratio if x <= ratio else (x - 1) / (ratio - 1)
        at = cycle if self.scale_mode == "cycle" else self.last_epoch
        scale = self._custom(at) if self._custom else _SCALES[self.mode][1](self.gamma, at)
        return part, scale


_SCALES: dict[str, tuple[str, Callable[[float, float], float]]] = {
    "triangular": ("cycle", lambda gamma, x: 1.0),
    "triangular2": ("cycle", lambda gamma, x: 1 / 2.0 ** (x - 1)),
    "exp_range": ("iterations", lambda gamma, x: gamma**x),
}


class OneCycleLR(_Cycle):
    """Up to `max_lr` and down far below the start in one cycle of `total_steps`."""

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.85,
        max_momentum: float | list[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        self.optimizer = optimizer
        self.total_steps = _total_steps(total_steps, epochs, steps_per_epoch)
        require(0 <= pct_start <= 1, "pct_start", pct_start, "from 0 to 1")
        require(anneal_strategy in _CURVES, "anneal_strategy", anneal_strategy, "cos or linear")
        self.pct_start, self.three_phase = pct_start, three_phase
        self.anneal_strategy = anneal_strategy
        if last_epoch == -1:
            most = per_group("max_lr", optimizer, max_lr)
            for group, rate in zip(optimizer.param_groups, most, strict=True):
                group["initial_lr"], group["max_lr"] = rate / div_factor, rate
                group["min_lr"] = group["initial_lr"] / final_div_factor
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self._start_momentum(base_momentum, max_momentum, last_epoch)
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """The rates at `last_epoch`; sets the momenta."""
        if self.last_epoch > self.total_steps:
            raise ValueRangeError(
                f"step {self.last_epoch} of a cycle of {self.total_steps}",
                where=location(),
                hint="total_steps is how often step() is called in all",
            )
        passed, lrs, momenta = self._phase()
        curve = _CURVES[self.anneal_strategy]
        groups = self.optimizer.param_groups
        if self.cycle_momentum:
            for group in groups:
                _set_momentum(group, curve(group[momenta[0]], group[momenta[1]], passed))
        return [curve(group[lrs[0]], group[lrs[1]], passed) for group in groups]

    def restart(self) -> None:
        """Go back to epoch 0."""
        self.last_epoch = 0
        self._set(self.get_lr())

    def _phase(self) -> tuple[float, tuple[str, str], tuple[str, str]]:
        """How much of its phase has passed, and between what rates and momenta it goes."""
        phases = self._phases()
        ends = [end for end, _, _ in phases[:-1]]
        index = bisect_left(ends, self.last_epoch)
        start = ends[index - 1] if index else 0.0
        end, lrs, momenta = phases[index]
        return (self.last_epoch - start) / (end - start), lrs, momenta

    def _phases(self) -> list[tuple[float, tuple[str, str], tuple[str, str]]]:
        """The last step of each phase, and between what rates and momenta it goes."""
        peak = self.pct_start * self.total_steps
        up = (peak - 1, ("initial_lr", "max_lr"), ("max_momentum", "base_momentum"))
        last = self.total_steps - 1
        if not self.three_phase:
            return [up, (last, ("max_lr", "min_lr"), ("base_momentum", "max_momentum"))]
        down = (2 * peak - 2, ("max_lr", "initial_lr"), ("base_momentum", "max_momentum"))
        return [up, down, (last, ("initial_lr", "min_lr"), ("max_momentum", "max_momentum"))]


_CURVES: dict[str, Callable[[float, float, float], float]] = {
    "cos": lambda start, end, x: end + (start - end) / 2.0 * (math.cos(math.pi * x) + 1),
    "linear": lambda start, end, x: (end - start) * x + start,
}


def _total_steps(total: int | None, epochs: int | None, steps_per_epoch: int | None) -> int:
    if total is None and (epochs is None or steps_per_epoch is None):
        raise ValueRangeError(
            "a cycle needs total_steps, or epochs and steps_per_epoch", where=location()
        )
    steps = (epochs or 0) * (steps_per_epoch or 0) if total is None else total
    require(isinstance(steps, int) and steps > 0, "total_steps", steps, "an integer, at least 1")
    return steps
