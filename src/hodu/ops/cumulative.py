"""Running sums, products and extremes along a dimension; differences and integrals."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from hodu.dims import Dim, dim_max, dim_min
from hodu.dtypes import FLOATS, FROM_NUMPY, DType, f64, i64
from hodu.errors import ShapeError, ValueRangeError
from hodu.ops._precision import accumulator, narrow, wide, widen
from hodu.ops._recurrence import after, backward_recurrence, before
from hodu.ops._rules import axis_of, replace_dim, sum_dtype
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, function, op
from hodu.ops.reduction import accumulated
from hodu.shapes import TensorType

if TYPE_CHECKING:
    from hodu._tensor import Tensor
    from hodu.dtypes import Number

_MOST_STEPS = 1000
SCANS = [
    S((3, 4), dim=1),
    S((2, 3, 4), dim=-3),
    S((), dim=0),
    S((0, 3), dim=0),
    S((2, 0), dim=-1),
]
TIES = S(T(dtype="f32", values=[[1, 3, 3, np.nan, 5], [0, -1, -1, 2, -2]]), dim=1)


def _scan(ufunc: np.ufunc, x: Array, dim: int, dtype: DType) -> Array:
    """`ufunc.accumulate` along `dim`, in `dtype`; a 0-d array is its own scan."""
    axis = axis_of(dim, x.ndim)
    if x.ndim == 0:
        return x.astype(dtype.numpy)
    return ufunc.accumulate(x, axis=axis, dtype=dtype.numpy)


def _sum_like(x: TensorType, dim: int, dtype: DType | None = None) -> TensorType:
    axis_of(dim, x.rank)
    return TensorType(x.shape, dtype or sum_dtype(x.dtype))


@op("cumsum(Tensor input, int dim, *, DType? dtype=None) -> Tensor")
class Cumsum:
    """The running sum along `dim`; integers and bools are summed as i64."""

    autocast = "f32"
    infer = _sum_like
    samples = [
        *SCANS,
        S((3, 4), dim=0, dtype=f64),
        S(T((), "f16", values=[2048.0, 1, 1, 1]), dim=0),
    ]
    inplace = True

    def eager(x: Array, dim: int, dtype: DType | None = None) -> Array:
        x, within, out = accumulated(x, dtype)
        return _scan(np.add, x, dim, within).astype(out.numpy, copy=False)

    vjp = {"input": lambda ct, dim: F.flip(F.cumsum(F.flip(ct, (dim,)), dim), (dim,))}


@op("cumprod(Tensor input, int dim, *, DType? dtype=None) -> Tensor")
class Cumprod:
    """The running product along `dim`; integers and bools give i64."""

    autocast = "f32"
    infer = _sum_like
    samples = [*SCANS, S((3, 4), dim=0, dtype=f64)]
    inplace = True

    def eager(x: Array, dim: int, dtype: DType | None = None) -> Array:
        x, within, out = accumulated(x, dtype)
        return _scan(np.multiply, x, dim, within).astype(out.numpy, copy=False)

    vjp = {"input": lambda ct, input, dim: _product_gradient(ct, input, dim)}


def _product_gradient(ct: Tensor, x: Tensor, dim: int) -> Tensor:
    """The product before each element times the sum over those after it; zeros do no harm."""
    if x.ndim == 0:
        return ct
    axis, x, ct = axis_of(dim, x.ndim), narrow(widen(x), accumulator(ct.dtype)), widen(ct)
    product = before(F.cumprod(x, axis), axis, 1.0)
    return product * backward_recurrence(after(x, axis, 1), ct, axis)


def _values_and_indices(x: TensorType, dim: int) -> tuple[TensorType, TensorType]:
    axis_of(dim, x.rank)
    return x, TensorType(x.shape, i64)


def _running(ufunc: np.ufunc) -> Callable[[Array, int], tuple[Array, Array]]:
    def eager(x: Array, dim: int) -> tuple[Array, Array]:
        w = wide(x)
        best = _scan(ufunc, w, dim, FROM_NUMPY[w.dtype])
        shape = [-1 if axis == axis_of(dim, x.ndim) else 1 for axis in range(x.ndim)]
        size = x.shape[axis_of(dim, x.ndim)] if x.ndim else 1
        positions = np.arange(size, dtype=np.int64).reshape(shape)
        # A new best, or one more of the same, moves the index; after a NaN only a NaN does.
        moves = (w == best) | (w != w)
        return best.astype(x.dtype, copy=False), _scan(
            np.maximum, np.where(moves, positions, 0), dim, i64
        )

    return eager


@op("cummax(Tensor input, int dim) -> (Tensor values, Tensor indices)")
class Cummax:
    """The running maximum along `dim` and the index of its last occurrence; NaN stays."""

    infer, samples = _values_and_indices, [*SCANS, TIES]
    eager = _running(np.maximum)
    vjp = {
        "input": lambda ct_values, indices, dim: F._scatter(
            F.zeros(ct_values.shape, dtype=ct_values.dtype), dim, indices, ct_values, reduce="sum"
        )
    }


@op("cummin(Tensor input, int dim) -> (Tensor values, Tensor indices)")
class Cummin:
    """The running minimum along `dim` and the index of its last occurrence; NaN stays."""

    infer, samples = _values_and_indices, [*SCANS, TIES]
    eager = _running(np.minimum)
    vjp = {
        "input": lambda ct_values, indices, dim: F._scatter(
            F.zeros(ct_values.shape, dtype=ct_values.dtype), dim, indices, ct_values, reduce="sum"
        )
    }


@op("logcumsumexp(Tensor input, int dim) -> Tensor")
class Logcumsumexp:
    """`log(cumsum(exp(input)))` along `dim`, without overflow."""

    dtypes = FLOATS
    samples = [
        *SCANS,
        S(
            T(dtype="f32", values=[[-np.inf, -np.inf, 1e4], [1e4, np.inf, 0], [0, np.nan, 1]]),
            dim=1,
        ),
    ]

    def infer(x: TensorType, dim: int) -> TensorType:
        axis_of(dim, x.rank)
        return x

    def eager(x: Array, dim: int) -> Array:
        w = wide(x)
        return _scan(np.logaddexp, w, dim, FROM_NUMPY[w.dtype]).astype(x.dtype, copy=False)

    vjp = {"input": lambda ct, input, out, dim: _log_sum_gradient(ct, input, out, dim)}


def _log_sum_gradient(ct: Tensor, x: Tensor, out: Tensor, dim: int) -> Tensor:
    """The sum of ct * exp(x - out) over later sums, by the shares of each in the next."""
    if x.ndim == 0:
        return ct
    axis, (ct, x, out) = axis_of(dim, x.ndim), map(widen, (ct, x, out))
    shares = F.exp(_difference(out, after(out, axis, 1, math.inf)))
    return F.exp(_difference(x, out)) * backward_recurrence(shares, ct, axis)


def _difference(x: Tensor, y: Tensor) -> Tensor:
    """`x - y`, but -inf where both are, since nothing has no share."""
    return F.where(x == -math.inf, -math.inf, x - y)


@op("diff(Tensor input, int n=1, int dim=-1, Tensor? prepend=None, Tensor? append=None) -> Tensor")
class Diff:
    """The `n`-th difference of neighbours along `dim`; of bools, whether they differ."""

    samples = [
        S((3, 4), None, None),
        S((3, 4), None, None, dim=0, n=2),
        S((3, 2), (3, 1), (3, 2)),
        S((4,), None, (1,), n=2),
        S((3,), None, None, n=5),
        S((3, 4), None, None, n=0),
        S((0, 2), None, None, dim=0),
    ]

    def compose(
        input: Tensor,
        prepend: Tensor | None = None,
        append: Tensor | None = None,
        n: int = 1,
        dim: int = -1,
    ) -> Tensor:
        if input.ndim == 0:
            raise ShapeError("diff() needs at least one dimension, the tensor is 0-d")
        parts = [t for t in (prepend, input, append) if t is not None]
        x = F.cat(parts, dim) if len(parts) > 1 else input
        axis = axis_of(dim, x.ndim)
        step = F.ne if input.dtype.kind == "bool" else F.sub
        for _ in range(_diff_steps(n, x.shape[axis])):
            size = x.shape[axis]
            rest = dim_max(size - 1, 0)
            x = step(F.narrow(x, axis, dim_min(size, 1), rest), F.narrow(x, axis, 0, rest))
        return F.clone(x) if x is input else x


def _diff_steps(n: int, size: Dim) -> int:
    """How often to take differences: nothing is left after `size` times."""
    if n < 0:
        raise ValueRangeError(f"diff() of order n={n}", hint="the order is 0 or more")
    if isinstance(size, int):
        return min(n, size)
    if n > _MOST_STEPS:
        raise ValueRangeError(
            f"diff() of order n={n} along the symbolic dimension {size}",
            hint=f"orders above {_MOST_STEPS} need a known size",
        )
    return n


def _slabs(y: Tensor, x: Tensor | None, dx: Number, dim: int) -> Tensor:
    """The areas of the trapezoids between neighbours along `dim`."""
    axis, size = axis_of(dim, y.ndim), y.shape[dim]
    rest = dim_max(size - 1, 0)
    means = (F.narrow(y, axis, dim_min(size, 1), rest) + F.narrow(y, axis, 0, rest)) / 2
    if x is None:
        return means * dx
    if x.ndim == 1:
        shape = replace_dim((1,) * y.ndim, axis, x.shape[0])
        x = F.reshape(x, shape)
    return means * F.diff(x, dim=axis - y.ndim)


@function(methods=False)
def trapezoid(y: Tensor, x: Tensor | None = None, *, dx: Number = 1.0, dim: int = -1) -> Tensor:
    """The integral of `y` along `dim` by the trapezoidal rule, at points `x` or `dx` apart."""
    return F.sum(_slabs(y, x, dx, dim), dim)


@function(methods=False)
def cumulative_trapezoid(
    y: Tensor, x: Tensor | None = None, *, dx: Number = 1.0, dim: int = -1
) -> Tensor:
    """The running integral of `y` along `dim` by the trapezoidal rule."""
    return F.cumsum(_slabs(y, x, dx, dim), dim)
