"""RMSprop."""

from __future__ import annotations

from typing import Unpack

from hodu import functional as f
from hodu._tensor import Tensor
from hodu.optim._arithmetic import (
    Hyper,
    State,
    Update,
    elementwise,
    is_on,
    mean,
    mean_square,
    penalised,
    scalar,
    zeros,
)
from hodu.optim._checks import Implementation
from hodu.optim.optimizer import Optimizer, Params


class RMSprop(Optimizer):
    """RMSprop (Hinton, lecture 6e, 2012); `centered` by the variance (Graves, 2013)."""

    lifted = ("lr", "momentum", "weight_decay")

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        *,
        maximize: bool = False,
        **options: Unpack[Implementation],
    ) -> None:
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
            "weight_decay": weight_decay,
            "maximize": maximize,
        }
        super().__init__(params, defaults, options)

    def create_state(self, param: Tensor, hyper: Hyper) -> dict[str, Tensor]:
        """The step, the running mean of the square, and what the options need."""
        state = {"step": scalar(param), "square_avg": zeros(param)}
        if is_on(hyper["momentum"]):
            state["momentum_buffer"] = zeros(param)
        if hyper["centered"]:
            state["grad_avg"] = zeros(param)
        return state

    @staticmethod
    @elementwise
    def update(param: Tensor, grad: Tensor, state: State, hyper: Hyper) -> Update:
        """One step."""
        alpha, momentum = hyper["alpha"], hyper["momentum"]
        grad = penalised(param, grad, hyper)
        square = mean_square(state["square_avg"], grad, alpha)
        changed = {"square_avg": square}
        if hyper["centered"]:
            average = changed["grad_avg"] = mean(state["grad_avg"], grad, alpha)
            square = square - average * average
        direction = grad / (f.sqrt(square) + hyper["eps"])
        if is_on(momentum):
            direction = state["momentum_buffer"] * momentum + direction
            changed["momentum_buffer"] = direction
        return param - direction * hyper["lr"], changed
