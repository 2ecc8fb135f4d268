"""Picking elements: along an axis, by flat position, by coordinates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dims import Dim
from hodu.dtypes import INTS, i64
from hodu.errors import OutOfRangeError, ShapeError
from hodu.ops._index_rules import check_along, check_nd, in_range
from hodu.ops._precision import accumulator, widen
from hodu.ops._rules import axis_of
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, op
from hodu.shapes import TensorType, broadcast_shapes, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_ROWS = T((4,), "i64", values=[2, 0, 2, 1])
_GRID = T((2, 3), "i32", values=[[0, 2, 1], [1, 1, 0]])


@op("gather(Tensor input, int dim, Tensor index, *, bool wrap=False) -> Tensor")
class Gather:
    """`out[i][j] = input[index[i][j]][j]` for dim=0, and so on.

    The index has the rank of the input, and is no longer than it in the other dimensions.
    Negative indices count from the end if `wrap` is on, and else are errors.
    """

    dtypes = {"index": INTS}
    samples = [
        S((3, 4), _GRID, dim=0),
        S((3, 4), _GRID, dim=-1),
        S((3, 4), T((3, 5), "u8", low=0, high=3), dim=1),
        S((2, 3, 2), T((2, 1, 2), "i16", values=[[[-3, 2]], [[-1, 0]]]), dim=1, wrap=True),
        S((), T((), "i64", values=0), dim=0),
        S((), T((2,), "i64", values=[0, 0]), dim=0),
        S((3,), T((0,), "i64"), dim=0),
    ]

    def infer(x: TensorType, index: TensorType, dim: int, *, wrap: bool = False) -> TensorType:
        check_along("gather", x.shape, index.shape, axis_of(dim, x.rank))
        return TensorType(index.shape, x.dtype)

    def eager(x: Array, index: Array, dim: int, *, wrap: bool = False) -> Array:
        axis = axis_of(dim, x.ndim)
        check_along("gather", x.shape, index.shape, axis)
        x, shape, index = np.atleast_1d(x), index.shape, np.atleast_1d(index)
        checked = in_range(index, x.shape[axis], axis, wrap=wrap)
        inside = tuple(slice(None if a == axis else n) for a, n in enumerate(index.shape))
        return np.take_along_axis(x[inside], checked, axis).reshape(shape)

    vjp = {
        "input": lambda ct, input_type, index, dim, wrap: F._scatter(
            _zeros(ct, input_type), dim, index, widen(ct), reduce="sum", wrap=wrap
        )
    }


def _zeros(ct: Tensor, of: TensorType) -> Tensor:
    """Where gradients of picked elements add up, in no less than f32."""
    return F.zeros(of.shape, dtype=accumulator(ct.dtype))


@op("take_along_dim(Tensor input, Tensor indices, int? dim=None) -> Tensor")
class TakeAlongDim:
    """`gather` whose other dimensions broadcast; without `dim`, of the flattened tensors."""

    dtypes = {"indices": INTS}
    samples = [
        S((3, 4), T((3, 1), "i64", values=[[-1], [0], [3]]), dim=1),
        S((3, 4), T((1, 2), "i64", values=[[0, 3]]), dim=1),
        S((1, 4), T((2, 4), "u8", low=0, high=0), dim=0),
        S((3, 4), T((3,), "i64", values=[0, 11, -2])),
    ]

    def compose(x: Tensor, indices: Tensor, dim: int | None = None) -> Tensor:
        if dim is None:
            return F.gather(F.reshape(x, (-1,)), 0, F.reshape(indices, (-1,)), wrap=True)
        axis = axis_of(dim, x.ndim)
        if x.ndim != indices.ndim:
            raise ShapeError(
                f"take_along_dim() of {format_shape(x.shape)} by indices of shape "
                f"{format_shape(indices.shape)}: their ranks differ"
            )
        ones = [(*t.shape[:axis], 1, *t.shape[axis + 1 :]) for t in (x, indices)]
        other = broadcast_shapes(*ones)
        sizes = [(*other[:axis], t.shape[axis], *other[axis + 1 :]) for t in (x, indices)]
        return F.gather(
            F.broadcast_to(x, sizes[0]), axis, F.broadcast_to(indices, sizes[1]), wrap=True
        )


@op("index_select(Tensor input, int dim, Tensor index) -> Tensor")
class IndexSelect:
    """The parts of the input along `dim` that a 1-D index names, none of them negative."""

    dtypes = {"index": INTS}
    samples = [
        S((3, 4), _ROWS, dim=0),
        S((2, 3, 2), _ROWS, dim=-2),
        S((3, 4), T((), "u8", values=2), dim=0),
        S((), T((1,), "i64", values=[0]), dim=0),
        S((3, 4), T((0,), "i64"), dim=1),
    ]

    def compose(x: Tensor, index: Tensor, dim: int) -> Tensor:
        axis = axis_of(dim, x.ndim)
        check_1d("index_select", index)
        if not x.ndim:
            picked = F._index(F.reshape(x, (1,)), [index], wrap=False)
            return F.reshape(picked, ())
        row = index if index.ndim else F.reshape(index, (1,))
        return F._index(x, [None] * axis + [row], wrap=False)


def check_1d(op: str, index: Tensor) -> None:
    """Refuse an index of more than one dimension."""
    if index.ndim > 1:
        raise ShapeError(
            f"{op}() takes an index of at most one dimension, not {format_shape(index.shape)}",
            hint="index with a tensor of any shape as in x[index], or flatten the index",
        )


@op("take(Tensor input, Tensor index) -> Tensor")
class Take:
    """The elements of the flattened input that the index names, in the shape of the index."""

    dtypes = {"index": INTS}
    samples = [
        S((3, 4), T((2, 2), "i64", values=[[0, 11], [-1, 5]])),
        S((3,), T((), "u8", values=2)),
        S((), T((2,), "i64", values=[0, -1])),
        S((3,), T((0, 2), "i64")),
    ]

    def compose(x: Tensor, index: Tensor) -> Tensor:
        return F._index(F.reshape(x, (-1,)), [index])


@op("embedding(Tensor input, Tensor weight, int? padding_idx=None) -> Tensor")
class Embedding:
    """The rows of `weight` that the integers of the input name.

    `padding_idx` names a row that gets no gradient. Indices outside the weight are errors.
    """

    dtypes = {"input": INTS}
    methods, public = False, False
    samples = [
        S(_GRID, (4, 5)),
        S(_GRID, (4, 5), padding_idx=-1),
        S(T((), "u8", values=1), (3, 2)),
        S(T((0, 2), "i64"), (3, 2)),
    ]

    def infer(x: TensorType, weight: TensorType, padding_idx: int | None = None) -> TensorType:
        if weight.rank != 2:
            raise ShapeError(
                f"embedding() takes a weight of two dimensions, not {format_shape(weight.shape)}"
            )
        rows, width = weight.shape
        if padding_idx is not None and isinstance(rows, int) and not -rows <= padding_idx < rows:
            raise OutOfRangeError(f"padding_idx={padding_idx} is not a row of {rows}")
        return TensorType((*x.shape, width), weight.dtype)

    def eager(x: Array, weight: Array, padding_idx: int | None = None) -> Array:
        rows, _ = weight.shape
        if padding_idx is not None and not -rows <= padding_idx < rows:
            raise IndexError("padding_idx")
        return weight[in_range(x, rows, 0, wrap=False)]

    vjp = {
        "weight": lambda ct, input, weight_type, padding_idx: F._index_put(
            _zeros(ct, weight_type),
            [input],
            _unpadded(widen(ct), input, weight_type.shape[0], padding_idx),
            True,
            wrap=False,
        )
    }


def _unpadded(ct: Tensor, index: Tensor, rows: Dim, padding_idx: int | None) -> Tensor:
    """The gradient of rows of an embedding, zero where the index names the row for padding."""
    if padding_idx is None:
        return ct
    row = padding_idx if padding_idx >= 0 else padding_idx + rows
    return F.where(F.unsqueeze(index == row, -1), 0, ct)


@op("gather_nd(Tensor input, Tensor indices, int batch_dims=0) -> Tensor")
class GatherNd:
    """The parts of the input whose leading coordinates are the rows of `indices` (ONNX GatherND).

    The first `batch_dims` dimensions are common to both.
    """

    dtypes = {"indices": INTS}
    methods = False
    samples = [
        S((3, 4), T((2, 2), "i64", values=[[0, 3], [-1, 1]])),
        S((3, 4), T((2, 1, 1), "i64", values=[[[2]], [[0]]])),
        S((2, 3, 4), T((2, 1), "i64", values=[[2], [-3]]), batch_dims=1),
        S((2, 3, 4), T((2, 5, 2), "u8", low=0, high=2), batch_dims=1),
        S((2, 3, 4), T((2, 3, 1), "i64", low=0, high=3), batch_dims=2),
    ]

    def infer(x: TensorType, indices: TensorType, batch_dims: int = 0) -> TensorType:
        width = _check_batch(x.shape, indices.shape, batch_dims)
        return TensorType((*indices.shape[:-1], *x.shape[batch_dims + width :]), x.dtype)

    def eager(x: Array, indices: Array, batch_dims: int = 0) -> Array:
        width = _check_batch(x.shape, indices.shape, batch_dims)
        batch: list[Array] = list(np.indices(indices.shape[:batch_dims], sparse=True))
        tail = (1,) * (indices.ndim - 1 - batch_dims)
        axes = range(batch_dims, batch_dims + width)
        rows = [
            in_range(indices[..., i], x.shape[axis], axis, wrap=True) for i, axis in enumerate(axes)
        ]
        return x[(*(b.reshape(b.shape + tail) for b in batch), *rows)]

    vjp = {
        "input": lambda ct, input_type, indices, batch_dims: F.scatter_nd(
            _zeros(ct, input_type), _with_batch(indices, batch_dims), widen(ct), "add"
        )
    }


def _with_batch(indices: Tensor, batch_dims: int) -> Tensor:
    """The coordinates with those of the common dimensions in front."""
    if not batch_dims:
        return indices
    width = indices.shape[-1]
    columns = [F._reshape(F.arange(indices.shape[a]), (-1, *(1,) * (indices.ndim - 1 - a)))
               for a in range(batch_dims)]  # fmt: skip
    places = [F.expand(c, (*indices.shape[:-1], 1)) for c in columns]
    whole = [*places, indices.to(i64)]
    return F.cat(whole, -1) if width else F.cat(places, -1)


def _check_batch(shape: tuple[Any, ...], indices: tuple[Any, ...], batch_dims: int) -> int:
    if not 0 <= batch_dims < min(len(shape), len(indices)):
        raise OutOfRangeError(
            f"batch_dims={batch_dims} for {format_shape(shape)} and {format_shape(indices)}",
            hint=f"it must lie in [0, {min(len(shape), len(indices)) - 1}]",
        )
    pairs = zip(shape[:batch_dims], indices[:batch_dims], strict=True)
    if any(a != b and isinstance(a, int) and isinstance(b, int) for a, b in pairs):
        raise ShapeError(
            f"gather_nd() of {format_shape(shape)} by indices of shape {format_shape(indices)}: "
            f"the first {batch_dims} sizes must be equal"
        )
    return check_nd("gather_nd", shape, indices, batch_dims)
