"""Exponentials and logarithms, elementwise."""

from __future__ import annotations

import math

import numpy as np

from hodu.dtypes import FLOATS
from hodu.ops._precision import in_f32
from hodu.ops._rules import broadcast, same_as
from hodu.ops._samples import S, T, shapes
from hodu.ops._table import Array, F, Promote, op
from hodu.ops.arithmetic import PAIRS

SHAPES = shapes((3, 4), (0,), (), (2, 0, 3))


@op("exp(Tensor input) -> Tensor")
class Exp:
    """e to the power of the input."""

    promote, dtypes = Promote.FLOAT, FLOATS
    autocast = "f32"
    infer = same_as(0)
    eager = np.exp
    vjp = {"input": lambda ct, out: ct * out}
    samples = SHAPES
    inplace = True


@op("exp2(Tensor input) -> Tensor")
class Exp2:
    """2 to the power of the input."""

    promote, dtypes = Promote.FLOAT, FLOATS
    autocast = "f32"
    infer = same_as(0)
    eager = np.exp2
    samples = SHAPES
    inplace = True
    vjp = {"input": lambda ct, out: ct * out * math.log(2)}


@op("expm1(Tensor input) -> Tensor")
class Expm1:
    """e to the power of the input, minus one; accurate near 0."""

    promote, dtypes = Promote.FLOAT, FLOATS
    autocast = "f32"
    infer = same_as(0)
    eager = np.expm1
    samples = SHAPES
    inplace = True
    vjp = {"input": lambda ct, out: ct * (out + 1)}


@op("log(Tensor input) -> Tensor")
class Log:
    """The natural logarithm."""

    promote, dtypes = Promote.FLOAT, FLOATS
    autocast = "f32"
    infer = same_as(0)
    eager = np.log
    samples = SHAPES
    inplace = True
    domain = (0.05, 6.0)
    vjp = {"input": lambda ct, input: ct / input}


@op("log2(Tensor input) -> Tensor")
class Log2:
    """The logarithm to base 2."""

    promote, dtypes = Promote.FLOAT, FLOATS
    autocast = "f32"
    infer = same_as(0)
    eager = np.log2
    samples = SHAPES
    inplace = True
    domain = (0.05, 6.0)
    vjp = {"input": lambda ct, input: ct / (input * math.log(2))}


@op("log10(Tensor input) -> Tensor")
class Log10:
    """The logarithm to base 10."""

    promote, dtypes = Promote.FLOAT, FLOATS
    autocast = "f32"
    infer = same_as(0)
    eager = np.log10
    samples = SHAPES
    inplace = True
    domain = (0.05, 6.0)
    vjp = {"input": lambda ct, input: ct / (input * math.log(10))}


@op("log1p(Tensor input) -> Tensor")
class Log1p:
    """The natural logarithm of 1 + input; accurate near 0."""

    promote, dtypes = Promote.FLOAT, FLOATS
    autocast = "f32"
    infer = same_as(0)
    eager = np.log1p
    samples = SHAPES
    inplace = True
    domain = (-0.9, 6.0)
    vjp = {"input": lambda ct, input: ct / (input + 1)}


@op("logaddexp(Tensor input, Tensor other) -> Tensor")
class Logaddexp:
    """The logarithm of exp(input) + exp(other), without overflow."""

    promote, dtypes = Promote.COMMON, FLOATS
    autocast = "f32"
    infer = broadcast()
    samples = [*PAIRS, S(T(values=[300, -300, 5]), T(values=[301, -300, -90]))]

    @in_f32
    def eager(x: Array, y: Array) -> Array:
        return np.logaddexp(x, y)

    vjp = {
        "input": lambda ct, input, other: ct * F.sigmoid(input - other),
        "other": lambda ct, input, other: ct * F.sigmoid(other - input),
    }
