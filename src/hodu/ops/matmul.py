"""Matrix products."""

from __future__ import annotations

import numpy as np

from hodu.dtypes import NUMERIC
from hodu.errors import ShapeError
from hodu.ops._samples import S
from hodu.ops._table import Array, Promote, op
from hodu.shapes import TensorType, broadcast_shapes, format_shape


@op("matmul(Tensor input, Tensor other) -> Tensor")
class Matmul:
    """The matrix product, batched over leading dimensions; 1-D operands are vectors."""

    promote, dtypes = Promote.COMMON, NUMERIC
    samples = [
        S((3, 4), (4, 5)),
        S((4,), (4,)),
        S((2, 3, 4), (4,)),
        S((4,), (2, 4, 5)),
        S((2, 1, 3, 4), (5, 4, 2)),
        S((0, 4), (4, 5)),
        S((3, 0), (0, 5)),
    ]

    def infer(x: TensorType, y: TensorType) -> TensorType:
        if not x.shape or not y.shape:
            raise ShapeError("matmul() needs at least one dimension in each operand")
        inner = y.shape[-2] if y.rank > 1 else y.shape[0]
        if x.shape[-1] != inner and isinstance(x.shape[-1], int) and isinstance(inner, int):
            raise ShapeError(
                f"matmul() of {format_shape(x.shape)} and {format_shape(y.shape)}: the inner sizes "
                f"{x.shape[-1]} and {inner} differ"
            )
        batch = broadcast_shapes(x.shape[:-2], y.shape[:-2])
        rows = x.shape[-2:-1]
        columns = y.shape[-1:] if y.rank > 1 else ()
        return TensorType((*batch, *rows, *columns), x.dtype)

    def eager(x: Array, y: Array) -> Array:
        return np.matmul(x, y)
