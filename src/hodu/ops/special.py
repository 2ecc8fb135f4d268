"""Error functions and the logistic function, elementwise."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from hodu.dtypes import FLOATS
from hodu.ops._error_functions import F64, erf_f32, erf_f64, erfc_f64, erfinv_f64
from hodu.ops._precision import in_f32
from hodu.ops._rules import same_as
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, Promote, op
from hodu.ops.exponential import SHAPES

if TYPE_CHECKING:
    from hodu._tensor import Tensor

REGIONS = [*SHAPES, S(T(values=[-7, -2.9, -1.3, -1, -0.3, 0, 0.1, 0.5, 0.9, 1.2, 2, 5, 30]))]


def _in_f64(kernel: Callable[[F64], F64]) -> Callable[[Array], Array]:
    """`kernel`, which takes f64 of at least one dimension, for floats of any shape and width."""

    def eager(x: Array) -> Array:
        wide = np.atleast_1d(x.astype(np.float64, copy=False))
        return kernel(wide).reshape(x.shape).astype(x.dtype, copy=False)

    return eager


_erf_wide = _in_f64(erf_f64)


def _bell(x: Tensor) -> Tensor:
    """The slope of erf."""
    return F.exp(-x * x) * (2 / math.sqrt(math.pi))


@op("erf(Tensor input) -> Tensor")
class Erf:
    """The error function."""

    promote, dtypes = Promote.FLOAT, FLOATS
    infer = same_as(0)
    samples = REGIONS
    inplace = True

    @in_f32
    def eager(x: Array) -> Array:
        return erf_f32(x) if x.dtype == np.float32 else _erf_wide(x)

    vjp = {"input": lambda ct, input: ct * _bell(input)}


@op("erfc(Tensor input) -> Tensor")
class Erfc:
    """The complementary error function, 1 - erf(input), accurate where that is small."""

    promote, dtypes = Promote.FLOAT, FLOATS
    infer = same_as(0)
    eager = _in_f64(erfc_f64)
    samples = REGIONS
    inplace = True
    vjp = {"input": lambda ct, input: -ct * _bell(input)}


@op("erfinv(Tensor input) -> Tensor")
class Erfinv:
    """The inverse of the error function: infinite at -1 and 1, NaN beyond."""

    promote, dtypes = Promote.FLOAT, FLOATS
    autocast = "f32"
    infer = same_as(0)
    eager = _in_f64(erfinv_f64)
    samples = [*SHAPES, S(T(values=[-1, -0.9375, 0, 0.5, 0.875, 1, 1.5]))]
    domain = (-0.95, 0.95)
    inplace = True
    vjp = {"input": lambda ct, out: ct * F.exp(out * out) * (math.sqrt(math.pi) / 2)}


@op("sigmoid(Tensor input) -> Tensor")
class Sigmoid:
    """The logistic function, 1 / (1 + exp(-input))."""

    promote, dtypes = Promote.FLOAT, FLOATS
    infer = same_as(0)
    samples = [*SHAPES, S(T(values=[-200, -20, 20, 200]))]
    inplace, where = True, ("nn.functional",)

    @in_f32
    def eager(x: Array) -> Array:
        return np.reciprocal(np.exp(-x) + 1)

    vjp = {"input": lambda ct, out: ct * out * (1 - out)}


@op("logit(Tensor input, float? eps=None) -> Tensor")
class Logit:
    """The inverse of sigmoid, log(x / (1 - x)), with x first clamped to [eps, 1 - eps]."""

    promote, dtypes = Promote.FLOAT, FLOATS
    infer = same_as(0)
    samples = [*SHAPES, S(T(values=[0, 0.25, 0.5, 1])), S((3,), eps=0.125)]
    domain = (0.05, 0.95)
    inplace = True

    def compose(x: Tensor, eps: float | None = None) -> Tensor:
        inside = x if eps is None else F.clamp(x, eps, 1 - eps)
        return F.log(inside / (1 - inside))

    @in_f32
    def eager(x: Array, eps: float | None = None) -> Array:
        inside = x if eps is None else np.minimum(np.maximum(x, eps), 1 - eps)
        return np.log(inside / (1 - inside))

    vjp = {"input": lambda ct, input, eps: _logit_gradient(ct, input, eps)}


def _logit_gradient(ct: Tensor, x: Tensor, eps: float | None) -> Tensor:
    """Without `eps` NaN outside [0, 1], with it 0 where the input was clamped."""
    low, high, outside = (0.0, 1.0, math.nan) if eps is None else (eps, 1 - eps, 0.0)
    return F.where((x >= low) & (x <= high), ct / (x * (1 - x)), outside)
