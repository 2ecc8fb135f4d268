"""Softmax and its relatives: exponentials normalized along a dimension."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hodu.dtypes import FLOATS, DTypeLike
from hodu.ops._accumulate import accumulator, wide
from hodu.ops._rules import axis_of
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, function, op
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
    axis = axis_of(dim, x.ndim) if x.ndim else None
    x = wide(x)
    if x.size == 0:
        return x.copy(), axis
    return np.asarray(x - np.maximum.reduce(x, axis=axis, keepdims=True)), axis


@op("softmax(Tensor input, int dim) -> Tensor")
class Softmax:
    """`exp(input)` divided by its sum along `dim`."""

    dtypes, infer, samples, public = FLOATS, _same, SAMPLES, False

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


@op("log_softmax(Tensor input, int dim) -> Tensor")
class LogSoftmax:
    """The logarithm of the softmax along `dim`, without overflow or loss of precision."""

    dtypes, infer, samples, public = FLOATS, _same, SAMPLES, False

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


@function(where=("nn.functional",))
def softmax(input: Tensor, dim: int, *, dtype: DTypeLike | None = None) -> Tensor:
    """`exp(input)` divided by its sum along `dim`; with `dtype` the input is cast to it first."""
    return F._softmax(input if dtype is None else input.to(dtype), dim)


@function(where=("nn.functional",))
def log_softmax(input: Tensor, dim: int, *, dtype: DTypeLike | None = None) -> Tensor:
    """The logarithm of the softmax along `dim`; with `dtype` the input is cast to it first."""
    return F._log_softmax(input if dtype is None else input.to(dtype), dim)


@function(where=("nn.functional",), methods=False)
def softmin(input: Tensor, dim: int, *, dtype: DTypeLike | None = None) -> Tensor:
    """The softmax of `-input` along `dim`; with `dtype` the input is cast to it first."""
    return F._softmax(-(input if dtype is None else input.to(dtype)), dim)
