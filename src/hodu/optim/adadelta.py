"""Adadelta."""

from __future__ import annotations

from typing import Unpack

from hodu import functional as f
from hodu._tensor import Tensor
from hodu.optim._arithmetic import (
    Hyper,
    State,
    Update,
    elementwise,
    mean_square,
    penalised,
    scalar,
    zeros,
)
from hodu.optim._checks import Implementation
from hodu.optim.optimizer import Optimizer, Params


class Adadelta(Optimizer):
    """Adadelta (Zeiler, 2012)."""

    lifted = ("lr", "weight_decay")

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        *,
        maximize: bool = False,
        **options: Unpack[Implementation],
    ) -> None:
        defaults = {
            "lr": lr,
            "rho": rho,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
        }
        super().__init__(params, defaults, options)

    def create_state(self, param: Tensor, hyper: Hyper) -> dict[str, Tensor]:
        """The step and the running means of the squares of gradients and of updates."""
        return {"step": scalar(param), "square_avg": zeros(param), "acc_delta": zeros(param)}

    @staticmethod
    @elementwise
    def update(param: Tensor, grad: Tensor, state: State, hyper: Hyper) -> Update:
        """One step."""
        rho, eps = hyper["rho"], hyper["eps"]
        grad = penalised(param, grad, hyper)
        square = mean_square(state["square_avg"], grad, rho)
        delta = f.sqrt(state["acc_delta"] + eps) / f.sqrt(square + eps) * grad
        changed = {"square_avg": square, "acc_delta": mean_square(state["acc_delta"], delta, rho)}
        return param - delta * hyper["lr"], changed
