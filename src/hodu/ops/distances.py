"""Distances and angles between vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hodu.errors import ShapeError
from hodu.ops._table import F, function
from hodu.shapes import format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@function(methods=False, where=("nn.functional",), autocast="f32")
def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """The cosine of the angle between vectors along `dim`; lengths count as at least `eps`."""
    lengths = [F.clamp(F.norm(x, 2, dim, keepdim=True), min=eps) for x in (x1, x2)]
    return F.sum((x1 / lengths[0]) * (x2 / lengths[1]), dim)


@function(methods=False, where=("nn.functional",), autocast="f32")
def pairwise_distance(
    x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False
) -> Tensor:
    """The p-norm of `x1 - x2 + eps` along the last dimension."""
    return F.norm(x1 - x2 + eps, p, -1, keepdim=keepdim)


@function(methods=False, where=("nn.functional",), autocast="f32")
def pdist(input: Tensor, p: float = 2.0) -> Tensor:
    """The p-norms of the differences of all pairs of rows of [n, d]: [n * (n - 1) / 2]."""
    if input.ndim != 2:
        raise ShapeError(f"pdist() of {format_shape(input.shape)}, not [n, d]")
    first, second = F.triu_indices(int(input.shape[0]), int(input.shape[0]), 1)
    return F.norm(input[first] - input[second], p, -1)
