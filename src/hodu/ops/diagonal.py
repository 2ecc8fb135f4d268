"""Diagonals of matrices, and matrices of diagonals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hodu.dims import Dim, dim_max, dim_min
from hodu.dtypes import FROM_NUMPY
from hodu.errors import OutOfRangeError, ShapeError
from hodu.ops._precision import accumulator
from hodu.ops._rules import axis_of, sum_dtype
from hodu.ops._samples import S
from hodu.ops._table import Array, F, function, op
from hodu.shapes import Shape, TensorType, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor


def _plane(rank: int, dim1: int, dim2: int) -> tuple[int, int]:
    a, b = axis_of(dim1, rank, "dim1"), axis_of(dim2, rank, "dim2")
    if a == b:
        raise OutOfRangeError(f"dim1={dim1} and dim2={dim2} are the same dimension")
    return a, b


def _length(rows: Dim, columns: Dim, offset: int) -> Dim:
    shorter = dim_min(rows + min(offset, 0), columns - max(offset, 0))
    return dim_max(shorter, 0)


def _last(rank: int, a: int, b: int) -> list[int]:
    return [i for i in range(rank) if i not in (a, b)] + [a, b]


@op("diagonal(Tensor input, int offset=0, int dim1=0, int dim2=1) -> Tensor")
class Diagonal:
    """The diagonal of the plane of `dim1` and `dim2`, as the last dimension; a view.

    Diagonals above the main one have a positive offset.
    """

    view = True
    samples = [
        S((3, 4)),
        S((3, 4), offset=1),
        S((4, 2), offset=-2),
        S((2, 3, 4), dim1=-1, dim2=0),
        S((2, 2), offset=5),
        S((0, 3)),
    ]

    def infer(x: TensorType, offset: int = 0, dim1: int = 0, dim2: int = 1) -> TensorType:
        if x.rank < 2:
            raise ShapeError(f"a diagonal needs 2 dimensions, not {format_shape(x.shape)}")
        a, b = _plane(x.rank, dim1, dim2)
        rest = tuple(d for i, d in enumerate(x.shape) if i not in (a, b))
        return TensorType((*rest, _length(x.shape[a], x.shape[b], offset)), x.dtype)

    def eager(x: Array, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Array:
        result = np.diagonal(x, offset, dim1, dim2)
        result.flags.writeable = x.flags.writeable
        return result

    def compose(x: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
        a, b = _plane(len(x.shape), dim1, dim2)
        x = F._permute(x, _last(len(x.shape), a, b))
        *batch, rows, columns = x.shape
        length = _length(rows, columns, offset)
        start = max(offset, 0) - min(offset, 0) * columns
        # Row-major, the diagonal's elements are columns + 1 apart: one column of this shape.
        flat = F._reshape(x, (*batch, rows * columns))
        row = columns + 1
        flat = _padded_last(flat, -start, length * row - (rows * columns - start))
        grid = F._reshape(flat, (*batch, length, row))
        return F._squeeze(F._split(grid, (1, columns), -1)[0], -1)


def _padded_last(x: Tensor, before: Dim, after: Dim) -> Tensor:
    untouched = (0,) * (len(x.shape) - 1)
    return F._pad(x, (*untouched, before), (*untouched, after))


@op("diag_embed(Tensor input, int offset=0, int dim1=-2, int dim2=-1) -> Tensor")
class DiagEmbed:
    """Matrices in the dimensions `dim1` and `dim2` with the last dimension on a diagonal."""

    samples = [
        S((3,)),
        S((2, 3), offset=1),
        S((2, 2), offset=-2),
        S((2, 3), dim1=0, dim2=2),
        S((2, 3), dim1=1, dim2=0, offset=1),
        S((0,)),
        S((0,), offset=2),
    ]

    def infer(x: TensorType, offset: int = 0, dim1: int = -2, dim2: int = -1) -> TensorType:
        return TensorType(_embedded_shape(x.shape, offset, dim1, dim2), x.dtype)

    def eager(x: Array, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Array:
        shape = _embedded_shape(x.shape, offset, dim1, dim2)
        result = np.zeros(shape, x.dtype)
        diagonal = np.diagonal(result, offset, dim1, dim2)
        diagonal.flags.writeable = True
        diagonal[...] = x
        return result

    def compose(x: Tensor, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
        *batch, length = x.shape
        size = length + abs(offset)
        start = max(offset, 0) - min(offset, 0) * size
        spaced = _padded_last(F.unsqueeze(x, -1), 0, size)
        flat = F._reshape(spaced, (*batch, length * (size + 1)))
        flat = _padded_last(flat, start, size * size - start - length * (size + 1))
        rank = len(batch) + 2
        order = _last(rank, *_plane(rank, dim1, dim2))
        square = F._reshape(flat, (*batch, size, size))
        return F._permute(square, [order.index(i) for i in range(rank)])


def _embedded_shape(shape: Shape, offset: int, dim1: int, dim2: int) -> Shape:
    if not shape:
        raise ShapeError("diag_embed() needs at least 1 dimension, the tensor is 0-d")
    rank = len(shape) + 1
    planes = _plane(rank, dim1, dim2)
    batch, size = iter(shape[:-1]), shape[-1] + abs(offset)
    return tuple(size if i in planes else next(batch) for i in range(rank))


@function()
def diag(input: Tensor, diagonal: int = 0) -> Tensor:
    """The matrix with a vector on its diagonal, or the diagonal of a matrix."""
    rank = len(input.shape)
    if rank not in (1, 2):
        raise ShapeError(
            f"diag() takes 1 or 2 dimensions, not {rank}", hint="use diagonal() or diag_embed()"
        )
    return F.diag_embed(input, diagonal) if rank == 1 else F.clone(F.diagonal(input, diagonal))


@function(methods=False, where=("linalg:diagonal",))
def _linalg_diagonal(A: Tensor, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """The diagonal of each matrix; a view."""
    return F.diagonal(A, offset, dim1, dim2)


@function()
def diagflat(input: Tensor, offset: int = 0) -> Tensor:
    """The matrix with all the elements on its diagonal."""
    return F.diag_embed(F.flatten(input), offset)


@op("trace(Tensor input) -> Tensor")
class Trace:
    """The sum of the diagonal of a matrix; i64 for integers and bools."""

    autocast = "f32"
    samples = [S((3, 3)), S((2, 4)), S((0, 3))]

    def infer(x: TensorType) -> TensorType:
        if x.rank != 2:
            raise ShapeError(
                f"trace() takes a matrix, not {format_shape(x.shape)}",
                hint="for batches: x.diagonal(dim1=-2, dim2=-1).sum(-1)",
            )
        return TensorType((), sum_dtype(x.dtype))

    def eager(x: Array) -> Array:
        if x.ndim != 2:
            raise ValueError("no matrix")
        dtype = sum_dtype(FROM_NUMPY[x.dtype])
        return np.diagonal(x).sum(dtype=accumulator(dtype).numpy).astype(dtype.numpy)

    def compose(x: Tensor) -> Tensor:
        return F.sum(F.diagonal(x))
