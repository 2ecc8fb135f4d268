"""Scaling of the loss, so that small gradients survive a small dtype."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hodu import functional as f
from hodu._tensor import Tensor
from hodu.autograd.modes import no_grad
from hodu.dispatch.base import recorder
from hodu.dispatch.inplace import assign
from hodu.dtypes import f16
from hodu.errors import ArgumentError, DTypeError, ValueRangeError
from hodu.optim.optimizer import Optimizer
from hodu.source import location


class GradScaler:
    """Multiplies losses by a scale, and leaves out steps whose gradients overflowed.

    `scaler.scale(loss).backward(); scaler.step(optimizer); scaler.update()`. Each step left out
    multiplies the scale by `backoff_factor`; `growth_interval` steps in a row without one multiply
    it by `growth_factor`. PyTorch's arguments, numbers and state_dict keys.

    In a captured step the scale is a state of the program, and leaving out a step selects the old
    values. With `enabled=False` everything passes through.
    """

    def __init__(
        self,
        init_scale: float = 2.0**16,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ) -> None:
        if growth_factor <= 1.0 or not 0.0 < backoff_factor < 1.0:
            raise ValueRangeError(
                f"growth_factor={growth_factor}, backoff_factor={backoff_factor}",
                where=location(),
                hint="the scale grows by a factor above 1 and backs off by one between 0 and 1",
            )
        self._enabled = enabled
        self._growth_factor = growth_factor
        self._backoff_factor = backoff_factor
        self._growth_interval = growth_interval
        self._scale: Tensor = f.tensor(init_scale, dtype="f32")
        self._growth_tracker: Tensor = f.tensor(0, dtype="i32")
        self._found: dict[int, Tensor] = {}
        self._stepped: set[int] = set()

    # -- a step -----------------------------------------------------------------------------

    def scale(self, outputs: Any) -> Any:
        """The outputs, a tensor or a nest of tuples, lists and dicts, times the scale.

        Those of a small dtype are multiplied in f32, where the scale has room.
        """
        if not self._enabled:
            return outputs
        if isinstance(outputs, Tensor):
            return outputs * _here(self._scale, "scale")
        if isinstance(outputs, Mapping):
            return {k: self.scale(v) for k, v in outputs.items()}
        if isinstance(outputs, (tuple, list)):
            return type(outputs)(map(self.scale, outputs))
        raise ArgumentError(
            f"scale() takes tensors, not {type(outputs).__name__}", where=location()
        )

    def unscale_(self, optimizer: Optimizer) -> None:
        """Divide the gradients of the optimizer's parameters by the scale, as before clipping.

        Raises ValueRangeError the second time before `update`, DTypeError for gradients in f16,
        which have no room for it.
        """
        if not self._enabled:
            return
        if id(optimizer) in self._found:
            raise ValueRangeError(
                "unscale_() was called on this optimizer before, or after step()",
                where=location(),
                hint="call it once between scale(loss).backward() and step()",
            )
        with no_grad():
            inverse = f.reciprocal(_here(self._scale, "scale").to("f64")).to("f32")
            found = f.tensor(False)
            for gradient in _gradients(optimizer):
                found = found | _unscaled(gradient, inverse)
        self._found[id(optimizer)] = found

    def step(self, optimizer: Optimizer, *args: Any, **kwargs: Any) -> Any:
        """`optimizer.step(*args, **kwargs)`, unless a gradient is infinite or NaN.

        The gradients are unscaled first if they were not yet. Raises ValueRangeError the second
        time before `update`, ArgumentError for a closure.
        """
        if not self._enabled:
            return optimizer.step(*args, **kwargs)
        if args or "closure" in kwargs:
            raise ArgumentError(
                "a scaled step takes no closure: it cannot be left out", where=location()
            )
        if id(optimizer) in self._stepped:
            raise ValueRangeError(
                "step() was called on this optimizer since the last update()", where=location()
            )
        if id(optimizer) not in self._found:
            self.unscale_(optimizer)
        self._stepped.add(id(optimizer))
        found = self._found[id(optimizer)]
        if found._data is not None:
            return None if found.item() else optimizer.step(**kwargs)
        with optimizer.left_out_where(found):
            return optimizer.step(**kwargs)

    def update(self, new_scale: float | Tensor | None = None) -> None:
        """Adjust the scale by whether steps since the last time were left out, or set it.

        Raises ValueRangeError if no gradients were unscaled since.
        """
        if not self._enabled:
            return
        scale = _here(self._scale, "scale")
        if new_scale is not None:
            assign(scale, f.reshape(f.as_tensor(new_scale, dtype="f32"), ()))
        else:
            self._adjust(scale, _here(self._growth_tracker, "growth_tracker"))
        self._found.clear()
        self._stepped.clear()

    def _adjust(self, scale: Tensor, tracker: Tensor) -> None:
        if not self._found:
            raise ValueRangeError(
                "update() without a step since the last one",
                where=location(),
                hint="call step(optimizer) first",
            )
        with no_grad():
            found = f.tensor(False)
            for one in self._found.values():
                found = found | one
            count = tracker + 1
            grown = scale * self._growth_factor
            grows = (count >= self._growth_interval) & f.isfinite(grown)
            kept = f.where(grows, grown, scale)
            assign(scale, f.where(found, scale * self._backoff_factor, kept))
            restart = found | (count >= self._growth_interval)
            assign(tracker, f.where(restart, f.zeros_like(count), count))

    # -- settings and saving ----------------------------------------------------------------

    def get_scale(self) -> float:
        """The scale, or 1 if scaling is off."""
        return float(self._scale.item()) if self._enabled else 1.0

    def is_enabled(self) -> bool:
        """Whether losses are scaled."""
        return self._enabled

    def state_dict(self) -> dict[str, Any]:
        """The scale and what it follows, by PyTorch's keys; empty if scaling is off."""
        if not self._enabled:
            return {}
        return {
            "scale": self.get_scale(),
            "growth_factor": self._growth_factor,
            "backoff_factor": self._backoff_factor,
            "growth_interval": self._growth_interval,
            "_growth_tracker": int(self._growth_tracker.item()),
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` gave here or in PyTorch; raises ValueRangeError.

        Scale and tracker are written in place, so that compiled steps see them.
        """
        if not self._enabled:
            return
        if not state_dict:
            raise ValueRangeError(
                "the saved state is empty: it is that of a GradScaler with enabled=False",
                where=location(),
            )
        self._growth_factor = state_dict["growth_factor"]
        self._backoff_factor = state_dict["backoff_factor"]
        self._growth_interval = state_dict["growth_interval"]
        assign(self._scale, f.tensor(state_dict["scale"], dtype="f32"))
        assign(self._growth_tracker, f.tensor(state_dict["_growth_tracker"], dtype="i32"))


def _here(state: Tensor, name: str) -> Tensor:
    """What stands for a state of the scaler: itself, or a state of the capture under way."""
    active = recorder()
    return state if active is None else active.lift_state(state, name)  # type: ignore[return-value]


def _gradients(optimizer: Optimizer) -> list[Tensor]:
    params = [p for group in optimizer.param_groups for p in group["params"]]
    return [p.grad for p in params if p.grad is not None]


def _unscaled(gradient: Tensor, inverse: Tensor) -> Tensor:
    """Unscale a gradient in place; gives whether it holds an infinity or NaN."""
    if gradient.dtype is f16:
        raise DTypeError(
            "a gradient in f16 cannot be unscaled in place",
            where=location(),
            hint="keep the parameters in f32 and let autocast cast them",
        )
    found = f.logical_not(f.all(f.isfinite(gradient)))
    assign(gradient, gradient * inverse)
    return found
