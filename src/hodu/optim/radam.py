"""RAdam."""

from __future__ import annotations

from typing import Unpack

from hodu import functional as f
from hodu._tensor import Tensor
from hodu.optim._arithmetic import (
    Hyper,
    Scalar,
    State,
    Update,
    averaged,
    decayed,
    elementwise,
    moments,
)
from hodu.optim._checks import Implementation
from hodu.optim.optimizer import Optimizer, Params


class RAdam(Optimizer):
    """Adam whose adaptive rate sets in once its variance is bounded (Liu et al., 2020)."""

    lifted = ("lr", "betas", "weight_decay")

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        maximize: bool = False,
        **options: Unpack[Implementation],
    ) -> None:
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        super().__init__(params, defaults, options)

    def create_state(self, param: Tensor, hyper: Hyper) -> dict[str, Tensor]:
        """The step and the running means of the gradient and its square."""
        return moments(param)

    @staticmethod
    @elementwise
    def update(param: Tensor, grad: Tensor, state: State, hyper: Hyper) -> Update:
        """One step: adaptive where it is safe, with momentum alone elsewhere."""
        beta1, beta2 = hyper["betas"]
        step = state["step"]
        param, grad = decayed(param, grad, hyper)
        changed = averaged(state, grad, hyper["betas"])
        first, second = changed["exp_avg"], changed["exp_avg_sq"]
        is_adaptive, rectifier = _rectifier(step, beta2)
        adaptive = (1 - beta2**step) ** 0.5 * rectifier / (f.sqrt(second) + hyper["eps"])
        scale = _either(is_adaptive, adaptive)
        rate = hyper["lr"] / (1 - beta1**step)
        return param - first * rate * scale, changed


def _rectifier(step: Scalar, beta2: Scalar) -> tuple[Scalar, Scalar]:
    """Whether the variance is bounded at this step, and the term that then corrects it."""
    limit = 2 / (1 - beta2) - 1
    length = limit - 2 * step * beta2**step / (1 - beta2**step)
    is_bounded = length > 5
    if is_bounded is False:
        return False, 1.0
    ratio = (length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length)
    return is_bounded, ratio**0.5


def _either(condition: bool | Tensor, value: Tensor) -> Tensor | float:
    """`value` where the condition holds, 1 elsewhere."""
    if isinstance(condition, Tensor):
        return f.where(condition, value, 1.0)
    return value if condition else 1.0
