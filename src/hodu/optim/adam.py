"""Adam and AdamW."""

from __future__ import annotations

from typing import Unpack

from hodu import functional as f
from hodu._tensor import Tensor
from hodu.optim._arithmetic import (
    Hyper,
    State,
    Update,
    decayed,
    elementwise,
    mean,
    mean_square,
    scalar,
    zeros,
)
from hodu.optim._checks import Implementation
from hodu.optim.optimizer import Optimizer, Params


class Adam(Optimizer):
    """Adam (Kingma and Ba, 2015), with AMSGrad (Reddi et al., 2018) if `amsgrad`."""

    lifted = ("lr", "betas", "weight_decay")

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        decoupled_weight_decay: bool = False,
        **options: Unpack[Implementation],
    ) -> None:
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        super().__init__(params, defaults, options)

    def create_state(self, param: Tensor, hyper: Hyper) -> dict[str, Tensor]:
        """The step and the running means of the gradient and its square."""
        state = {"step": scalar(param), "exp_avg": zeros(param), "exp_avg_sq": zeros(param)}
        return {**state, "max_exp_avg_sq": zeros(param)} if hyper["amsgrad"] else state

    @staticmethod
    @elementwise
    def update(param: Tensor, grad: Tensor, state: State, hyper: Hyper) -> Update:
        """One step, with the bias of the running means corrected."""
        beta1, beta2 = hyper["betas"]
        step = state["step"]
        param, grad = decayed(param, grad, hyper)
        first = mean(state["exp_avg"], grad, beta1)
        second = mean_square(state["exp_avg_sq"], grad, beta2)
        changed = {"exp_avg": first, "exp_avg_sq": second}
        if hyper["amsgrad"]:
            second = changed["max_exp_avg_sq"] = f.maximum(state["max_exp_avg_sq"], second)
        scale = (1 - beta2**step) ** -0.5
        rate = hyper["lr"] / (1 - beta1**step)
        return param - first / (f.sqrt(second) * scale + hyper["eps"]) * rate, changed


class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov and Hutter, 2019)."""

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        **options: Unpack[Implementation],
    ) -> None:
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            maximize=maximize,
            decoupled_weight_decay=True,
            **options,
        )
