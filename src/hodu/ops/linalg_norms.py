"""Norms of vectors and matrices as hodu.linalg has them; hodu.norm stands in `hodu.ops.norm`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hodu.dtypes import DTypeLike, Number, as_dtype
from hodu.errors import ShapeError, ValueRangeError
from hodu.ops._precision import narrow, widen
from hodu.ops._rules import axis_of
from hodu.ops._table import F, function
from hodu.shapes import format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@function(methods=False, where=("linalg",))
def vector_norm(
    x: Tensor,
    ord: Number = 2,
    dim: int | tuple[int, ...] | None = None,
    keepdim: bool = False,
    *,
    dtype: DTypeLike | None = None,
) -> Tensor:
    """The `ord` norm over some or all dimensions, as of one vector.

    inf is the largest magnitude, -inf the smallest, 0 the number of non-zeros, else the p-norm.
    """
    x = x if dtype is None else narrow(x, as_dtype(dtype))
    return F._norm(x, ord, dim, keepdim)


@function(methods=False, where=("linalg",))
def matrix_norm(
    A: Tensor,
    ord: str | Number = "fro",
    dim: tuple[int, int] = (-2, -1),
    keepdim: bool = False,
    *,
    dtype: DTypeLike | None = None,
) -> Tensor:
    """The norm of the matrices that lie along two dimensions.

    "fro": root of the sum of squares; "nuc", 2, -2: sum, largest, smallest singular value;
    1, -1: largest, smallest column sum of magnitudes; inf, -inf: the same of rows.
    """
    A = A if dtype is None else narrow(A, as_dtype(dtype))
    if A.ndim < 2 or len(dim) != 2 or axis_of(dim[0], A.ndim) == axis_of(dim[1], A.ndim):
        raise ShapeError(
            f"matrix_norm() over dim={tuple(dim)} of a tensor {format_shape(A.shape)}",
            hint="a matrix lies along two different dimensions",
        )
    rows, columns = (axis_of(d, A.ndim) for d in dim)
    if ord == "fro":
        return F.vector_norm(A, 2, (rows, columns), keepdim)
    moved = F.permute(A, [*(i for i in range(A.ndim) if i not in (rows, columns)), rows, columns])
    result = narrow(_matrix_norm(widen(moved), ord), A.dtype)
    if keepdim:
        for axis in sorted((rows, columns)):
            result = F.unsqueeze(result, axis)
    return result


def _matrix_norm(x: Tensor, ord: str | Number) -> Tensor:
    """The norm over the last two dimensions."""
    if ord == "nuc":
        return F.sum(F.svdvals(x), -1)
    if isinstance(ord, str) or abs(ord) not in (1, 2, math.inf):
        raise ValueRangeError(
            f"matrix_norm(): ord={ord!r}", hint="it is 'fro', 'nuc', 1, -1, 2, -2, inf or -inf"
        )
    if ord == 2 and 0 in x.shape[-2:]:
        return F.sum(x, (-2, -1))
    sizes = F.svdvals(x) if abs(ord) == 2 else F.sum(F.abs(x), -2 if abs(ord) == 1 else -1)
    return (F.amax if ord > 0 else F.amin)(sizes, -1)


@function(methods=False, where=("linalg:norm",))
def _linalg_norm(
    A: Tensor,
    ord: str | Number | None = None,
    dim: int | tuple[int, ...] | None = None,
    keepdim: bool = False,
    *,
    dtype: DTypeLike | None = None,
) -> Tensor:
    """The norm of vectors (one dim, or a 1-D input) or of matrices (two dims, or a 2-D input).

    Without `ord`, the root of the sum of squares over `dim`, or over all elements.
    """
    dims = (dim,) if isinstance(dim, int) else dim
    if ord is None:
        return F.vector_norm(A, 2, dims, keepdim, dtype=dtype)
    if dims is None and A.ndim not in (1, 2):
        raise ShapeError(
            f"norm(ord={ord!r}) of a tensor {format_shape(A.shape)}: is it of vectors or matrices?",
            hint="give dim: one dimension for vectors, two for matrices",
        )
    if (A.ndim if dims is None else len(dims)) == 2:
        return F.matrix_norm(A, ord, dims or (-2, -1), keepdim, dtype=dtype)
    return F.vector_norm(A, ord, dims, keepdim, dtype=dtype)


@function(methods=False, where=("linalg:cond",))
def _linalg_cond(A: Tensor, p: str | Number | None = None) -> Tensor:
    """The condition number: the norm times that of the inverse; by default the 2-norm's."""
    if p is None or p in (2, -2):
        values = F.svdvals(A)
        largest, smallest = F.amax(values, -1), F.amin(values, -1)
        return smallest / largest if p == -2 else largest / smallest
    return F.matrix_norm(A, p) * F.matrix_norm(F.inverse(A), p)
