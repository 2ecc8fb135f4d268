"""The base of the learning-rate schedulers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from hodu._tensor import Tensor
from hodu.errors import ArgumentError, ValueRangeError
from hodu.optim._group import ParamGroup
from hodu.optim.optimizer import Optimizer
from hodu.source import location


class LRScheduler:
    """Sets the learning rates of an optimizer's groups after each epoch or step.

    A subclass computes the next rate from the current one, as PyTorch does, so that schedulers can
    be combined. `last_epoch` counts the calls of `step`; a new scheduler starts at -1 and takes the
    first step at once.
    """

    unsaved: ClassVar[tuple[str, ...]] = ("optimizer",)

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        if not isinstance(optimizer, Optimizer):
            raise ArgumentError(f"{type(optimizer).__name__} is not an Optimizer", where=location())
        self.optimizer = optimizer
        self.last_epoch = last_epoch
        for number, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", float(group["lr"]))
            elif "initial_lr" not in group:
                raise ValueRangeError(
                    f"parameter group {number} has no 'initial_lr', which last_epoch="
                    f"{last_epoch} needs",
                    where=location(),
                    hint="load the optimizer's state first, or leave last_epoch out",
                )
        self.base_lrs = [float(group["initial_lr"]) for group in optimizer.param_groups]
        self._initial_step()

    def _initial_step(self) -> None:
        self._step_count = 0
        self._is_initial = True
        self.step()
        self._is_initial = False

    def step(self) -> None:
        """Go on to the next epoch."""
        self._step_count += 1
        self.last_epoch += 1
        self._set(self.get_lr())

    def restart(self) -> None:
        """Go back to epoch 0, as a sequence of schedulers does when this one's turn comes."""
        self.last_epoch = 0
        self._set([self.first_lr(base) for base in self.base_lrs])

    def get_lr(self) -> list[float]:
        """The rates of the groups at `last_epoch`."""
        rates = current_lrs(self.optimizer)
        return [self.next_lr(lr, base) for lr, base in zip(rates, self.base_lrs, strict=True)]

    def next_lr(self, lr: float, base_lr: float) -> float:
        """The rate of a group at `last_epoch`, from the rate before and the rate at first."""
        raise NotImplementedError

    def first_lr(self, base_lr: float) -> float:
        """The rate at epoch 0."""
        return base_lr

    def get_last_lr(self) -> list[float]:
        """The rates that were set last."""
        return self._last_lr

    def _set(self, rates: Sequence[float]) -> None:
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            set_lr(group, rate)
        self._last_lr = current_lrs(self.optimizer)

    def state_dict(self) -> dict[str, Any]:
        """All that `load_state_dict` needs besides the functions that were given."""
        return {k: v for k, v in vars(self).items() if k not in self.unsaved}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from a saved state; the optimizer's own state holds the rates."""
        vars(self).update({k: v for k, v in state_dict.items() if k not in self.unsaved})


def current_lrs(optimizer: Optimizer) -> list[float]:
    """The learning rates of the groups as numbers."""
    return [float(group["lr"]) for group in optimizer.param_groups]


def set_lr(group: ParamGroup, rate: float) -> None:
    """Set the rate of a group, in place where it is a tensor."""
    if isinstance(group["lr"], Tensor):
        group["lr"].fill_(rate)
    else:
        group["lr"] = rate


def per_group(name: str, optimizer: Optimizer, value: Any) -> list[Any]:
    """`value` for every group, or the list of as many values as there are groups."""
    count = len(optimizer.param_groups)
    values = list(value) if isinstance(value, (list, tuple)) else [value] * count
    if len(values) != count:
        raise ValueRangeError(
            f"{name} has {len(values)} entries for {count} parameter groups", where=location()
        )
    return values


def require(holds: bool, name: str, value: object, rule: str) -> None:
    """Raise ValueRangeError for an argument unless it `holds` to the rule."""
    if not holds:
        raise ValueRangeError(f"{name} is {rule}, not {value!r}", where=location())
