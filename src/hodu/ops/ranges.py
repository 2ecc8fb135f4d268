"""Evenly spaced numbers, and grids of them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.devices import Device, require_cpu
from hodu.dims import Dim, Sym, dim_floordiv
from hodu.dispatch.attrs import as_dim, as_float, as_scalar
from hodu.dispatch.base import TensorBase
from hodu.dispatch.tape import as_leaf
from hodu.dtypes import DType, DTypeLike, Number, as_dtype, bf16, f16, f32, f64, i32, i64, u8, u64
from hodu.errors import ArgumentError, ValueRangeError
from hodu.ops._arguments import non_negative
from hodu.ops._samples import S
from hodu.ops._table import Array, F, function, op
from hodu.shapes import TensorType, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_WRAP = 1 << 64


@op("arange(Scalar start, Dim size, Scalar step, DType dtype) -> Tensor")
class Arange:
    """`start + i * step` for i = 0 ... size - 1: in integers if both are integers, else in f64."""

    nondiff = "a constant"
    public = False
    samples = [
        S(start=0, size=5, step=1, dtype=i64),
        S(start=-3, size=4, step=-2, dtype=i32),
        S(start=0.1, size=4, step=0.3, dtype=f32),
        S(start=1, size=0, step=1, dtype=f64),
        S(start=0, size=5, step=7, dtype=bf16),
        S(start=0.5, size=4, step=0.75, dtype=u8),
        S(start=2**63, size=3, step=5, dtype=u64),
        S(start=2**53 + 1, size=3, step=1, dtype=i64),
        S(start=-1, size=3, step=0.5, dtype=f16),
    ]

    def infer(start: Number, size: Dim, step: Number, dtype: DType) -> TensorType:
        non_negative((size,))
        return TensorType((size,), dtype)

    def eager(start: Number, size: int, step: Number, dtype: DType) -> Array:
        if size < 0:
            raise ValueError("negative size")
        count = np.arange(size)
        if isinstance(start, float) or isinstance(step, float):
            values: Array = start + count * float(step)
        else:
            wrapped = count.astype(np.uint64) * np.uint64(step % _WRAP) + np.uint64(start % _WRAP)
            values = wrapped if dtype is u64 else wrapped.view(np.int64)
        return values.astype(dtype.numpy)


@function(methods=False)
def arange(
    start: Any = None,
    end: Any = None,
    step: Any = 1,
    *,
    dtype: DTypeLike | None = None,
    device: Device | str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """The numbers from `start` (0) up to, not including, `end` in steps of `step`.

    They are i64 if all three are integers, else f32. `start` and `end` may be symbolic.
    """
    require_cpu(device)
    if start is None and end is None:
        raise ArgumentError("arange() needs an end", hint="as in arange(5) or arange(2, 5)")
    first, last = (0, start) if end is None else (0 if start is None else start, end)
    low, high, by = _bound(first, "start"), _bound(last, "end"), _bound(step, "step")
    if isinstance(by, Sym) or by == 0 or not math.isfinite(by):
        raise ValueRangeError(f"step={by} must be a known number other than 0")
    if isinstance(low, Sym) or isinstance(high, Sym):
        return as_leaf(_symbolic_range(low, high, by, dtype), requires_grad)
    floats = any(isinstance(v, float) for v in (low, high, by))
    size = _count(low, high, by, floats)
    return as_leaf(
        F._arange(low, size, by, as_dtype(dtype or (f32 if floats else i64))), requires_grad
    )


def _bound(value: Any, name: str) -> Any:
    if isinstance(value, Sym) or (isinstance(value, TensorBase) and value._data is None):
        return as_dim(value, name)
    return as_scalar(value, name)


def _count(low: Number, high: Number, by: Number, floats: bool) -> int:
    if floats and not (math.isfinite(low) and math.isfinite(high)):
        raise ValueRangeError(f"a range from {low} to {high} has no end")
    if (high > low) if by < 0 else (high < low):
        raise ValueRangeError(
            f"a range from {low} to {high} does not go in steps of {by}",
            hint="the step must have the sign of end - start",
        )
    return math.ceil((high - low) / by) if floats else -int((low - high) // by)


def _symbolic_range(low: Dim, high: Dim, by: Number, dtype: DTypeLike | None) -> Tensor:
    if any(isinstance(v, float) for v in (low, high, by)):
        raise ArgumentError(f"a range from {low} to {high} in steps of {by} is not of integers")
    step = int(by)
    way = high - low if step > 0 else low - high
    size = dim_floordiv(way + abs(step) - 1, abs(step))
    if isinstance(low, Sym):
        values = F._add(F._arange(0, size, step, i64), low)
        return values if dtype is None else F.cast(values, dtype)
    return F._arange(low, size, step, as_dtype(dtype or i64))


@op("linspace(Scalar start, Scalar end, Dim steps, DType dtype) -> Tensor")
class Linspace:
    """`steps` numbers from `start` to `end`, both included, worked out in f64 from both ends."""

    nondiff = "a constant"
    public = False
    samples = [
        S(start=0, end=1, steps=5, dtype=f32),
        S(start=3.5, end=-2, steps=6, dtype=f64),
        S(start=3, end=-10, steps=7, dtype=i64),
        S(start=2, end=9, steps=1, dtype=f32),
        S(start=0, end=1, steps=0, dtype=f32),
        S(start=0, end=1, steps=4, dtype=bf16),
    ]

    def infer(start: Number, end: Number, steps: Dim, dtype: DType) -> TensorType:
        non_negative((steps,), "steps")
        return TensorType((steps,), dtype)

    def eager(start: Number, end: Number, steps: int, dtype: DType) -> Array:
        if steps < 0:
            raise ValueError("negative steps")
        i = np.arange(steps, dtype=np.float64)
        by = (float(end) - float(start)) / max(steps - 1, 1)
        from_end = end - (steps - 1 - i) * by
        return np.where((i < steps // 2) | (steps == 1), start + i * by, from_end).astype(
            dtype.numpy
        )

    def compose(start: Number, end: Number, steps: Dim, dtype: DType) -> Tensor:
        i = F._arange(0, steps, 1, f64)
        gaps = F.cast(F.tensor(steps - 1), f64)
        by = F._div(float(end) - float(start), F.maximum(gaps, 1))
        from_start = F._add(F.mul(i, by), float(start))
        from_end = F._sub(float(end), F.mul(F._sub(gaps, i), by))
        near_start = F.lt(i, F.cast(F.tensor(dim_floordiv(steps, 2) + (steps == 1)), f64))
        return F.cast(F.where(near_start, from_start, from_end), dtype)


@function(methods=False)
def linspace(
    start: Any,
    end: Any,
    steps: Dim,
    *,
    dtype: DTypeLike | None = None,
    device: Device | str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """`steps` evenly spaced numbers from `start` to `end`, both included."""
    require_cpu(device)
    return as_leaf(F._linspace(start, end, steps, dtype or f32), requires_grad)


@function(methods=False)
def logspace(
    start: Any,
    end: Any,
    steps: Dim,
    base: float = 10.0,
    *,
    dtype: DTypeLike | None = None,
    device: Device | str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """`base` to the power of `steps` evenly spaced exponents from `start` to `end`."""
    require_cpu(device)
    return as_leaf(
        F.cast(F.pow(as_float(base, "base"), F._linspace(start, end, steps, f64)), dtype or f32),
        requires_grad,
    )


@function(methods=False)
def meshgrid(*tensors: Any, indexing: str = "ij") -> tuple[Tensor, ...]:
    """The coordinates of a grid with these 1-d axes, one tensor for each axis; views.

    With `indexing` "xy" the first two dimensions change places.
    """
    axes = list(
        tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else tensors
    )
    if indexing not in ("ij", "xy"):
        raise ValueRangeError(f"indexing={indexing!r}", hint="it is 'ij' or 'xy'")
    if any(len(a.shape) > 1 for a in axes):
        shown = " and ".join(format_shape(a.shape) for a in axes)
        raise ArgumentError(f"meshgrid() takes 1-d tensors, not shapes {shown}")
    swap = indexing == "xy" and len(axes) > 1
    order = [1, 0, *range(2, len(axes))] if swap else list(range(len(axes)))
    flat = [F.flatten(a) for a in axes]
    shape = [flat[i].shape[0] for i in order]
    return tuple(
        F._expand(
            F._reshape(a, [shape[j] if order[j] == i else 1 for j in range(len(axes))]), shape
        )
        for i, a in enumerate(flat)
    )


@function(methods=False)
def cartesian_prod(*tensors: Tensor) -> Tensor:
    """All combinations of the elements of 1-d tensors, one a row; one tensor is returned as is."""
    if len(tensors) == 1:
        return tensors[0]
    return F.stack([F.flatten(g) for g in F.meshgrid(*tensors)], 1)
