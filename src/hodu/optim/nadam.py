"""NAdam."""

from __future__ import annotations

from typing import Unpack

from hodu import functional as f
from hodu._tensor import Tensor
from hodu.optim._arithmetic import (
    Hyper,
    State,
    Update,
    averaged,
    decayed,
    elementwise,
    moments,
    scalar,
)
from hodu.optim._checks import Implementation
from hodu.optim.optimizer import Optimizer, Params


class NAdam(Optimizer):
    """Adam with Nesterov's momentum (Dozat, 2016)."""

    lifted = ("lr", "betas", "weight_decay")

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
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
            "momentum_decay": momentum_decay,
            "maximize": maximize,
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        super().__init__(params, defaults, options)

    def create_state(self, param: Tensor, hyper: Hyper) -> dict[str, Tensor]:
        """The step, the product of the momenta so far, and the running means."""
        return {**moments(param), "mu_product": scalar(param, 1.0)}

    @staticmethod
    @elementwise
    def update(param: Tensor, grad: Tensor, state: State, hyper: Hyper) -> Update:
        """One step: the current gradient and the momentum of the next step."""
        beta1, beta2 = hyper["betas"]
        step, decay, lr = state["step"], hyper["momentum_decay"], hyper["lr"]
        param, grad = decayed(param, grad, hyper)
        mu = beta1 * (1 - 0.5 * 0.96 ** (step * decay))
        mu_next = beta1 * (1 - 0.5 * 0.96 ** ((step + 1) * decay))
        product = (state["mu_product"] * mu).to(state["mu_product"].dtype)
        means = averaged(state, grad, hyper["betas"])
        first, second = means["exp_avg"], means["exp_avg_sq"]
        exact = product.to("f64")
        direction = grad * (lr * (1 - mu) / (1 - exact))
        direction = direction + first * (lr * mu_next / (1 - exact * mu_next))
        denominator = f.sqrt(second / (1 - beta2**step)) + hyper["eps"]
        return param - direction / denominator, {"mu_product": product, **means}
