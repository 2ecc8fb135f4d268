"""Variance, standard deviation and norms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dims import Dim, dim_max
from hodu.dtypes import FLOATS, Number
from hodu.errors import ValueRangeError
from hodu.ops._accumulate import accumulator, wide
from hodu.ops._rules import axes_of, float_dtype, reduce_to, reduced_shape
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, function, op
from hodu.ops.extrema import check_nonempty
from hodu.ops.reduction import count_over
from hodu.shapes import Shape, TensorType

if TYPE_CHECKING:
    from hodu._tensor import Tensor
    from hodu.dtypes import DTypeLike

Dims = tuple[int, ...] | None
SPREADS = [
    S((3, 4)),
    S((3, 4), dim=(1,), correction=0),
    S((2, 3, 4), dim=(0, -1), keepdim=True),
    S((3, 4), dim=(0,), correction=2.5),
    S((1, 4), dim=(0,)),
    S(()),
    S((0, 3)),
    S((0, 3), dim=(0,)),
    S(T((50,), low=100, high=101)),
    S(T(dtype="f32", values=[[1e8, 1e8 + 8, 1e8 + 16], [np.inf, 0, 1], [np.nan, 0, 1]]), dim=(1,)),
]


def _degrees(shape: Shape, dim: Dims, correction: Number) -> Dim | float:
    """The divisor of a variance: the number of elements less the correction, at least 0."""
    count = count_over(shape, dim)
    if isinstance(count, int):
        return max(count - correction, 0)
    if correction != int(correction):
        raise ValueRangeError(
            f"correction={correction} over {count} elements", hint="use a whole correction"
        )
    return dim_max(count - int(correction), 0)


def _spread(x: Array, dim: Dims, correction: Number) -> tuple[Array, Array | int]:
    """The variance with its dimensions kept, as (v, e) for `v * 4**e`.

    Two passes in f64; values that are f64 already are first scaled by a power of two, so that
    neither the sum nor the squares overflow.
    """
    axes = axes_of(dim, x.ndim)
    exponent: Array | int = 0
    if x.dtype == np.float64:
        largest = np.maximum.reduce(np.abs(x), axis=axes, keepdims=True, initial=0)
        exponent = np.frexp(largest)[1]
        x = np.ldexp(x, -exponent)
    x = x.astype(np.float64, copy=False)
    count = np.float64(count_over(x.shape, dim))
    deviations = x - np.add.reduce(x, axis=axes, keepdims=True) / count
    total = np.add.reduce(deviations * deviations, axis=axes, keepdims=True)
    return total / np.float64(_degrees(x.shape, dim, correction)), exponent


def _dropped(x: Array, dim: Dims, keepdim: bool, like: Array) -> Array:
    kept = x if keepdim else np.squeeze(x, axes_of(dim, x.ndim))
    return kept.astype(like.dtype, copy=False)


@op("var(Tensor input, int[]? dim=None, *, Scalar correction=1, bool keepdim=False) -> Tensor")
class Var:
    """The variance over `dim`: squared deviations divided by the count less `correction`."""

    dtypes, public, samples = FLOATS, False, SPREADS
    infer = reduce_to()

    def eager(x: Array, dim: Dims = None, correction: Number = 1, keepdim: bool = False) -> Array:
        variance, exponent = _spread(x, dim, correction)
        return _dropped(np.ldexp(variance, 2 * exponent), dim, keepdim, x)

    def compose(
        input: Tensor, dim: Dims = None, correction: Number = 1, keepdim: bool = False
    ) -> Tensor:
        x = input.to(accumulator(input.dtype))
        deviations = x - F.mean(x, dim, True)
        total = F.sum(deviations * deviations, dim, keepdim)
        return (total / _degrees(input.shape, dim, correction)).to(input.dtype)


@op("std(Tensor input, int[]? dim=None, *, Scalar correction=1, bool keepdim=False) -> Tensor")
class Std:
    """The standard deviation over `dim`, the root of the variance."""

    dtypes, public, samples = FLOATS, False, SPREADS
    infer = reduce_to()

    def eager(x: Array, dim: Dims = None, correction: Number = 1, keepdim: bool = False) -> Array:
        variance, exponent = _spread(x, dim, correction)
        return _dropped(np.ldexp(np.sqrt(variance), exponent), dim, keepdim, x)

    def compose(
        input: Tensor, dim: Dims = None, correction: Number = 1, keepdim: bool = False
    ) -> Tensor:
        x = input.to(accumulator(input.dtype))
        variance = F._var(x, dim, correction=correction, keepdim=keepdim)
        return F.sqrt(variance).to(input.dtype)


def _choices(dim: Any, unbiased: bool | None, correction: Number | None) -> tuple[Any, Number]:
    """The dimensions and the correction, from PyTorch's two ways of giving them."""
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    if correction is None:
        correction = 1 if unbiased in (None, True) else 0
    return dim, correction


@function()
def var(
    input: Tensor,
    dim: Any = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: Number | None = None,
) -> Tensor:
    """The variance over `dim`: squared deviations divided by the count less `correction` (1)."""
    dim, correction = _choices(dim, unbiased, correction)
    return F._var(input, dim, correction=correction, keepdim=keepdim)


@function()
def std(
    input: Tensor,
    dim: Any = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: Number | None = None,
) -> Tensor:
    """The standard deviation over `dim`, with the count less `correction` (1) as the divisor."""
    dim, correction = _choices(dim, unbiased, correction)
    return F._std(input, dim, correction=correction, keepdim=keepdim)


@function(methods=False)
def var_mean(
    input: Tensor,
    dim: Any = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: Number | None = None,
) -> tuple[Tensor, Tensor]:
    """The variance and the mean over `dim`."""
    dim, correction = _choices(dim, unbiased, correction)
    spread = F._var(input, dim, correction=correction, keepdim=keepdim)
    return spread, F.mean(input, dim, keepdim)


@function(methods=False)
def std_mean(
    input: Tensor,
    dim: Any = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: Number | None = None,
) -> tuple[Tensor, Tensor]:
    """The standard deviation and the mean over `dim`."""
    dim, correction = _choices(dim, unbiased, correction)
    spread = F._std(input, dim, correction=correction, keepdim=keepdim)
    return spread, F.mean(input, dim, keepdim)


def _norm_type(x: TensorType, p: Number = 2, dim: Dims = None, keepdim: bool = False) -> TensorType:
    if abs(p) == np.inf:
        check_nonempty("norm", x.shape, dim)
    return TensorType(reduced_shape(x.shape, dim, keepdim), float_dtype(x.dtype))


@op("norm(Tensor input, Scalar p=2, int[]? dim=None, bool keepdim=False) -> Tensor")
class Norm:
    """The `p`-norm over `dim`: the p-th root of the sum of p-th powers of absolute values.

    p = 0 counts the elements that are not zero, inf and -inf take the extremes.
    """

    dtypes, public, infer = FLOATS, False, _norm_type
    samples = [S((2, 3, 4), p=p, dim=(1,)) for p in (0, 0.5, 1, 2, 3, -1, np.inf, -np.inf)]
    samples += [
        S((3, 4)),
        S((2, 3, 4), dim=(0, 2), keepdim=True),
        S(()),
        S((0, 3), dim=(0,)),
        S(T(dtype="f16", values=[200.0] * 200)),
        S(T(dtype="f32", values=[[np.nan, 1], [np.inf, 1]]), dim=(1,)),
    ]

    def eager(x: Array, p: Number = 2, dim: Dims = None, keepdim: bool = False) -> Array:
        axes = axes_of(dim, x.ndim)
        size = np.abs(wide(x)).astype(np.float64, copy=False)
        if abs(p) == np.inf:
            check_nonempty("norm", x.shape, dim)
            extreme = np.maximum if p > 0 else np.minimum
            found = extreme.reduce(size, axis=axes, keepdims=keepdim)
        else:
            powers = (size != 0) if p == 0 else size**p
            found = np.add.reduce(powers, axis=axes, keepdims=keepdim, dtype=np.float64)
            found = found if p in (0, 1) else found ** (1 / p)
        return np.asarray(found).astype(x.dtype, copy=False)

    def compose(input: Tensor, p: Number = 2, dim: Dims = None, keepdim: bool = False) -> Tensor:
        x = input.to(accumulator(input.dtype))
        return _powers(x, p, () if dim is None else dim, keepdim).to(input.dtype)


def _powers(x: Tensor, p: Number, dim: tuple[int, ...], keepdim: bool) -> Tensor:
    if p == 0:
        return F.sum(F.ne(x, 0), dim, keepdim)
    if p == 2:
        return F.sqrt(F.sum(x * x, dim, keepdim))
    size = F.abs(x)
    if abs(p) == np.inf:
        return F.amax(size, dim, keepdim) if p > 0 else F.amin(size, dim, keepdim)
    return F.sum(size, dim, keepdim) if p == 1 else F.sum(size**p, dim, keepdim) ** (1 / p)


@function()
def norm(
    input: Tensor,
    p: Number | str = "fro",
    dim: int | tuple[int, ...] | None = None,
    keepdim: bool = False,
    dtype: DTypeLike | None = None,
) -> Tensor:
    """The `p`-norm over `dim`; "fro" is the root of the sum of squares, "nuc" of singular values.

    The nuclear norm is of matrices: of the tensor itself, or of the two dimensions `dim`.
    """
    x = input if dtype is None else input.to(dtype)
    if p == "nuc":
        return _nuclear_norm(x, (-2, -1) if dim is None else dim, keepdim)
    if isinstance(p, str) and p != "fro":
        raise ValueRangeError(f"norm() of order p={p!r}", hint="it is a number, 'fro' or 'nuc'")
    return F._norm(x, 2 if p == "fro" else p, dim, keepdim)


def _nuclear_norm(x: Tensor, dim: Any, keepdim: bool) -> Tensor:
    values = F.svd(F.movedim(x, dim, (-2, -1)))[1]
    return F.reshape(F.sum(values, -1), reduced_shape(x.shape, dim, keepdim))
