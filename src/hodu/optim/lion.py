"""Lion."""

from __future__ import annotations

from typing import Unpack

from hodu import functional as f
from hodu._tensor import Tensor
from hodu.optim._arithmetic import Hyper, State, Update, elementwise, mean, shrunk, signed, zeros
from hodu.optim._checks import Implementation
from hodu.optim.optimizer import Optimizer, Params


class Lion(Optimizer):
    """The sign of an interpolated momentum, with decoupled weight decay (Chen et al., 2023)."""

    lifted = ("lr", "betas", "weight_decay")

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1e-4,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0,
        *,
        maximize: bool = False,
        **options: Unpack[Implementation],
    ) -> None:
        defaults = {"lr": lr, "betas": betas, "weight_decay": weight_decay, "maximize": maximize}
        super().__init__(params, defaults, options)

    def create_state(self, param: Tensor, hyper: Hyper) -> dict[str, Tensor]:
        """The running mean of the gradient."""
        return {"exp_avg": zeros(param)}

    @staticmethod
    @elementwise
    def update(param: Tensor, grad: Tensor, state: State, hyper: Hyper) -> Update:
        """One step of the length lr in every element."""
        beta1, beta2 = hyper["betas"]
        grad = signed(grad, hyper)
        direction = f.sign(mean(state["exp_avg"], grad, beta1))
        param = shrunk(param, hyper) - direction * hyper["lr"]
        return param, {"exp_avg": mean(state["exp_avg"], grad, beta2)}
