"""The parts of matrices below and above a diagonal, and the identity."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from hodu.devices import Device, require_cpu
from hodu.dims import Dim
from hodu.dispatch.base import wrap
from hodu.dispatch.tape import as_leaf
from hodu.dtypes import DType, DTypeLike, as_dtype, bf16, bool_, f32, i64
from hodu.errors import ShapeError
from hodu.ops._arguments import non_negative
from hodu.ops._samples import S
from hodu.ops._table import Array, F, function, op
from hodu.shapes import TensorType, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor

SAMPLES = [
    S((3, 4)),
    S((4, 3), diagonal=1),
    S((2, 3, 3), diagonal=-1),
    S((2, 2), diagonal=5),
    S((2, 2), diagonal=-5),
    S((0, 3)),
]


def _same_matrix(x: TensorType, diagonal: int = 0) -> TensorType:
    if x.rank < 2:
        raise ShapeError(f"a triangle needs at least 2 dimensions, not {format_shape(x.shape)}")
    return x


def _triangle(part: Callable[[Array, int], Array]) -> Callable[..., Array]:
    def eager(x: Array, diagonal: int = 0) -> Array:
        if x.ndim < 2:
            raise ValueError("no matrix")
        return part(x, diagonal)

    return eager


def _columns_minus_rows(x: Tensor) -> Tensor:
    rows, columns = x.shape[-2:]
    return F._sub(F._arange(0, columns, 1, i64), F.unsqueeze(F._arange(0, rows, 1, i64), -1))


@op("tril(Tensor input, int diagonal=0) -> Tensor")
class Tril:
    """The last two dimensions on and below the given diagonal, zero elsewhere."""

    infer, eager = _same_matrix, _triangle(np.tril)
    samples = SAMPLES
    inplace = True

    def compose(x: Tensor, diagonal: int = 0) -> Tensor:
        return F.masked_fill(x, F.gt(_columns_minus_rows(x), diagonal), 0)

    vjp = {"input": lambda ct, diagonal: F.tril(ct, diagonal)}


@op("triu(Tensor input, int diagonal=0) -> Tensor")
class Triu:
    """The last two dimensions on and above the given diagonal, zero elsewhere."""

    infer, eager = _same_matrix, _triangle(np.triu)
    samples = SAMPLES
    inplace = True

    def compose(x: Tensor, diagonal: int = 0) -> Tensor:
        return F.masked_fill(x, F.lt(_columns_minus_rows(x), diagonal), 0)

    vjp = {"input": lambda ct, diagonal: F.triu(ct, diagonal)}


@function(methods=False)
def tril_indices(
    row: int,
    col: int,
    offset: int = 0,
    *,
    dtype: DTypeLike = i64,
    device: Device | str | None = None,
) -> Tensor:
    """The indices, [2, n] in row-major order, of the lower triangle of a `row` x `col` matrix."""
    require_cpu(device)
    non_negative((row, col))
    return wrap(np.array(np.tril_indices(row, offset, col), as_dtype(dtype).numpy))


@function(methods=False)
def triu_indices(
    row: int,
    col: int,
    offset: int = 0,
    *,
    dtype: DTypeLike = i64,
    device: Device | str | None = None,
) -> Tensor:
    """The indices, [2, n] in row-major order, of the upper triangle of a `row` x `col` matrix."""
    require_cpu(device)
    non_negative((row, col))
    return wrap(np.array(np.triu_indices(row, offset, col), as_dtype(dtype).numpy))


@op("eye(Dim n, Dim m, DType dtype) -> Tensor")
class Eye:
    """An `n` x `m` matrix with ones on the diagonal and zeros elsewhere."""

    nondiff = "a constant"
    public = False
    samples = [
        S(n=3, m=3, dtype=f32),
        S(n=2, m=4, dtype=i64),
        S(n=0, m=2, dtype=bf16),
        S(n=3, m=1, dtype=bool_),
    ]

    def infer(n: Dim, m: Dim, dtype: DType) -> TensorType:
        non_negative((n, m))
        return TensorType((n, m), dtype)

    def eager(n: int, m: int, dtype: DType) -> Array:
        return np.eye(n, m, dtype=dtype.numpy)

    def compose(n: Dim, m: Dim, dtype: DType) -> Tensor:
        rows, columns = F._arange(0, n, 1, i64), F._arange(0, m, 1, i64)
        return F.cast(F.eq(F.unsqueeze(rows, -1), columns), dtype)


@function(methods=False)
def eye(
    n: Dim,
    m: Dim | None = None,
    *,
    dtype: DTypeLike | None = None,
    device: Device | str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """An `n` x `m` (`n` x `n`) matrix with ones on the diagonal and zeros elsewhere."""
    require_cpu(device)
    return as_leaf(F._eye(n, n if m is None else m, dtype or f32), requires_grad)
