"""Activations in which one half of the input gates the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hodu.dims import dim_floordiv, provably_different
from hodu.dtypes import FLOATS
from hodu.errors import ShapeError
from hodu.ops._precision import in_f32
from hodu.ops._rules import axis_of, replace_dim
from hodu.ops._samples import S
from hodu.ops._table import Array, F, op
from hodu.shapes import TensorType

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@op("glu(Tensor input, int dim=-1) -> Tensor")
class Glu:
    """The first half along `dim` times the sigmoid of the second half.

    Y. Dauphin et al., "Language Modeling with Gated Convolutional Networks" (2016).
    """

    dtypes, where = FLOATS, ("nn.functional",)
    samples = [S((3, 4)), S((4, 3), dim=0), S((2, 6, 3), dim=-2), S((0, 4)), S((3, 0))]

    def infer(x: TensorType, dim: int = -1) -> TensorType:
        if not x.shape:
            raise ShapeError("glu() needs at least one dimension, the tensor is 0-d")
        axis = axis_of(dim, x.rank)
        size = x.shape[axis]
        if provably_different(size % 2, 0):
            raise ShapeError(
                f"glu() halves dim={dim}, which has the odd size {size} in {x}",
                hint="the size must be even",
            )
        return TensorType(replace_dim(x.shape, axis, dim_floordiv(size, 2)), x.dtype)

    def compose(x: Tensor, dim: int = -1) -> Tensor:
        half = dim_floordiv(x.shape[dim], 2)
        return F.narrow(x, dim, 0, half) * F.sigmoid(F.narrow(x, dim, half, half))

    @in_f32
    def eager(x: Array, dim: int = -1) -> Array:
        value, gate = np.split(x, 2, axis=dim)
        return value / (np.exp(-gate) + 1)
