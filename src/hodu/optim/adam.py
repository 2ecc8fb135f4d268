"""Adam and AdamW."""

from __future__ import annotations

from typing import Unpack

import numpy as np

from hodu import functional as f
from hodu._tensor import Tensor
from hodu.ops._table import Array
from hodu.optim._arithmetic import (
    Hyper,
    State,
    Update,
    averaged,
    decayed,
    elementwise,
    in_place_of,
    moments,
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
        state = moments(param)
        return {**state, "max_exp_avg_sq": zeros(param)} if hyper["amsgrad"] else state

    @staticmethod
    @elementwise
    def update(param: Tensor, grad: Tensor, state: State, hyper: Hyper) -> Update:
        """One step, with the bias of the running means corrected."""
        beta1, beta2 = hyper["betas"]
        step = state["step"]
        param, grad = decayed(param, grad, hyper)
        changed = averaged(state, grad, hyper["betas"])
        first, second = changed["exp_avg"], changed["exp_avg_sq"]
        if hyper["amsgrad"]:
            second = changed["max_exp_avg_sq"] = f.maximum(state["max_exp_avg_sq"], second)
        scale = (1 - beta2**step) ** -0.5
        rate = hyper["lr"] / (1 - beta1**step)
        return param - first / (f.sqrt(second) * scale + hyper["eps"]) * rate, changed


@in_place_of(Adam.update)
def _advance(param: Array, grad: Array, state: State, hyper: Hyper, scratch: Array) -> None:
    """Each line is an operation of `Adam.update`, in its order."""
    (beta1, beta2), step, lr = hyper["betas"], state["step"], hyper["lr"]
    first, second, (work, signed) = state["exp_avg"], state["exp_avg_sq"], scratch
    if hyper["maximize"]:
        grad = np.negative(grad, out=signed)
    if (decay := hyper["weight_decay"]) and hyper["decoupled_weight_decay"]:
        param *= 1 - lr * decay
    elif decay:
        np.multiply(param, decay, out=work)
        grad = np.add(grad, work, out=signed)
    np.subtract(grad, first, out=work)
    work *= 1 - beta1
    first += work
    np.multiply(grad, grad, out=work)
    work *= 1 - beta2
    second *= beta2
    second += work
    if hyper["amsgrad"]:
        second = np.maximum(state["max_exp_avg_sq"], second, out=state["max_exp_avg_sq"])
    np.sqrt(second, out=work)
    work *= (1 - beta2**step) ** -0.5
    work += hyper["eps"]
    np.divide(first, work, out=work)
    work *= lr / (1 - beta1**step)
    param -= work


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
