"""Activations made of straight pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hodu.dtypes import FLOATS, NUMERIC, SIGNED, Number
from hodu.errors import ShapeError
from hodu.ops._fill_value import constant
from hodu.ops._precision import in_f32
from hodu.ops._rules import same_as
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, Promote, op
from hodu.ops.exponential import SHAPES
from hodu.ops.select import kept_or_zero
from hodu.shapes import TensorType, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_NN = ("nn.functional",)
KINKS = [*SHAPES, S(T(values=[0, 1, 3, 6, 7])), S(T(dtype="f32", values=[-9.0, -3, -1, -0.5, 0.5]))]


def _between(x: Array, low: Number, high: Number) -> Array:
    return np.minimum(np.maximum(x, constant(low, x)), constant(high, x))


@op("relu(Tensor input) -> Tensor")
class Relu:
    """The input where it is positive, else 0."""

    dtypes = NUMERIC
    infer = same_as(0)
    samples = KINKS
    inplace = True

    def eager(x: Array) -> Array:
        return np.maximum(x, 0)

    vjp = {"input": lambda ct, out: F._where(out > 0, ct, 0)}
    vjp_eager = {"input": lambda ct, out: kept_or_zero(out > 0, ct)}


@op("relu6(Tensor input) -> Tensor")
class Relu6:
    """Clamp to [0, 6]."""

    dtypes = NUMERIC
    infer = same_as(0)
    samples = KINKS

    def compose(x: Tensor) -> Tensor:
        return F.where(x <= 0, 0, F.where(x >= 6, 6, x))

    def eager(x: Array) -> Array:
        return np.minimum(np.maximum(x, 0), 6)

    vjp = {"input": lambda ct, out: F.where((out > 0) & (out < 6), ct, 0)}


@op("hardtanh(Tensor input, Scalar min_val=-1.0, Scalar max_val=1.0) -> Tensor")
class Hardtanh:
    """Clamp to [min_val, max_val]."""

    dtypes = SIGNED
    infer = same_as(0)
    samples = [*KINKS, S((3, 4), min_val=-2, max_val=1), S((3,), min_val=0.5, max_val=2.0)]
    inplace = True

    def compose(x: Tensor, min_val: Number = -1.0, max_val: Number = 1.0) -> Tensor:
        low, high = F.tensor(min_val, dtype=x.dtype), F.tensor(max_val, dtype=x.dtype)
        return F.where(x <= low, low, F.where(x >= high, high, x))

    def eager(x: Array, min_val: Number = -1.0, max_val: Number = 1.0) -> Array:
        return _between(x, min_val, max_val)

    vjp = {
        "input": lambda ct, input, min_val, max_val: F.where(
            (input > min_val) & (input < max_val), ct, 0
        )
    }


@op("threshold(Tensor input, Scalar threshold, Scalar value) -> Tensor")
class Threshold:
    """The input where it is above `threshold`, else `value`."""

    dtypes = NUMERIC
    infer = same_as(0)
    samples = [S(s.tensors[0], threshold=1, value=20) for s in KINKS]
    samples += [S((3, 4), threshold=0.5, value=2.5)]
    inplace = True

    def compose(x: Tensor, threshold: Number, value: Number) -> Tensor:
        return F.where(x <= threshold, F.tensor(value, dtype=x.dtype), x)

    def eager(x: Array, threshold: Number, value: Number) -> Array:
        return np.where(x <= threshold, constant(value, x), x)

    vjp = {"input": lambda ct, input, threshold: F.where(input <= threshold, 0, ct)}


@op("leaky_relu(Tensor input, float negative_slope=0.01) -> Tensor")
class LeakyRelu:
    """The input where it is positive, else `negative_slope` times it."""

    dtypes = FLOATS
    infer = same_as(0)
    samples = [*KINKS, S((3, 4), negative_slope=0.2), S((3,), negative_slope=2.0)]
    inplace = True

    def compose(x: Tensor, negative_slope: float = 0.01) -> Tensor:
        return F.where(x > 0, x, x * negative_slope)

    @in_f32
    def eager(x: Array, negative_slope: float = 0.01) -> Array:
        return np.where(x > 0, x, x * negative_slope)

    vjp = {"input": lambda ct, input, negative_slope: F.where(input > 0, ct, ct * negative_slope)}


@op("prelu(Tensor input, Tensor weight) -> Tensor")
class Prelu:
    """The input where it is positive, else `weight` times it.

    The weight is one number, or one for each channel, which are along dimension 1.
    """

    promote, dtypes = Promote.COMMON, FLOATS
    autocast = "low"
    samples = [S((3, 4), (1,)), S((2, 3, 4), (3,)), S((2, 3), ()), S((4,), (1,)), S((0, 3), (3,))]
    where = _NN

    def infer(x: TensorType, weight: TensorType) -> TensorType:
        channels = x.shape[1] if x.rank > 1 else 1
        if weight.rank > 1 or weight.shape not in ((), (1,), (channels,)):
            raise ShapeError(
                f"prelu() of {x} with a weight of shape {format_shape(weight.shape)}",
                hint=f"it takes one number or one for each channel: shape [1] or [{channels}]",
            )
        return x

    def compose(x: Tensor, weight: Tensor) -> Tensor:
        if weight.ndim:
            weight = F.reshape(weight, (-1,) + (1,) * max(x.ndim - 2, 0))
        return F.where(x > 0, x, weight * x)

    def eager(x: Array, weight: Array) -> Array:
        channels = x.shape[1] if x.ndim > 1 else 1
        if weight.ndim > 1 or weight.size not in (1, channels):
            raise ValueError("not a weight for each channel")
        return _prelu(x, weight.reshape((-1,) + (1,) * max(x.ndim - 2, 0)))


@in_f32
def _prelu(x: Array, weight: Array) -> Array:
    return np.where(x > 0, x, weight * x).reshape(x.shape)


@op("hardsigmoid(Tensor input) -> Tensor")
class Hardsigmoid:
    """The straight-line sigmoid, relu6(input + 3) / 6."""

    dtypes = FLOATS
    infer = same_as(0)
    samples = KINKS

    def compose(x: Tensor) -> Tensor:
        return F.relu6(x + 3) / 6

    @in_f32
    def eager(x: Array) -> Array:
        return _between(x + 3, 0, 6) / 6

    vjp = {"input": lambda ct, input: F.where((input > -3) & (input < 3), ct / 6, 0)}


@op("hardswish(Tensor input) -> Tensor")
class Hardswish:
    """The straight-line swish, input * relu6(input + 3) / 6."""

    dtypes = FLOATS
    infer = same_as(0)
    samples = KINKS

    def compose(x: Tensor) -> Tensor:
        return x * F.relu6(x + 3) / 6

    @in_f32
    def eager(x: Array) -> Array:
        return x * _between(x + 3, 0, 6) / 6

    vjp = {
        "input": lambda ct, input: F.where(
            input <= -3, 0, F.where(input < 3, ct * (input / 3 + 0.5), ct)
        )
    }


@op("hardshrink(Tensor input, float lambd=0.5) -> Tensor")
class Hardshrink:
    """The input where it lies outside [-lambd, lambd], else 0."""

    dtypes = FLOATS
    infer = same_as(0)
    samples = [*KINKS, S((3, 4), lambd=1.0)]
    where = _NN

    def compose(x: Tensor, lambd: float = 0.5) -> Tensor:
        return F.where(F.abs(x) <= lambd, 0, x)

    def eager(x: Array, lambd: float = 0.5) -> Array:
        return np.where(np.abs(x) <= lambd, constant(0, x), x)

    vjp = {"input": lambda ct, input, lambd: F.where(F.abs(input) <= lambd, 0, ct)}


@op("softshrink(Tensor input, float lambd=0.5) -> Tensor")
class Softshrink:
    """The input brought towards 0 by `lambd`, to 0 inside [-lambd, lambd]."""

    dtypes = FLOATS
    infer = same_as(0)
    samples = [*KINKS, S((3, 4), lambd=1.0)]
    where = _NN

    def compose(x: Tensor, lambd: float = 0.5) -> Tensor:
        return F.where(F.abs(x) <= lambd, x * 0, x - F.sign(x) * lambd)

    @in_f32
    def eager(x: Array, lambd: float = 0.5) -> Array:
        return np.where(np.abs(x) <= lambd, x * 0, x - np.copysign(lambd, x).astype(x.dtype))

    vjp = {"input": lambda ct, input, lambd: F.where(F.abs(input) <= lambd, 0, ct)}
