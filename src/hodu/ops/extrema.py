"""The larger and smaller of tensors, and clamping between bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dims import Dim, dim_max, dim_min
from hodu.dtypes import BOOL, NUMERIC, Number, as_dtype
from hodu.errors import ArgumentError
from hodu.ops._rules import broadcast
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, Promote, alias, function, op
from hodu.ops.arithmetic import PAIRS
from hodu.shapes import TensorType

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_NAN, _INF = float("nan"), float("inf")
SPECIAL = [
    S(T(dtype=t, values=[_NAN, 1.0, _INF, -_INF]), T(dtype=t, values=[1.0, _NAN, 2.0, 2.0]))
    for t in ("f16", "bf16", "f32", "f64", "f8e5m2")
]


def _larger(ct: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """The gradient of the larger of `x` and `y` by `x`: half of it where they are equal."""
    return F.where(x == y, ct * 0.5, F.where(x > y, ct, 0))


@op("maximum(Tensor input, Tensor other) -> Tensor")
class Maximum:
    """The larger of two elements; NaN if either is."""

    promote, dtypes = Promote.COMMON, NUMERIC | BOOL
    infer = broadcast()
    eager = np.maximum
    samples = PAIRS + SPECIAL
    on_dims = np.frompyfunc(dim_max, 2, 1)
    vjp = {
        "input": lambda ct, input, other: _larger(ct, input, other),
        "other": lambda ct, input, other: _larger(ct, other, input),
    }


@op("minimum(Tensor input, Tensor other) -> Tensor")
class Minimum:
    """The smaller of two elements; NaN if either is."""

    promote, dtypes = Promote.COMMON, NUMERIC | BOOL
    infer = broadcast()
    eager = np.minimum
    samples = PAIRS + SPECIAL
    on_dims = np.frompyfunc(dim_min, 2, 1)
    vjp = {
        "input": lambda ct, input, other: _larger(ct, other, input),
        "other": lambda ct, input, other: _larger(ct, input, other),
    }


@op("fmax(Tensor input, Tensor other) -> Tensor")
class Fmax:
    """The larger of two elements; the other one where one is NaN."""

    promote, dtypes = Promote.COMMON, NUMERIC | BOOL
    infer = broadcast()
    eager = np.fmax
    samples = PAIRS + SPECIAL
    vjp = {
        "input": lambda ct, input, other: F.where((input >= other) | F.isnan(other), ct, 0),
        "other": lambda ct, input, other: F.where((input >= other) | F.isnan(other), 0, ct),
    }


@op("fmin(Tensor input, Tensor other) -> Tensor")
class Fmin:
    """The smaller of two elements; the other one where one is NaN."""

    promote, dtypes = Promote.COMMON, NUMERIC | BOOL
    infer = broadcast()
    eager = np.fmin
    samples = PAIRS + SPECIAL
    vjp = {
        "input": lambda ct, input, other: F.where((input <= other) | F.isnan(other), ct, 0),
        "other": lambda ct, input, other: F.where((input <= other) | F.isnan(other), 0, ct),
    }


def _bounds_in_range(input: Any, min: Any, max: Any) -> tuple[Any, Any, Any]:
    """Python integers as bounds are brought into the range of an integer result."""
    if any(isinstance(b, float) for b in (min, max)):
        return input, min, max  # the result is a float
    return input, _nearest(min, input), _nearest(max, input)


def _nearest(bound: Any, input: Any) -> Any:
    if type(bound) is not int or not hasattr(input, "dtype"):
        return bound
    dtype = as_dtype(input.dtype)
    if not dtype.is_integer:
        return bound
    limits = np.iinfo(dtype.numpy)  # type: ignore[type-var]
    return limits.min if bound < limits.min else limits.max if bound > limits.max else bound


def _clamp_dim(x: Dim, min: Dim | None, max: Dim | None) -> Dim:
    x = x if min is None else dim_max(x, min)
    return x if max is None else dim_min(x, max)


@op("clamp(Tensor input, Tensor? min=None, Tensor? max=None) -> Tensor")
class Clamp:
    """The input brought into [min, max], which are numbers or tensors; NaN stays.

    Where min > max the result is max.
    """

    promote, dtypes, prepare = Promote.COMMON, NUMERIC, _bounds_in_range
    samples = [
        S((3, 4), T(low=0, high=1), T(low=2, high=3)),
        S((3, 4), T(low=0, high=1), None),
        S((3, 4), None, T(low=0, high=1)),
        S((3, 1), (4,), (3, 4)),
        S((), (), ()),
        S((0,), (), None),
        *(
            S(T(dtype=t, values=[_NAN, 1, -9, 9]), T(dtype=t, values=-1), T(dtype=t, values=2))
            for t in ("bf16", "f32", "f64")
        ),
    ]
    inplace, on_dims = True, np.frompyfunc(_clamp_dim, 3, 1)

    def infer(
        x: TensorType, min: TensorType | None = None, max: TensorType | None = None
    ) -> TensorType:
        given = [t for t in (x, min, max) if t is not None]
        if len(given) == 1:
            raise ArgumentError("clamp() needs a min, a max or both")
        return broadcast(len(given))(*given)

    def eager(x: Array, min: Array | None = None, max: Array | None = None) -> Array:
        if min is None and max is None:
            raise TypeError("no bounds")
        x = x if min is None else np.maximum(x, min)
        return x if max is None else np.minimum(x, max)

    vjp = {
        "input": lambda ct, input, min, max: F.where(_is_inside(input, min, max), ct, 0),
        "min": lambda ct, input, min, max: F.where(_is_cut(input, min, max), ct, 0),
        "max": lambda ct, input, min, max: F.where(_is_over(input, min, max), ct, 0),
    }


def _is_inside(x: Tensor, min: Tensor | None, max: Tensor | None) -> Tensor:
    if min is None or max is None:
        return x <= max if max is not None else x >= min  # type: ignore[operator]
    return (x >= min) & (x <= max)


def _is_cut(x: Tensor, min: Tensor, max: Tensor | None) -> Tensor:
    """Whether the result is `min`."""
    return x < min if max is None else (x < min) & (min < max)


def _is_over(x: Tensor, min: Tensor | None, max: Tensor) -> Tensor:
    """Whether the result is `max`, also because it lies below `min`."""
    return x > max if min is None else (x > max) | (max < min)


@function(inplace=True)
def clamp_min(input: Tensor, min: Tensor | Number) -> Tensor:
    """The larger of the input and `min`."""
    return F.clamp(input, min=min)


@function(inplace=True)
def clamp_max(input: Tensor, max: Tensor | Number) -> Tensor:
    """The smaller of the input and `max`."""
    return F.clamp(input, max=max)


alias("clamp", "clip")
