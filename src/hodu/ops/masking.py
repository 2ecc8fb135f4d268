"""Picking and writing the elements where a mask is true."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hodu.dtypes import BOOL
from hodu.errors import ShapeError, ValueRangeError
from hodu.ops._index_rules import check_same_dtype
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, op
from hodu.shapes import TensorType, broadcast_shapes, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@op("masked_select(Tensor input, Tensor mask) -> Tensor")
class MaskedSelect:
    """The elements where the broadcast mask is true, as a 1-D tensor in row-major order."""

    dtypes = {"mask": BOOL}
    samples = [
        S((3, 4), T((3, 4), "bool")),
        S((3, 1), T((4,), "bool", values=[1, 0, 1, 1])),
        S((), T((2,), "bool", values=[1, 0])),
        S((0, 3), T((3,), "bool")),
    ]

    def compose(x: Tensor, mask: Tensor) -> Tensor:
        shape = broadcast_shapes(x.shape, mask.shape)
        where = F.nonzero(F.broadcast_to(mask, shape), as_tuple=True)
        whole = F.broadcast_to(x, shape)
        return F._index(whole, where) if shape else F._index(F.reshape(whole, (1,)), where)

    def eager(x: Array, mask: Array) -> Array:
        shape: tuple[int, ...] = broadcast_shapes(x.shape, mask.shape)  # type: ignore[assignment]
        return np.broadcast_to(x, shape)[np.broadcast_to(mask, shape)]


@op("compress(Tensor condition, Tensor input, int? dim=None) -> Tensor")
class Compress:
    """The parts of the input along `dim` where a 1-D condition is true (NumPy's compress).

    Without `dim`, of the flattened input. The condition may be shorter than the dimension.
    """

    dtypes = {"condition": BOOL}
    methods = False
    samples = [
        S(T((3,), "bool", values=[1, 0, 1]), (3, 4), dim=0),
        S(T((2,), "bool", values=[0, 1]), (3, 4), dim=-1),
        S(T((5,), "bool", values=[0, 1, 1, 0, 1]), (3, 4)),
        S(T((0,), "bool"), (3,), dim=0),
    ]

    def compose(condition: Tensor, x: Tensor, dim: int | None = None) -> Tensor:
        if condition.ndim != 1:
            raise ShapeError(
                f"compress() takes a 1-D condition, not one of shape "
                f"{format_shape(condition.shape)}"
            )
        if dim is None:
            x, dim = F.reshape(x, (-1,)), 0
        return F.index_select(x, dim, F.nonzero(condition, as_tuple=True)[0])


@op("masked_scatter(Tensor input, Tensor mask, Tensor source) -> Tensor")
class MaskedScatter:
    """A copy of the input with the elements of `source`, in order, where the mask is true.

    Input and mask are broadcast; the source needs an element for each true one of the mask.
    """

    dtypes = {"mask": BOOL}
    inplace = True
    samples = [
        S((3, 4), T((3, 4), "bool"), (12,)),
        S((3, 4), T((4,), "bool", values=[1, 0, 1, 0]), (2, 3)),
        S((4,), T((2, 1), "bool", values=[[1], [0]]), (5,)),
        S((3,), T((), "bool", values=False), (0,)),
    ]

    def infer(x: TensorType, mask: TensorType, source: TensorType) -> TensorType:
        check_same_dtype("masked_scatter", x, source, "source")
        return TensorType(broadcast_shapes(x.shape, mask.shape), x.dtype)

    def compose(x: Tensor, mask: Tensor, source: Tensor) -> Tensor:
        whole = F.broadcast_to(mask, broadcast_shapes(x.shape, mask.shape))
        count = F.cumsum(F.to(F.reshape(whole, (-1,)), "i64"), 0) - 1
        position = F.reshape(count + 1, whole.shape)
        # One element more in front, for the places that take none.
        padded = F.cat([F.zeros(1, dtype=source.dtype), F.reshape(source, (-1,))])
        return F.where(whole, F.take(padded, F.where(whole, position, 0)), x)

    def eager(x: Array, mask: Array, source: Array) -> Array:
        check_same_dtype("masked_scatter", x, source, "source")
        x, mask = np.broadcast_arrays(x, mask)
        out, count = x.copy(), int(mask.sum())
        if count > source.size:
            raise ValueRangeError(
                f"masked_scatter() has {source.size} source elements for {count} true elements "
                "of the mask"
            )
        out[mask] = source.reshape(-1)[:count]
        return out
