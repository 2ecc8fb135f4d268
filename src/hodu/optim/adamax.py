"""Adamax."""

from __future__ import annotations

from typing import Unpack

from hodu import functional as f
from hodu._tensor import Tensor
from hodu.optim._arithmetic import Hyper, State, Update, elementwise, mean, penalised, scalar, zeros
from hodu.optim._checks import Implementation
from hodu.optim.optimizer import Optimizer, Params


class Adamax(Optimizer):
    """Adam by the infinity norm (Kingma and Ba, 2015, section 7.1)."""

    lifted = ("lr", "betas", "weight_decay")

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
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
        """The step, the running mean of the gradient and its weighted infinity norm."""
        return {"step": scalar(param), "exp_avg": zeros(param), "exp_inf": zeros(param)}

    @staticmethod
    @elementwise
    def update(param: Tensor, grad: Tensor, state: State, hyper: Hyper) -> Update:
        """One step."""
        beta1, beta2 = hyper["betas"]
        grad = penalised(param, grad, hyper)
        first = mean(state["exp_avg"], grad, beta1)
        norm = f.maximum(state["exp_inf"] * beta2, f.abs(grad) + hyper["eps"])
        rate = hyper["lr"] / (1 - beta1 ** state["step"])
        return param - first / norm * rate, {"exp_avg": first, "exp_inf": norm}
