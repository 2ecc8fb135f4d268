"""Smooth activations."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from hodu.dtypes import FLOATS
from hodu.errors import ValueRangeError
from hodu.ops._precision import in_f32, widen
from hodu.ops._rules import same_as
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, Promote, function, op
from hodu.ops.exponential import SHAPES
from hodu.ops.special import Erf
from hodu.shapes import TensorType

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_NN = ("nn.functional",)
_SELU_ALPHA = 1.6732632423543772848170429916717
_SELU_SCALE = 1.0507009873554804934193349852946
# Above this exp(x) + 1 is exp(x) also in f64, so that log1p(exp(x)) is x.
_FAR = 40.0
TAILS = [*SHAPES, S(T(values=[-300, -100, -30, -9, -1, -0.125, 0, 0.125, 9, 30, 100, 300]))]


@op("elu(Tensor input, float alpha=1.0) -> Tensor")
class Elu:
    """The input where it is positive, else alpha * (exp(input) - 1)."""

    dtypes = FLOATS
    infer = same_as(0)
    samples = [*TAILS, S((3, 4), alpha=0.5)]
    inplace = True

    def compose(x: Tensor, alpha: float = 1.0) -> Tensor:
        return F.where(x > 0, x, F.expm1(F.clamp(x, max=0)) * alpha)

    @in_f32
    def eager(x: Array, alpha: float = 1.0) -> Array:
        return np.where(x > 0, x, np.expm1(x) * alpha)

    vjp = {"input": lambda ct, out, input, alpha: F.where(input > 0, ct, ct * (out + alpha))}


@op("celu(Tensor input, float alpha=1.0) -> Tensor")
class Celu:
    """The input where it is positive, else alpha * (exp(input / alpha) - 1)."""

    dtypes = FLOATS
    infer = same_as(0)
    samples = [*TAILS, S((3, 4), alpha=0.5)]
    inplace = True

    def compose(x: Tensor, alpha: float = 1.0) -> Tensor:
        return F.where(x > 0, x, F.expm1(F.clamp(x, max=0) / alpha) * alpha)

    @in_f32
    def eager(x: Array, alpha: float = 1.0) -> Array:
        return np.where(x > 0, x, np.expm1(x / alpha) * alpha)

    vjp = {"input": lambda ct, out, input, alpha: F.where(input > 0, ct, ct * (out / alpha + 1))}


@op("selu(Tensor input) -> Tensor")
class Selu:
    """elu with the alpha, and times the scale, that keep activations at variance 1."""

    dtypes = FLOATS
    infer = same_as(0)
    samples = TAILS
    inplace = True

    def compose(x: Tensor) -> Tensor:
        return F.elu(x, _SELU_ALPHA) * _SELU_SCALE

    @in_f32
    def eager(x: Array) -> Array:
        return np.where(x > 0, x, np.expm1(x) * _SELU_ALPHA) * _SELU_SCALE

    vjp = {
        "input": lambda ct, out: F.where(
            out > 0, ct * _SELU_SCALE, ct * (out + _SELU_SCALE * _SELU_ALPHA)
        )
    }


@op("gelu(Tensor input, *, str approximate='none') -> Tensor")
class Gelu:
    """input * Phi(input) with the normal distribution Phi, exact or by "tanh".

    D. Hendrycks and K. Gimpel, "Gaussian Error Linear Units" (2016).
    """

    dtypes = FLOATS
    samples = [*TAILS, *(S(*s.tensors, approximate="tanh") for s in TAILS)]
    where = _NN

    def infer(x: TensorType, approximate: str = "none") -> TensorType:
        if approximate not in ("none", "tanh"):
            raise ValueRangeError(f"approximate={approximate!r}", hint="it is 'none' or 'tanh'")
        return x

    def compose(x: Tensor, approximate: str = "none") -> Tensor:
        if approximate == "tanh":
            inner = (x + x * x * x * 0.044715) * math.sqrt(2 / math.pi)
            return x * 0.5 * (F.tanh(inner) + 1)
        return x * 0.5 * (F.erf(x * math.sqrt(0.5)) + 1)

    @in_f32
    def eager(x: Array, approximate: str = "none") -> Array:
        if approximate == "none":
            return x * 0.5 * (Erf.eager(x * math.sqrt(0.5)) + 1)
        if approximate == "tanh":
            return x * 0.5 * (np.tanh((x + x * x * x * 0.044715) * math.sqrt(2 / math.pi)) + 1)
        raise ValueError("no such approximation")

    vjp = {"input": lambda ct, input, approximate: ct * _gelu_slope(widen(input), approximate)}


def _gelu_slope(x: Tensor, approximate: str) -> Tensor:
    if approximate == "none":
        bell = F.exp(x * x * -0.5) * (1 / math.sqrt(2 * math.pi))
        return (F.erf(x * math.sqrt(0.5)) + 1) * 0.5 + x * bell
    scale = math.sqrt(2 / math.pi)
    t = F.tanh((x + x * x * x * 0.044715) * scale)
    inner = (x * x * (3 * 0.044715) + 1) * scale
    return (t + 1) * 0.5 + x * 0.5 * (1 - t * t) * inner


@op("silu(Tensor input) -> Tensor")
class Silu:
    """input * sigmoid(input), also called swish."""

    dtypes = FLOATS
    infer = same_as(0)
    samples = TAILS

    def compose(x: Tensor) -> Tensor:
        return x * F.sigmoid(x)

    @in_f32
    def eager(x: Array) -> Array:
        return x / (np.exp(-x) + 1)

    vjp = {"input": lambda ct, input: ct * _silu_slope(widen(input))}


def _silu_slope(x: Tensor) -> Tensor:
    s = F.sigmoid(x)
    return s * (x * (1 - s) + 1)


@op("mish(Tensor input) -> Tensor")
class Mish:
    """input * tanh(softplus(input))."""

    dtypes = FLOATS
    infer = same_as(0)
    samples = TAILS

    def compose(x: Tensor) -> Tensor:
        return x * F.tanh(F.softplus(x))

    @in_f32
    def eager(x: Array) -> Array:
        return x * np.tanh(np.log1p(np.exp(np.minimum(x, _FAR))))

    vjp = {"input": lambda ct, input: ct * _mish_slope(widen(input))}


def _mish_slope(x: Tensor) -> Tensor:
    t = F.tanh(F.softplus(x))
    return t + x * F.sigmoid(x) * (1 - t * t)


@op("softplus(Tensor input, float beta=1.0, float threshold=20.0) -> Tensor")
class Softplus:
    """log(1 + exp(beta * input)) / beta; the input itself where beta * input > threshold."""

    dtypes = FLOATS
    autocast = "f32"
    infer = same_as(0)
    samples = [
        *TAILS,
        S((3, 4), beta=2.0),
        S(T(dtype="f64", values=[-9, 0, 30, 300]), threshold=500.0),
    ]
    samples += [S((3, 4), beta=0.5, threshold=0.25)]
    where = _NN

    def compose(x: Tensor, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
        scaled = x * beta
        soft = F.logaddexp(scaled, F.tensor(0.0, dtype=x.dtype)) / beta
        return F.where(scaled > threshold, x, soft)

    @in_f32
    def eager(x: Array, beta: float = 1.0, threshold: float = 20.0) -> Array:
        scaled = x * beta
        near = min(threshold, _FAR)
        return np.where(scaled > near, x, np.log1p(np.exp(np.minimum(scaled, near))) / beta)

    vjp = {
        "input": lambda ct, input, beta, threshold: F.where(
            input * beta > threshold, ct, ct * F.sigmoid(input * beta)
        )
    }


@op("softsign(Tensor input) -> Tensor")
class Softsign:
    """input / (1 + abs(input))."""

    promote, dtypes = Promote.FLOAT, FLOATS
    infer = same_as(0)
    samples = TAILS
    where = _NN

    def compose(x: Tensor) -> Tensor:
        return x / (F.abs(x) + 1)

    @in_f32
    def eager(x: Array) -> Array:
        return x / (np.abs(x) + 1)

    vjp = {"input": lambda ct, input: ct / F.square(F.abs(input) + 1)}


@op("log_sigmoid(Tensor input) -> Tensor")
class LogSigmoid:
    """The logarithm of sigmoid, without underflow."""

    dtypes = FLOATS
    infer = same_as(0)
    samples = TAILS
    where = _NN

    def compose(x: Tensor) -> Tensor:
        return -F.logaddexp(-x, F.tensor(0.0, dtype=x.dtype))

    @in_f32
    def eager(x: Array) -> Array:
        return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))

    vjp = {"input": lambda ct, input: ct * F.sigmoid(-input)}


@function(methods=False, where=_NN)
def logsigmoid(input: Tensor) -> Tensor:
    """The logarithm of sigmoid, without underflow."""
    return F.log_sigmoid(input)


@op("tanhshrink(Tensor input) -> Tensor")
class Tanhshrink:
    """input - tanh(input)."""

    promote, dtypes = Promote.FLOAT, FLOATS
    infer = same_as(0)
    samples = TAILS
    where = _NN

    def compose(x: Tensor) -> Tensor:
        return x - F.tanh(x)

    @in_f32
    def eager(x: Array) -> Array:
        return x - np.tanh(x)

    vjp = {"input": lambda ct, input: ct * F.square(F.tanh(input))}
