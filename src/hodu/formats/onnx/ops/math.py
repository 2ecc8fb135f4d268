"""Elementwise arithmetic and mathematics."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import hodu.functional as f
from hodu import dtypes
from hodu.dispatch.attrs import as_dims
from hodu.dispatch.base import wrap_value
from hodu.formats.onnx.made import limited, maker, source
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.registry import onnx_op

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_UNARY = {
    "Abs": f.abs,
    "Acos": f.acos,
    "Acosh": f.acosh,
    "Asin": f.asin,
    "Asinh": f.asinh,
    "Atan": f.atan,
    "Atanh": f.atanh,
    "Ceil": f.ceil,
    "Cos": f.cos,
    "Cosh": f.cosh,
    "Erf": f.erf,
    "Exp": f.exp,
    "Floor": f.floor,
    "Log": f.log,
    "Neg": f.neg,
    "Reciprocal": f.reciprocal,
    "Round": f.round,
    "Sign": f.sign,
    "Sin": f.sin,
    "Sinh": f.sinh,
    "Sqrt": f.sqrt,
    "Tan": f.tan,
    "Tanh": f.tanh,
}


@onnx_op(*_UNARY)
def unary(node: OnnxNode, x: Tensor) -> Tensor:
    """A function of one tensor, elementwise."""
    result: Tensor = _UNARY[node.op_type](x)
    return result


@onnx_op("Add")
def add(node: OnnxNode, x: Tensor, y: Tensor) -> Tensor:
    """The sum."""
    return x + y


@onnx_op("Sub")
def sub(node: OnnxNode, x: Tensor, y: Tensor) -> Tensor:
    """The difference."""
    return x - y


@onnx_op("Mul")
def mul(node: OnnxNode, x: Tensor, y: Tensor) -> Tensor:
    """The product."""
    return x * y


@onnx_op("Div")
def div(node: OnnxNode, x: Tensor, y: Tensor) -> Tensor:
    """The quotient; of integers, rounded towards zero."""
    if x.dtype.is_float:
        return x / y
    return f.div(x, y, rounding_mode="trunc")


@onnx_op("Mod", since=10)
def mod(node: OnnxNode, x: Tensor, y: Tensor) -> Tensor:
    """The remainder with the sign of the divisor, or of the dividend where fmod=1."""
    places = _in_plane(x, y)
    if places is not None:
        return places
    return f.fmod(x, y) if node.flag("fmod") else f.remainder(x, y)


def _in_plane(x: Any, y: Any) -> Any:
    """Places of MaxPool in their own plane, which an export takes modulo the size of a plane.

    The import of MaxPool adds multiples of that size to them; None for anything else.
    """
    moved = maker(x)
    places = moved.inputs[0] if moved is not None and moved.op == "add" else None
    pool = None if places is None else places.producer
    if pool is None or pool.op != "max_pool_with_indices" or y._data is None:
        return None
    pooled = pool.inputs[0]
    sizes = () if pooled is None else pooled.type.shape[2:]
    if places is not pool.outputs[1] or not all(isinstance(n, int) for n in sizes):
        return None
    return wrap_value(places) if y._data.tolist() == math.prod(map(int, sizes)) else None


@onnx_op("Pow")
def pow(node: OnnxNode, x: Tensor, y: Tensor) -> Tensor:
    """x to the power of y, in the dtype of x."""
    if x.dtype is y.dtype:
        return f.pow(x, y)
    if x.dtype.is_float:
        return f.pow(x, y.to(x.dtype))
    return f.pow(x.to(y.dtype), y).to(x.dtype) if y.dtype.is_float else f.pow(x, y.to(x.dtype))


@onnx_op("Sum")
def sum(node: OnnxNode, *xs: Tensor) -> Tensor:
    """The sum of all inputs."""
    total = xs[0]
    for x in xs[1:]:
        total = total + x
    return total


@onnx_op("Mean")
def mean(node: OnnxNode, *xs: Tensor) -> Tensor:
    """The mean of all inputs."""
    return sum(node, *xs) / len(xs)


@onnx_op("Max", "Min")
def extreme(node: OnnxNode, *xs: Tensor) -> Tensor:
    """The largest or smallest of all inputs, elementwise."""
    choose = f.maximum if node.op_type == "Max" else f.minimum
    best = xs[0]
    for x in xs[1:]:
        best = choose(best, x)
    return best


@onnx_op("Clip", since=11)
def clip(
    node: OnnxNode, x: Tensor, low: Tensor | None = None, high: Tensor | None = None
) -> Tensor:
    """x limited to [low, high]; the upper limit wins where they cross."""
    if not any(v is not None and v.is_captured for v in (low, high)):
        return _limited(x, *(None if v is None else v.item() for v in (low, high)))
    if low is not None:
        x = f.maximum(x, low)
    return x if high is None else f.minimum(x, high)


@onnx_op("Clip")
def clip_attributes(node: OnnxNode, x: Tensor) -> Tensor:
    """Before opset 11: the limits are attributes."""
    return _limited(x, node.attr("min"), node.attr("max"))


def _limited(x: Tensor, low: float | None, high: float | None) -> Tensor:
    return x if low is None and high is None else f.clamp(x, low, high)


@onnx_op("BitShift", since=11)
def bit_shift(node: OnnxNode, x: Tensor, y: Tensor) -> Tensor:
    """The bits of x moved by y places."""
    left = node.text("direction") == "LEFT"
    x, y = _shifted_once(x, y, "bitwise_left_shift" if left else "bitwise_right_shift") or (x, y)
    return x << y if left else x >> y


def _shifted_once(x: Tensor, y: Tensor, op: str) -> tuple[Tensor, Tensor] | None:
    """The operands of the one shift that an export did as two, the second by y; None for others.

    The first is by min(count, width - 1), the second by min(count - that, 1), both in f32.
    """
    shift, cast = maker(x), maker(y)
    if shift is None or shift.op != op or cast is None or cast.op != "cast":
        return None
    first, rest = source(shift.inputs[1], "cast"), limited(cast.inputs[0], 1)
    count = limited(first, x.dtype.bits - 1)
    less = None if rest is None else rest.producer
    if count is None or less is None or less.op != "sub" or less.inputs != (count, first):
        return None
    places = source(count, "cast")
    exact = places is not None and places.type.dtype is x.dtype and count.type.dtype is dtypes.f32
    return (wrap_value(shift.inputs[0]), wrap_value(places)) if exact else None


@onnx_op("CumSum", since=11)
@onnx_op("CumProd", since=26)
def cumulative(node: OnnxNode, x: Tensor, axis: Tensor) -> Tensor:
    """Running sums or products along an axis; `exclusive` leaves the element itself out."""
    sums = node.op_type == "CumSum"
    (dim,) = (int(a) for a in as_dims(axis, "axis"))
    if node.flag("reverse"):
        x = f.flip(x, (dim,))
    if node.flag("exclusive"):
        first = f.zeros_like if sums else f.ones_like
        start = first(f.narrow(x, dim, 0, 1))
        x = f.cat([start, f.narrow(x, dim, 0, x.shape[dim] - 1)], dim)
    total = (f.cumsum if sums else f.cumprod)(x, dim).to(x.dtype)
    return f.flip(total, (dim,)) if node.flag("reverse") else total


@onnx_op("IsNaN", since=9)
def is_nan(node: OnnxNode, x: Tensor) -> Tensor:
    """Whether elements are NaN."""
    return f.isnan(x)


@onnx_op("IsInf", since=10)
def is_inf(node: OnnxNode, x: Tensor) -> Tensor:
    """Whether elements are infinite, of the signs that count."""
    found = f.isinf(x)
    if not node.flag("detect_negative", True):
        found = f.logical_and(found, x > 0)
    if not node.flag("detect_positive", True):
        found = f.logical_and(found, x < 0)
    return found


@onnx_op("Identity")
def identity(node: OnnxNode, x: Any) -> Any:
    """The input itself."""
    return x
