"""Stochastic gradient descent."""

from __future__ import annotations

from typing import Unpack

from hodu._tensor import Tensor
from hodu.errors import ValueRangeError
from hodu.optim._arithmetic import (
    Hyper,
    Scalar,
    State,
    Update,
    choose,
    elementwise,
    is_on,
    penalised,
    scalar,
    zeros,
)
from hodu.optim._checks import Implementation
from hodu.optim.optimizer import Optimizer, Params
from hodu.source import location


class SGD(Optimizer):
    """Stochastic gradient descent with momentum, Nesterov's too (Sutskever et al., 2013).

    As in PyTorch the first gradient fills the momentum buffer undampened.
    """

    lifted = ("lr", "momentum", "weight_decay")

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        **options: Unpack[Implementation],
    ) -> None:
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueRangeError(
                f"nesterov takes a momentum and no dampening, not {momentum!r} and {dampening!r}",
                where=location(),
            )
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
        }
        super().__init__(params, defaults, options)

    def create_state(self, param: Tensor, hyper: Hyper) -> dict[str, Tensor]:
        """A buffer of zeros; with dampening also the step, to tell the first one."""
        if not is_on(hyper["momentum"]):
            return {}
        buffer = {"momentum_buffer": zeros(param)}
        return {**buffer, "step": scalar(param)} if is_on(hyper["dampening"]) else buffer

    @staticmethod
    @elementwise
    def update(param: Tensor, grad: Tensor, state: State, hyper: Hyper) -> Update:
        """One step; the momentum buffer is the only state that changes."""
        grad = penalised(param, grad, hyper)
        momentum = hyper["momentum"]
        if not is_on(momentum):
            return param - grad * hyper["lr"], {}
        buffer = state["momentum_buffer"] * momentum + _dampened(grad, state, hyper["dampening"])
        direction = grad + buffer * momentum if hyper["nesterov"] else buffer
        return param - direction * hyper["lr"], {"momentum_buffer": buffer}


def _dampened(grad: Tensor, state: State, dampening: Scalar) -> Tensor:
    """What the buffer takes of a gradient; a buffer loaded from PyTorch comes without a step."""
    if not is_on(dampening):
        return grad
    is_first = state["step"] == 1 if "step" in state else False
    return grad * choose(is_first, 1.0, 1 - dampening)
