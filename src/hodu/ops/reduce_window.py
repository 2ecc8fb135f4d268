"""Reduction of sliding windows over any trailing axes."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dispatch.attrs import as_ints
from hodu.dtypes import NUMERIC
from hodu.errors import ValueRangeError
from hodu.ops._overlap import at_positions, spread
from hodu.ops._pooling import extreme, fold_windows
from hodu.ops._precision import wide, widen
from hodu.ops._samples import S
from hodu.ops._table import Array, F, function, op
from hodu.ops._windows import Ints, per_axis
from hodu.ops.max_pooling import NN, pooled_shape
from hodu.shapes import TensorType

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_UFUNCS = {"sum": np.add, "prod": np.multiply, "max": np.maximum, "min": np.minimum}


def _identity(reduce: str, dtype: np.dtype[Any]) -> Any:
    if reduce in ("sum", "prod"):
        return int(reduce == "prod")
    return extreme(dtype, -1 if reduce == "max" else 1)


@op(
    """reduce_window(Tensor input, int[] window_shape, int[] stride, int[] padding, int[] dilation,
    str reduce) -> Tensor"""
)
class ReduceWindow:
    """The sum, product, maximum or minimum of every window of the trailing axes.

    Padding counts as the identity of the reduction. Integers keep their dtype and wrap around.
    """

    dtypes, public = NUMERIC, False
    domain = (-1.6, 1.6)
    samples = [
        S((2, 6), window_shape=(3,), stride=(2,), padding=(1, 1), dilation=(1,), reduce="sum"),
        S(
            (5, 6),
            window_shape=(2, 3),
            stride=(2, 1),
            padding=(1, 0, 0, 2),
            dilation=(1, 2),
            reduce="max",
        ),
        S(
            (5, 6),
            window_shape=(2, 3),
            stride=(2, 1),
            padding=(1, 0, 0, 2),
            dilation=(1, 2),
            reduce="min",
        ),
        S(
            (2, 2, 4),
            window_shape=(1, 2, 2),
            stride=(1, 1, 1),
            padding=(0,) * 6,
            dilation=(1, 1, 1),
            reduce="prod",
        ),
        S(
            (3, 5),
            window_shape=(3, 5),
            stride=(1, 1),
            padding=(0,) * 4,
            dilation=(1, 1),
            reduce="sum",
        ),
        S((2, 6), window_shape=(2,), stride=(1,), padding=(-1, -2), dilation=(1,), reduce="max"),
        S((0, 4), window_shape=(2,), stride=(2,), padding=(0, 0), dilation=(1,), reduce="sum"),
    ]

    def infer(
        x: TensorType,
        window_shape: Ints,
        stride: Ints,
        padding: Ints,
        dilation: Ints,
        reduce: str,
    ) -> TensorType:
        window = (window_shape, stride, padding, dilation)
        return TensorType(pooled_shape("reduce_window()", x.shape, *window), x.dtype)

    def eager(
        x: Array,
        window_shape: Ints,
        stride: Ints,
        padding: Ints,
        dilation: Ints,
        reduce: str,
    ) -> Array:
        window = (window_shape, stride, padding, dilation)
        shape = pooled_shape("reduce_window()", x.shape, *window)
        out = tuple(s.__index__() for s in shape[x.ndim - len(window_shape) :])
        identity = _identity(reduce, x.dtype)
        y = fold_windows(wide(x), _UFUNCS[reduce], identity, *window, out)
        return y.astype(x.dtype, copy=False)

    def vjp(
        ct: Tensor,
        input: Tensor,
        window_shape: Ints,
        stride: Ints,
        padding: Ints,
        dilation: Ints,
        reduce: str,
    ) -> tuple[Tensor]:
        window, n = (window_shape, stride, padding, dilation), len(window_shape)
        if reduce == "sum":
            return (spread(widen(ct), input.shape, *window),)
        if reduce == "prod":
            return (_by_factors(widen(ct), widen(input), window),)
        x = input if reduce == "max" else -input
        indices = F._max_pool_with_indices(x, *window)[1]
        return (at_positions(ct, indices, input.shape, n, gaps=any(padding)),)


def _by_factors(ct: Tensor, x: Tensor, window: tuple[Ints, Ints, Ints, Ints]) -> Tensor:
    """The gradient of the products of windows: for each element, that of the others."""
    kernel, stride, padding, dilation = window
    n = len(kernel)
    lead = (0,) * (x.ndim - n)
    before, after = (*lead, *padding[:n]), (*lead, *padding[n:])
    x = F._pad(x, before, after, value=1.0)
    steps = (*(1 for _ in lead), *stride)
    starts = [
        (*lead, *(t * d for t, d in zip(tap, dilation, strict=True)))
        for tap in itertools.product(*map(range, kernel))
    ]
    taps = [F._slice(x, start, ct.shape, steps) for start in starts]
    total = F.zeros(x.shape, dtype=ct.dtype)
    for start, rest in zip(starts, _products_of_others(taps), strict=True):
        part = F._slice_put(F.zeros(x.shape, dtype=ct.dtype), ct * rest, start, ct.shape, steps)
        total = total + part
    return F._pad(total, tuple(-b for b in before), tuple(-a for a in after))


def _products_of_others(factors: list[Tensor]) -> list[Tensor]:
    one = F.ones_like(factors[0])
    earlier = list(itertools.accumulate(factors[:-1], F.mul, initial=one))
    later = list(itertools.accumulate(factors[:0:-1], F.mul, initial=one))
    return [F.mul(a, b) for a, b in zip(earlier, reversed(later), strict=True)]


def _pads(padding: int | Sequence[int], n: int) -> Ints:
    given = as_ints(padding, "padding")
    return given if len(given) == 2 * n else per_axis(given, n, "padding", least=0) * 2


@function(where=NN)
def reduce_window(
    input: Tensor,
    window_shape: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    reduce: str = "sum",
) -> Tensor:
    """The "sum", "prod", "max", "min" or "mean" of every window over the last axes.

    `window_shape` has a size for each of the last axes it covers; `stride` is the same by default.
    `padding` is a number, one for each axis, or all begins and then all ends; it counts as the
    identity of the reduction, and as zeros in a mean.
    """
    if reduce not in (*_UFUNCS, "mean"):
        raise ValueRangeError(f"reduce={reduce!r}", hint=f"it is one of {(*_UFUNCS, 'mean')}")
    window = as_ints(window_shape, "window_shape")
    n = len(window)
    steps = window if stride is None else per_axis(stride, n, "stride")
    attrs = (window, steps, _pads(padding, n), per_axis(dilation, n, "dilation"))
    return (
        F._avg_pool(input, *attrs) if reduce == "mean" else F._reduce_window(input, *attrs, reduce)
    )
