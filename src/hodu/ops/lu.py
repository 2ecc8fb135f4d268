"""LU decomposition with partial pivoting."""

from __future__ import annotations

import math

import numpy as np

from hodu.dims import dim_min
from hodu.dtypes import FLOATS, i32
from hodu.ops._matrices import back, matrix_shape
from hodu.ops._matrix_gradients import lu_factor_gradient, lu_gradient
from hodu.ops._precision import wide
from hodu.ops._samples import S
from hodu.ops._table import Array, op
from hodu.ops.decompositions import GENERAL
from hodu.shapes import TensorType


def eliminate(x: Array, pivot: bool) -> tuple[Array, Array]:
    """The factors packed in one array and the row order: `x[order] = L @ U`, for each matrix.

    Gaussian elimination by outer products (Golub and Van Loan, Matrix Computations, 3.2.6 and
    3.4.4), over the whole stack at once. A column of zeros is left as it is.
    """
    packed = np.array(wide(x)).reshape(math.prod(x.shape[:-2]), *x.shape[-2:])
    count, rows, columns = packed.shape
    order = np.tile(np.arange(rows), (count, 1))
    stack = np.arange(count)
    for k in range(min(rows, columns)):
        if pivot:
            best = k + np.abs(packed[:, k:, k]).argmax(axis=1)
            for a in (packed, order):
                a[stack, k], a[stack, best] = a[stack, best], a[stack, k]
        below = packed[:, k + 1 :, k]
        factors = np.where(below == 0, below, below / packed[:, k, k, None])
        packed[:, k + 1 :, k] = factors
        packed[:, k + 1 :, k + 1 :] -= factors[:, :, None] * packed[:, k, None, k + 1 :]
    return packed.reshape(x.shape), order.reshape(*x.shape[:-2], rows)


@op("lu(Tensor A, *, bool pivot=True) -> (Tensor P, Tensor L, Tensor U)")
class Lu:
    """A permutation P, a unit lower triangular L and an upper triangular U: `A = P @ L @ U`.

    Rows are exchanged for the largest pivot; without `pivot`, P is the identity.
    """

    dtypes, where, methods = FLOATS, ("linalg",), False
    autocast = "f32"
    samples = [S(m, pivot=True) for m in GENERAL] + [S(GENERAL[2], pivot=False)]

    def infer(x: TensorType, pivot: bool) -> tuple[TensorType, ...]:
        batch, m, n = matrix_shape("lu", x)
        k = dim_min(m, n)
        shapes = (*batch, m, m), (*batch, m, k), (*batch, k, n)
        return tuple(TensorType(s, x.dtype) for s in shapes)

    def eager(x: Array, pivot: bool) -> tuple[Array, Array, Array]:
        packed, order = eliminate(x, pivot)
        m, n = x.shape[-2:]
        k = min(m, n)
        lower = np.tril(packed[..., :k], -1) + np.eye(m, k, dtype=packed.dtype)
        upper = np.triu(packed[..., :k, :])
        # Row i of L @ U is row order[i] of A.
        exchange = np.arange(m)[:, None] == order[..., None, :]
        return exchange.astype(x.dtype), back(lower, x), back(upper, x)

    vjp = {"A": lu_gradient}


@op("lu_factor(Tensor A, *, bool pivot=True) -> (Tensor LU, Tensor pivots)")
class LuFactor:
    """L (without its unit diagonal) and U in one matrix, and the row exchanges as in LAPACK.

    Row i was exchanged with row `pivots[i] - 1`, one after the other.
    """

    dtypes, where, methods = FLOATS, ("linalg",), False
    autocast = "f32"
    samples = [S(m, pivot=True) for m in GENERAL] + [S(GENERAL[2], pivot=False)]

    def infer(x: TensorType, pivot: bool) -> tuple[TensorType, TensorType]:
        batch, m, n = matrix_shape("lu_factor", x)
        return x, TensorType((*batch, dim_min(m, n)), i32)

    def eager(x: Array, pivot: bool) -> tuple[Array, Array]:
        packed, order = eliminate(x, pivot)
        return back(packed, x), _exchanges(order, min(x.shape[-2:]))

    vjp = {"A": lu_factor_gradient}


def _exchanges(order: Array, count: int) -> Array:
    """The exchanges, counted from 1, that bring rows into `order`."""
    result = np.empty((*order.shape[:-1], count), np.int32)
    for index in np.ndindex(*order.shape[:-1]):
        rows = list(range(order.shape[-1]))
        for i in range(count):
            j = rows.index(order[(*index, i)])
            rows[i], rows[j] = rows[j], rows[i]
            result[(*index, i)] = j + 1
    return result
