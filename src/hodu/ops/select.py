"""Choosing and mixing elements of two tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dtypes import ANY, BOOL, FLOATS, DType, Number
from hodu.errors import ArgumentError, ShapeError, ValueRangeError
from hodu.ops._precision import in_f32
from hodu.ops._rules import broadcast
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, Promote, function, method, op
from hodu.shapes import TensorType, broadcast_shapes, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_MASK = T((3, 4), dtype="bool")
_BITS = {2: np.int16, 4: np.int32, 8: np.int64}
_LARGE = 1 << 12  # elements from which on working with bits is worth its calls


@op("where(Tensor condition, Tensor input, Tensor other) -> Tensor")
class Where:
    """`input` where the condition holds, `other` elsewhere."""

    promote, promoted = Promote.COMMON, ("input", "other")
    dtypes = {"condition": BOOL, "input": ANY, "other": ANY}
    samples = [
        S(_MASK, (3, 4), (3, 4)),
        S(T((3, 1), dtype="bool"), (4,), ()),
        S(T((), dtype="bool"), (2, 3), (3,)),
        S(T((0,), dtype="bool"), (0,), ()),
    ]
    public, on_dims = False, True

    def infer(condition: TensorType, x: TensorType, y: TensorType) -> TensorType:
        return TensorType(broadcast_shapes(condition.shape, x.shape, y.shape), x.dtype)

    def eager(condition: Array, x: Array, y: Array) -> Array:
        if x.size >= _LARGE and x.shape == condition.shape and _is_plus_zero(y):
            return kept_or_zero(condition, x)
        return np.where(condition, x, y)

    vjp = {
        "input": lambda ct, condition: F._where(condition, ct, 0),
        "other": lambda ct, condition: F._where(condition, 0, ct),
    }
    vjp_eager = {
        "input": lambda ct, condition: kept_or_zero(condition, ct),
        "other": lambda ct, condition: kept_or_zero(~condition, ct),
    }


def _is_plus_zero(y: Array) -> bool:
    if y.ndim or y.dtype.hasobject or y.dtype.itemsize not in _BITS:
        return False
    return not any(y.tobytes())


def kept_or_zero(condition: Array, x: Array) -> Array:
    """`np.where(condition, x, 0)`, where it is large in a quarter of the time.

    By the bits of x, times 0 or 1: the product of the numbers themselves would make NaN of 0
    times infinity.
    """
    if x.size < _LARGE or x.shape != condition.shape or x.dtype.itemsize not in _BITS:
        return np.where(condition, x, np.zeros((), x.dtype))
    result = np.empty(x.shape, x.dtype)
    bits = result.view(_BITS[x.dtype.itemsize])
    bits[...] = condition
    np.multiply(bits, x.view(bits.dtype), out=bits)
    return result


@function(methods=False)
def where(
    condition: Tensor, input: Tensor | Number | None = None, other: Tensor | Number | None = None
) -> Any:
    """`input` where the condition holds, `other` elsewhere; alone, the indices where it holds."""
    if (input is None) != (other is None):
        raise ArgumentError(
            "where() got only one of 'input' and 'other'",
            hint="give both, or only the condition for the indices where it holds",
        )
    if input is None:
        return F.nonzero(condition, as_tuple=True)
    return F._where(condition, input, other)


@method(name="where")
def where_else(input: Tensor, condition: Tensor, other: Tensor | Number) -> Tensor:
    """The input where the condition holds, `other` elsewhere."""
    return F._where(condition, input, other)


@function(inplace=True)
def masked_fill(input: Tensor, mask: Tensor, value: Tensor | Number) -> Tensor:
    """The input with `value`, a number or a 0-d tensor, where `mask` holds; keeps the dtype."""
    if isinstance(value, (bool, int, float)):
        fill = F.tensor(_representable(value, input.dtype), dtype=input.dtype)
        return F._where(mask, fill, input)
    if value.ndim:
        raise ShapeError(
            f"masked_fill() takes one value, not a tensor of shape {format_shape(value.shape)}",
            hint="hodu.where(mask, value, input) takes tensors",
        )
    return F._where(mask, F.to(value, input.dtype), input)


def _representable(value: Number, dtype: DType) -> Number:
    if dtype.is_integer and not isinstance(value, bool):
        limits = np.iinfo(dtype.numpy)  # type: ignore[type-var]
        if not limits.min <= value <= limits.max:
            raise ValueRangeError(
                f"{value} does not fit {dtype}", hint=f"it holds {limits.min} to {limits.max}"
            )
    return value


@op("lerp(Tensor input, Tensor end, Tensor weight) -> Tensor")
class Lerp:
    """The point between `input` (weight 0) and `end` (weight 1), both hit exactly."""

    promote, dtypes = Promote.COMMON, FLOATS
    infer = broadcast(3)
    samples = [
        S((3, 4), (3, 4), T((), low=0, high=1)),
        S((3, 1), (4,), T((3, 4), low=-1, high=2)),
        S((0,), (0,), ()),
        S((), (), T(values=0.75)),
    ]
    inplace = True

    def compose(x: Tensor, end: Tensor, weight: Tensor) -> Tensor:
        low = x + weight * (end - x)
        return F.where(F.abs(weight) < 0.5, low, end - (end - x) * (1 - weight))

    @in_f32
    def eager(x: Array, end: Array, weight: Array) -> Array:
        step = end - x
        low, high = x + weight * step, end - step * (1 - weight)
        return np.where(np.abs(weight) < 0.5, low, high)
