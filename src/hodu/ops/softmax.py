"""Softmax and its relatives: sums of exponentials, and what is divided by them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hodu.dtypes import FLOATS, DTypeLike
from hodu.ops._precision import accumulator, wide, widen
from hodu.ops._rules import axes_of, axis_of, float_dtype, reduce_to, reduced_shape
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, Promote, function, op
from hodu.ops.reduction import count_over, with_dims
from hodu.shapes import TensorType

if TYPE_CHECKING:
    from hodu._tensor import Tensor

SAMPLES = [
    S((3, 4), dim=1),
    S((2, 3, 4), dim=-2),
    S((), dim=0),
    S((0, 3), dim=1),
    S((3, 0), dim=1),
    S(T(dtype="f32", values=[[1e4, 1e4], [-np.inf, 1], [np.nan, 1], [-1e30, 0]]), dim=1),
    S(T(dtype="f32", values=[[-np.inf, -np.inf], [np.inf, 0]]), dim=1),
    S(T(dtype="f16", values=[[6e4, 6e4], [-6e4, 6e4]]), dim=1),
]


def _same(x: TensorType, dim: int) -> TensorType:
    axis_of(dim, x.rank)
    return x


def _shifted(x: Array, dim: int) -> tuple[Array, int | None]:
    """`x` minus its largest along `dim`, so that no exponential overflows; and the axis."""
    checked = axis_of(dim, x.ndim)
    axis = checked if x.ndim else None
    x = wide(x)
    if x.size == 0:
        return x.copy(), axis
    return np.asarray(x - np.maximum.reduce(x, axis=axis, keepdims=True)), axis


@op("softmax(Tensor input, int dim) -> Tensor")
class Softmax:
    """`exp(input)` divided by its sum along `dim`."""

    dtypes, infer, samples, public = FLOATS, _same, SAMPLES, False
    autocast = "f32"

    def eager(x: Array, dim: int) -> Array:
        shifted, axis = _shifted(x, dim)
        np.exp(shifted, out=shifted)
        shifted /= np.add.reduce(shifted, axis=axis, keepdims=True)
        return shifted.astype(x.dtype, copy=False)

    def compose(input: Tensor, dim: int) -> Tensor:
        if 0 in input.shape:
            return F.clone(input)
        x = input.to(accumulator(input.dtype))
        e = F.exp(x - F.amax(x, dim, True))
        return (e / F.sum(e, dim, True)).to(input.dtype)

    vjp = {"input": lambda ct, out, dim: _softmax_gradient(widen(ct), widen(out), dim)}
    vjp_eager = {"input": lambda ct, out, dim: _softmax_array(wide(ct), wide(out), dim)}


@op("log_softmax(Tensor input, int dim) -> Tensor")
class LogSoftmax:
    """The logarithm of the softmax along `dim`, without overflow or loss of precision."""

    dtypes, infer, samples, public = FLOATS, _same, SAMPLES, False
    autocast = "f32"

    def eager(x: Array, dim: int) -> Array:
        shifted, axis = _shifted(x, dim)
        shifted -= np.log(np.add.reduce(np.exp(shifted), axis=axis, keepdims=True))
        return shifted.astype(x.dtype, copy=False)

    def compose(input: Tensor, dim: int) -> Tensor:
        if 0 in input.shape:
            return F.clone(input)
        x = input.to(accumulator(input.dtype))
        x = x - F.amax(x, dim, True)
        return (x - F.log(F.sum(F.exp(x), dim, True))).to(input.dtype)

    vjp = {"input": lambda ct, out, dim: _log_softmax_gradient(widen(ct), widen(out), dim)}
    vjp_eager = {"input": lambda ct, out, dim: _log_softmax_array(wide(ct), wide(out), dim)}


def _softmax_gradient(ct: Tensor, out: Tensor, dim: int) -> Tensor:
    product = ct * out
    return product - out * F.sum(product, dim, True)


def _softmax_array(ct: Array, out: Array, dim: int) -> Array:
    """`_softmax_gradient` of arrays."""
    product = ct * out
    return product - out * _sums(product, dim)


def _sums(x: Array, dim: int) -> Array:
    return np.asarray(np.add.reduce(x, axis=dim if x.ndim else None, keepdims=True))


def _log_softmax_gradient(ct: Tensor, out: Tensor, dim: int) -> Tensor:
    return ct - F.exp(out) * F.sum(ct, dim, True)


def _log_softmax_array(ct: Array, out: Array, dim: int) -> Array:
    """`_log_softmax_gradient` of arrays."""
    shares = np.exp(out)
    shares *= _sums(ct, dim)
    return np.asarray(ct - shares)


def _finite(x: Tensor) -> Tensor:
    """Infinite elements as 0, which makes of exp(-inf - x) 0 instead of NaN."""
    return F.where(F.isinf(x), 0, widen(x))


@function(where=("nn.functional",))
def softmax(input: Tensor, dim: int, *, dtype: DTypeLike | None = None) -> Tensor:
    """`exp(input)` divided by its sum along `dim`; with `dtype` the input is cast first."""
    return F._softmax(input if dtype is None else input.to(dtype), dim)


@function(where=("nn.functional",))
def log_softmax(input: Tensor, dim: int, *, dtype: DTypeLike | None = None) -> Tensor:
    """The logarithm of the softmax along `dim`; with `dtype` the input is cast to it first."""
    return F._log_softmax(input if dtype is None else input.to(dtype), dim)


@function(where=("nn.functional",), methods=False)
def softmin(input: Tensor, dim: int, *, dtype: DTypeLike | None = None) -> Tensor:
    """The softmax of `-input` along `dim`; with `dtype` the input is cast to it first."""
    return F._softmax(-(input if dtype is None else input.to(dtype)), dim)


@op("logsumexp(Tensor input, int[] dim, bool keepdim=False) -> Tensor")
class Logsumexp:
    """`log(sum(exp(input)))` over `dim`, without overflow; -inf over no elements."""

    promote, dtypes = Promote.FLOAT, FLOATS
    autocast = "f32"
    infer = reduce_to(float_dtype)
    samples = [
        S((3, 4), dim=(1,)),
        S((2, 3, 4), dim=(0, -1), keepdim=True),
        S((), dim=(0,)),
        S((2, 0), dim=(1,)),
        S((0, 2), dim=(1,)),
        S(T(dtype="f32", values=[[-np.inf] * 2, [np.inf, 1], [np.nan, 1], [1e4, 1e4]]), dim=(1,)),
        S(T(dtype="f16", values=[[12.0, 12.0], [-3e4, -3e4]]), dim=(-1,)),
    ]

    def eager(x: Array, dim: tuple[int, ...], keepdim: bool = False) -> Array:
        x, dtype, axes = wide(x), x.dtype, axes_of(dim, x.ndim)
        top = np.maximum.reduce(x, axis=axes, keepdims=True, initial=-np.inf)
        top = np.where(np.isinf(top), x.dtype.type(0), top)
        total = np.log(np.add.reduce(np.exp(x - top), axis=axes, keepdims=True)) + top
        return (total if keepdim else np.squeeze(total, axes)).astype(dtype, copy=False)

    def compose(input: Tensor, dim: tuple[int, ...], keepdim: bool = False) -> Tensor:
        x = input.to(accumulator(input.dtype))
        if count_over(input.shape, dim) == 0:
            return F.log(F.sum(F.exp(x), dim, keepdim)).to(input.dtype)
        top = F.amax(x, dim, True)
        top = F.where(F.isinf(top), 0, top)
        total = F.log(F.sum(F.exp(x - top), dim, keepdim))
        shape = reduced_shape(input.shape, dim, keepdim)
        return (total + F.reshape(top, shape)).to(input.dtype)

    vjp = {
        "input": lambda ct, out, input, dim, keepdim: (
            widen(with_dims(ct, input.shape, dim, keepdim))
            * F.exp(widen(input) - _finite(with_dims(out, input.shape, dim, keepdim)))
        )
    }
