"""Counts of values: bincount and histograms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hodu.dims import symbol
from hodu.dtypes import BOOL, FLOATS, INTS, NUMERIC, Number, f32, f64, i64
from hodu.errors import OutOfRangeError, ShapeError, ValueRangeError
from hodu.ops._precision import accumulator
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, op
from hodu.shapes import TensorType, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@op("bincount(Tensor input, Tensor? weights=None, int minlength=0) -> Tensor")
class Bincount:
    """How often each number from 0 up occurs, or the sum of its weights.

    Counts are i64; sums of f32 weights are f32, all others f64.
    """

    nondiff = "a count"
    dtypes = {"input": INTS, "weights": NUMERIC | BOOL}
    samples = [
        S(T((9,), low=0, high=5), None),
        S(T((9,), "i64", low=0, high=5), (9,)),
        S(T((3,), low=0, high=2), None, minlength=7),
        S(T((0,), "i64"), None),
        S(T((0,), "i64"), T((0,), "f32"), minlength=2),
    ]

    def infer(x: TensorType, weights: TensorType | None = None, minlength: int = 0) -> TensorType:
        if x.rank != 1 or (weights is not None and weights.shape != x.shape):
            given = f" with weights {format_shape(weights.shape)}" if weights is not None else ""
            raise ShapeError(
                f"bincount() of {format_shape(x.shape)}{given}",
                hint="the numbers, and the weights if any, are in one dimension of equal size",
            )
        if minlength < 0:
            raise ValueRangeError(f"bincount() with minlength={minlength}", hint="use 0 or more")
        out = i64 if weights is None else f32 if weights.dtype is f32 else f64
        return TensorType((symbol("bincount", lo=minlength),), out)

    def eager(x: Array, weights: Array | None = None, minlength: int = 0) -> Array:
        if x.ndim != 1 or (weights is not None and weights.shape != x.shape):
            raise ValueError("sizes do not fit")
        if x.size and int(x.min()) < 0:
            raise OutOfRangeError(
                f"bincount() of {int(x.min())}, at index {int(x.argmin())}",
                hint="it counts numbers from 0 up",
            )
        numbers = x.astype(np.int64)
        if weights is None:
            return np.bincount(numbers, minlength=minlength).astype(np.int64, copy=False)
        sums = np.bincount(numbers, weights.astype(np.float64), minlength)
        return sums.astype(np.float32 if weights.dtype == np.float32 else np.float64)


@op("histc(Tensor input, int bins=100, Scalar min=0, Scalar max=0) -> Tensor")
class Histc:
    """How many elements lie in each of `bins` equal intervals from `min` to `max`.

    Elements outside are not counted; the last interval includes `max`. min = max = 0 stands for
    the least and the greatest element.
    """

    nondiff = "a count"
    dtypes = FLOATS
    samples = [
        S((40,), bins=5),
        S((3, 40), bins=7, min=-2, max=2.5),
        S(T(values=[1.0, 1.0, 1.0]), bins=4),
        S((0,), bins=3),
        S(T(values=[0.0, 1.0, 2.0, 3.0, 4.0]), bins=4, min=0, max=4),
    ]

    def infer(x: TensorType, bins: int = 100, min: Number = 0, max: Number = 0) -> TensorType:
        _check_bins(bins, min, max)
        return TensorType((bins,), x.dtype)

    def compose(input: Tensor, bins: int = 100, min: Number = 0, max: Number = 0) -> Tensor:
        _check_bins(bins, min, max)
        x = F.reshape(input.to(accumulator(input.dtype)), (-1,))
        low: Tensor | Number = min
        high: Tensor | Number = max
        if min == max == 0 and x.shape[0] != 0:
            low, high = F.aminmax(x)
        flat = F.eq(low, high)
        low, high = F.where(flat, low - 1.0, low), F.where(flat, high + 1.0, high)
        index = F.floor((x - low) / (high - low) * bins)
        index = F.where(F.eq(x, high), bins - 1, index)
        inside = F.ge(x, low) & F.le(x, high)
        index = F.clamp(F.where(inside, index, 0).to(i64), 0, bins - 1)
        counts = F.scatter_add(F.zeros((bins,), dtype=i64), 0, index, inside.to(i64))
        return counts.to(input.dtype)


def _check_bins(bins: int, low: Number, high: Number) -> None:
    if bins < 1 or low > high:
        raise ValueRangeError(
            f"histc() with bins={bins} from min={low} to max={high}",
            hint="there is at least one bin, and min is not above max",
        )
