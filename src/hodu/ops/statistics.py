"""Variance and standard deviation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dims import Dim, dim_max
from hodu.dtypes import FLOATS, Number
from hodu.ops._precision import accumulator, widen
from hodu.ops._rules import axes_of, reduce_to
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, function, op
from hodu.ops.reduction import count_over, with_dims
from hodu.shapes import Shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor

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


def _degrees(shape: Shape, dim: Dims, correction: Number) -> Tensor | Dim | float:
    """The divisor of a variance: the number of elements less the correction, at least 0."""
    count = count_over(shape, dim)
    if isinstance(count, int):
        return max(count - correction, 0)
    if correction == int(correction):
        return dim_max(count - int(correction), 0)
    return F.clamp(F.sub(count, correction), min=0.0)


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
        own = np.asarray(np.ldexp(x, -exponent))
    else:
        own = x.astype(np.float64)
    own -= np.add.reduce(own, axis=axes, keepdims=True) / np.float64(count_over(x.shape, dim))
    np.multiply(own, own, out=own)
    total = np.add.reduce(own, axis=axes, keepdims=True)
    return total / np.float64(_degrees(x.shape, dim, correction)), exponent


def _dropped(x: Array, dim: Dims, keepdim: bool, like: Array) -> Array:
    kept = x if keepdim else np.squeeze(x, axes_of(dim, x.ndim))
    return kept.astype(like.dtype, copy=False)


@op("var(Tensor input, int[]? dim=None, *, Scalar correction=1, bool keepdim=False) -> Tensor")
class Var:
    """The variance over `dim`: squared deviations divided by the count less `correction`.

    The composition corrects for the rounding of the mean (the corrected two-pass algorithm: Chan,
    Golub, LeVeque, "Algorithms for computing the sample variance", 1983).
    """

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
        rest = F.sum(deviations, dim, keepdim)
        total = F.sum(deviations * deviations, dim, keepdim)
        total = total - rest * rest / count_over(input.shape, dim)
        return (total / _degrees(input.shape, dim, correction)).to(input.dtype)

    vjp = {
        "input": lambda ct, input, dim, correction, keepdim: _var_gradient(
            ct, input, dim, correction, keepdim
        )
    }


def _var_gradient(
    ct: Tensor, input: Tensor, dim: Dims, correction: Number, keepdim: bool
) -> Tensor:
    """The mean of the deviations corrects for the rounding of the mean, as in the variance."""
    x = widen(input)
    degrees: Any = _degrees(x.shape, dim, correction)
    scaled = widen(with_dims(ct, x.shape, dim, keepdim)) * 2 / degrees
    deviations = x - F.mean(x, dim, True)
    return scaled * (deviations - F.mean(deviations, dim, True))


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

    vjp = {
        "input": lambda ct, out, input, dim, correction, keepdim: _var_gradient(
            F.where(out == 0, 0, ct / (out * 2)), input, dim, correction, keepdim
        )
    }


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
    """The variance over `dim`: squared deviations over the count less `correction` (1)."""
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
    """The standard deviation over `dim`, divided by the count less `correction` (1)."""
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
