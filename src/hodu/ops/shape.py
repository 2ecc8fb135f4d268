"""Rearranging the dimensions of a tensor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.errors import OutOfRangeError
from hodu.ops._rules import axis_of
from hodu.ops._samples import S
from hodu.ops._table import Array, F, function, op
from hodu.shapes import TensorType

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@op("permute(Tensor input, int[] dims) -> Tensor")
class Permute:
    """The dimensions in another order; a view."""

    view, public, on_dims = True, False, True
    samples = [S((2, 3, 4), dims=(2, 0, 1)), S((), dims=()), S((2, 0), dims=(-1, 0))]

    def infer(x: TensorType, dims: tuple[int, ...]) -> TensorType:
        order = [axis_of(d, x.rank) for d in dims]
        if sorted(order) != list(range(x.rank)):
            raise OutOfRangeError(f"permute() of {x.rank} dimensions by dims={dims}")
        return TensorType(tuple(x.shape[d] for d in order), x.dtype)

    def eager(x: Array, dims: tuple[int, ...]) -> Array:
        return np.transpose(x, dims)


@function()
def permute(input: Tensor, *dims: Any) -> Tensor:
    """The dimensions in another order, given as numbers or as one sequence; a view."""
    return F._permute(input, dims[0] if len(dims) == 1 else dims)


@function()
def transpose(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Two dimensions swapped; a view."""
    order = list(range(input.ndim))
    a, b = axis_of(dim0, input.ndim, "dim0"), axis_of(dim1, input.ndim, "dim1")
    if order:
        order[a], order[b] = b, a
    return F._permute(input, order)
