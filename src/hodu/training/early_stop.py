"""Ending a run that no longer improves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from hodu.errors import ValueRangeError
from hodu.source import location


class EarlyStop:
    """Stops after `patience` epochs in which `monitor` did not get better by `min_delta`."""

    def __init__(
        self,
        monitor: str = "validation_loss",
        patience: int = 3,
        mode: str = "min",
        min_delta: float = 0.0,
    ) -> None:
        if mode not in ("min", "max"):
            raise ValueRangeError(f"mode is 'min' or 'max', not {mode!r}", where=location())
        self.monitor, self.patience = monitor, patience
        self.mode, self.min_delta = mode, min_delta
        self.best = math.inf if mode == "min" else -math.inf
        self.waited = 0

    def should_stop(self, values: Mapping[str, float]) -> bool:
        """Whether the epoch with these numbers is to be the last."""
        if self.monitor not in values:
            raise ValueRangeError(
                f"there is no {self.monitor!r} to monitor", hint=f"there are {list(values)}"
            )
        value, sign = values[self.monitor], 1 if self.mode == "max" else -1
        if sign * (value - self.best) > self.min_delta:
            self.best, self.waited = value, 0
        else:
            self.waited += 1
        return self.waited >= self.patience

    def state_dict(self) -> dict[str, Any]:
        """The best value, and for how long there has been no better one."""
        return {"best": self.best, "waited": self.waited}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from a saved state."""
        self.best, self.waited = state_dict["best"], state_dict["waited"]
