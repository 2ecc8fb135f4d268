"""Adagrad."""

from __future__ import annotations

from typing import Unpack

from hodu import functional as f
from hodu._tensor import Tensor
from hodu.optim._arithmetic import Hyper, State, Update, elementwise, penalised, scalar, zeros
from hodu.optim._checks import Implementation
from hodu.optim.optimizer import Optimizer, Params


class Adagrad(Optimizer):
    """Adagrad (Duchi, Hazan and Singer, 2011)."""

    lifted = ("lr", "weight_decay")

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        *,
        maximize: bool = False,
        **options: Unpack[Implementation],
    ) -> None:
        defaults = {
            "lr": lr,
            "lr_decay": lr_decay,
            "eps": eps,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "maximize": maximize,
        }
        super().__init__(params, defaults, options)

    def create_state(self, param: Tensor, hyper: Hyper) -> dict[str, Tensor]:
        """The step and the sum of squares."""
        return {"step": scalar(param), "sum": zeros(param, hyper["initial_accumulator_value"])}

    @staticmethod
    @elementwise
    def update(param: Tensor, grad: Tensor, state: State, hyper: Hyper) -> Update:
        """One step."""
        grad = penalised(param, grad, hyper)
        rate = hyper["lr"] / (1 + (state["step"] - 1) * hyper["lr_decay"])
        total = state["sum"] + grad * grad
        return param - grad / (f.sqrt(total) + hyper["eps"]) * rate, {"sum": total}
