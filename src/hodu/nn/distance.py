"""Distances and angles between vectors, as modules."""

from __future__ import annotations

from hodu._tensor import Tensor
from hodu.nn import functional as F
from hodu.nn.module import Module


class CosineSimilarity(Module):
    """The cosine of the angle between vectors along `dim`; lengths count as at least `eps`."""

    def __init__(self, dim: int = 1, eps: float = 1e-8) -> None:
        super().__init__()
        self.dim, self.eps = dim, eps

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        """Without the dimension `dim`."""
        return F.cosine_similarity(x1, x2, self.dim, self.eps)


class PairwiseDistance(Module):
    """The p-norm of `x1 - x2 + eps` along the last dimension."""

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None:
        super().__init__()
        self.norm, self.eps, self.keepdim = p, eps, keepdim

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        """Without the last dimension, or with size 1 there."""
        return F.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)
