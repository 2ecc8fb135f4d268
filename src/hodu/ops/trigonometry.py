"""Trigonometric and hyperbolic functions and their inverses, elementwise."""

from __future__ import annotations

import numpy as np

from hodu.dtypes import FLOATS
from hodu.ops._rules import broadcast, same_as
from hodu.ops._table import F, Promote, alias, op
from hodu.ops.arithmetic import PAIRS
from hodu.ops.exponential import SHAPES


@op("sin(Tensor input) -> Tensor")
class Sin:
    """The sine of an angle in radians."""

    promote, dtypes = Promote.FLOAT, FLOATS
    infer = same_as(0)
    eager = np.sin
    samples = SHAPES
    inplace = True
    vjp = {"input": lambda ct, input: ct * F.cos(input)}


@op("cos(Tensor input) -> Tensor")
class Cos:
    """The cosine of an angle in radians."""

    promote, dtypes = Promote.FLOAT, FLOATS
    infer = same_as(0)
    eager = np.cos
    samples = SHAPES
    inplace = True
    vjp = {"input": lambda ct, input: -ct * F.sin(input)}


@op("tan(Tensor input) -> Tensor")
class Tan:
    """The tangent of an angle in radians."""

    promote, dtypes = Promote.FLOAT, FLOATS
    autocast = "f32"
    infer = same_as(0)
    eager = np.tan
    samples = SHAPES
    inplace = True
    vjp = {"input": lambda ct, out: ct * (out * out + 1)}


@op("asin(Tensor input) -> Tensor")
class Asin:
    """The angle in [-pi/2, pi/2] with this sine."""

    promote, dtypes = Promote.FLOAT, FLOATS
    autocast = "f32"
    infer = same_as(0)
    eager = np.arcsin
    samples = SHAPES
    inplace = True
    domain = (-1.0, 1.0)
    vjp = {"input": lambda ct, input: ct * F.rsqrt(1 - input * input)}


@op("acos(Tensor input) -> Tensor")
class Acos:
    """The angle in [0, pi] with this cosine."""

    promote, dtypes = Promote.FLOAT, FLOATS
    autocast = "f32"
    infer = same_as(0)
    eager = np.arccos
    samples = SHAPES
    inplace = True
    domain = (-1.0, 1.0)
    vjp = {"input": lambda ct, input: -ct * F.rsqrt(1 - input * input)}


@op("atan(Tensor input) -> Tensor")
class Atan:
    """The angle in [-pi/2, pi/2] with this tangent."""

    promote, dtypes = Promote.FLOAT, FLOATS
    infer = same_as(0)
    eager = np.arctan
    samples = SHAPES
    inplace = True
    vjp = {"input": lambda ct, input: ct / (input * input + 1)}


@op("sinh(Tensor input) -> Tensor")
class Sinh:
    """The hyperbolic sine."""

    promote, dtypes = Promote.FLOAT, FLOATS
    autocast = "f32"
    infer = same_as(0)
    eager = np.sinh
    samples = SHAPES
    inplace = True
    vjp = {"input": lambda ct, input: ct * F.cosh(input)}


@op("cosh(Tensor input) -> Tensor")
class Cosh:
    """The hyperbolic cosine."""

    promote, dtypes = Promote.FLOAT, FLOATS
    autocast = "f32"
    infer = same_as(0)
    eager = np.cosh
    samples = SHAPES
    inplace = True
    vjp = {"input": lambda ct, input: ct * F.sinh(input)}


@op("tanh(Tensor input) -> Tensor")
class Tanh:
    """The hyperbolic tangent."""

    promote, dtypes = Promote.FLOAT, FLOATS
    infer = same_as(0)
    eager = np.tanh
    samples = SHAPES
    inplace, where = True, ("nn.functional",)
    vjp = {"input": lambda ct, out: ct * (1 - out * out)}


@op("asinh(Tensor input) -> Tensor")
class Asinh:
    """The inverse hyperbolic sine."""

    promote, dtypes = Promote.FLOAT, FLOATS
    infer = same_as(0)
    eager = np.arcsinh
    samples = SHAPES
    inplace = True
    vjp = {"input": lambda ct, input: ct * F.rsqrt(input * input + 1)}


@op("acosh(Tensor input) -> Tensor")
class Acosh:
    """The inverse hyperbolic cosine, not negative."""

    promote, dtypes = Promote.FLOAT, FLOATS
    infer = same_as(0)
    eager = np.arccosh
    samples = SHAPES
    inplace = True
    domain = (1.0, 6.0)
    vjp = {"input": lambda ct, input: ct * F.rsqrt(input * input - 1)}


@op("atanh(Tensor input) -> Tensor")
class Atanh:
    """The inverse hyperbolic tangent."""

    promote, dtypes = Promote.FLOAT, FLOATS
    infer = same_as(0)
    eager = np.arctanh
    samples = SHAPES
    inplace = True
    domain = (-0.9, 0.9)
    vjp = {"input": lambda ct, input: ct / (1 - input * input)}


@op("atan2(Tensor input, Tensor other) -> Tensor")
class Atan2:
    """The angle in [-pi, pi] of the point (other, input); `input` is the ordinate."""

    promote, dtypes = Promote.FLOAT, FLOATS
    infer = broadcast()
    eager = np.arctan2
    samples = PAIRS
    inplace = True
    vjp = {
        "input": lambda ct, input, other: ct * other / (input * input + other * other),
        "other": lambda ct, input, other: -ct * input / (input * input + other * other),
    }


@op("hypot(Tensor input, Tensor other) -> Tensor")
class Hypot:
    """The length of the hypotenuse, sqrt(input**2 + other**2), without overflow."""

    promote, dtypes = Promote.FLOAT, FLOATS
    infer = broadcast()
    eager = np.hypot
    samples = PAIRS
    inplace = True
    vjp = {
        "input": lambda ct, out, input: ct * (input / out),
        "other": lambda ct, out, other: ct * (other / out),
    }


alias("asin", "arcsin")
alias("acos", "arccos")
alias("atan", "arctan")
alias("asinh", "arcsinh")
alias("acosh", "arccosh")
alias("atanh", "arctanh")
alias("atan2", "arctan2")
