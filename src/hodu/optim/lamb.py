"""LAMB."""

from __future__ import annotations

from typing import Unpack

from hodu import functional as f
from hodu._tensor import Tensor
from hodu.optim._arithmetic import (
    Hyper,
    State,
    Update,
    averaged,
    is_on,
    moments,
    signed,
)
from hodu.optim._checks import Implementation
from hodu.optim.optimizer import Optimizer, Params


class LAMB(Optimizer):
    """Adam with a trust ratio for each parameter, for large batches (You et al., 2020)."""

    lifted = ("lr", "betas", "weight_decay")

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-6,
        weight_decay: float = 0,
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
        }
        super().__init__(params, defaults, options)

    def create_state(self, param: Tensor, hyper: Hyper) -> dict[str, Tensor]:
        """The step and the running means of the gradient and its square."""
        return moments(param)

    @staticmethod
    def update(param: Tensor, grad: Tensor, state: State, hyper: Hyper) -> Update:
        """One step of the length lr * |param|, or lr * |update| where either norm is zero."""
        beta1, beta2 = hyper["betas"]
        step, weight_decay = state["step"], hyper["weight_decay"]
        grad = signed(grad, hyper)
        changed = averaged(state, grad, hyper["betas"])
        first, second = changed["exp_avg"], changed["exp_avg_sq"]
        root = f.sqrt(second / (1 - beta2**step))
        direction = first / (1 - beta1**step) / (root + hyper["eps"])
        if is_on(weight_decay):
            direction = direction + param * weight_decay
        size, length = _norm(param), _norm(direction)
        trust = f.where((size > 0) & (length > 0), size / length, 1.0)
        return param - direction * (trust * hyper["lr"]), changed


def _norm(tensor: Tensor) -> Tensor:
    return f.sqrt(f.sum(tensor * tensor))
