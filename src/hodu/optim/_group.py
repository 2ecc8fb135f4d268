"""Parameter groups: hyperparameters that are numbers in eager code and states of captured steps."""

from __future__ import annotations

from collections import UserDict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from hodu._tensor import Tensor
from hodu.dispatch.base import Recorder, recorder, wrap
from hodu.errors import CaptureError
from hodu.source import location


class ParamGroup(UserDict[str, Any]):
    """The entries of one group, by PyTorch's names; a dict to its users.

    What `lifted` names is read by a captured step from 0-d f64 states, so that a scheduler reaches
    a compiled step too: whoever sets the entry sets the states. Every other entry is a constant of
    the captured step, and cannot change after that. An entry of `lifted` that is zero (except the
    learning rate) leaves a part of the update out, so it is a constant as well.
    """

    def __init__(self, entries: Mapping[str, Any], lifted: Sequence[str]) -> None:
        self._lifted = lifted
        self._states: dict[str, list[Tensor]] = {}
        self._constants: set[str] = set()
        super().__init__(entries)

    def __setitem__(self, key: str, value: Any) -> None:
        self._check_constant(key, value)
        super().__setitem__(key, value)
        for state, number in zip(self._states.get(key, ()), _entries(value), strict=False):
            state.numpy()[...] = float(number)

    def _check_constant(self, key: str, value: Any) -> None:
        if key in self._constants and value != self[key]:
            raise CaptureError(
                f"{key!r} cannot change from {self[key]!r} to {value!r}: a captured step has it "
                "as a constant",
                where=location(),
                hint=f"only {', '.join(self._lifted)} may change, from one that is not zero; "
                "set the others before the first step, or make a new optimizer",
            )

    def hyper(self) -> Mapping[str, Any]:
        """The entries as an update takes them: numbers, or in a capture what stands for them."""
        active = recorder()
        if active is None:
            return self.data
        return {k: self._captured(active, k, v) for k, v in self.items() if k != "params"}

    def _captured(self, active: Recorder, key: str, value: Any) -> Any:
        if key not in self._lifted or (key != "lr" and _is_zero(value)):
            self._constants.add(key)
            return value
        if key not in self._states:
            self._states[key] = [_state(entry) for entry in _entries(value)]
        stand_ins = [active.lift_state(state, key) for state in self._states[key]]
        return tuple(stand_ins) if isinstance(value, (tuple, list)) else stand_ins[0]


def _entries(value: Any) -> Iterable[Any]:
    return value if isinstance(value, (tuple, list)) else (value,)


def _is_zero(value: Any) -> bool:
    return not isinstance(value, Tensor) and value == 0


def _state(entry: float | Tensor) -> Tensor:
    return entry if isinstance(entry, Tensor) else wrap(np.array(entry, np.float64))
