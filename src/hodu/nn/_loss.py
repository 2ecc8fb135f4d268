"""What loss modules share: the reduction, and a weight that moves with the module."""

from __future__ import annotations

from hodu._tensor import Tensor
from hodu.nn.module import Module
from hodu.ops._reduction import REDUCTIONS, reduction_of


class Loss(Module):
    """A loss with a reduction: "mean", "sum" or "none"; PyTorch's older pair of flags wins."""

    allowed: tuple[str, ...] = REDUCTIONS

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__()
        self.reduction = reduction_of(size_average, reduce, reduction, self.allowed)


class WeightedLoss(Loss):
    """A loss with a weight, which is a buffer."""

    weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)
