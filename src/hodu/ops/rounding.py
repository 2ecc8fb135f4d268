"""Rounding to integers or decimals, elementwise; integers stay as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hodu.dtypes import FLOATS, NUMERIC
from hodu.errors import DTypeError
from hodu.ops._precision import in_f32
from hodu.ops._rules import same_as
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, alias, op
from hodu.ops.exponential import SHAPES
from hodu.shapes import TensorType

if TYPE_CHECKING:
    from hodu._tensor import Tensor

HALVES = [*SHAPES, S(T(dtype="f32", values=[-2.5, -1.5, -0.5, -0.2, 0.5, 1.5, 2.5, 7.99]))]


@op("ceil(Tensor input) -> Tensor")
class Ceil:
    """Rounded up."""

    dtypes = NUMERIC
    infer = same_as(0)
    eager = np.ceil
    samples = HALVES
    inplace = True
    vjp = {"input": lambda ct: F.zeros_like(ct)}


@op("floor(Tensor input) -> Tensor")
class Floor:
    """Rounded down."""

    dtypes = NUMERIC
    infer = same_as(0)
    eager = np.floor
    samples = HALVES
    inplace = True
    vjp = {"input": lambda ct: F.zeros_like(ct)}


@op("trunc(Tensor input) -> Tensor")
class Trunc:
    """Rounded towards zero."""

    dtypes = NUMERIC
    infer = same_as(0)
    eager = np.trunc
    samples = HALVES
    inplace = True
    vjp = {"input": lambda ct: F.zeros_like(ct)}


@op("round(Tensor input, *, int decimals=0) -> Tensor")
class Round:
    """Rounded to `decimals` places, halves to the even digit; -1 means to tens.

    Integers stay as they are, and take no decimals.
    """

    dtypes = NUMERIC
    samples = [
        *HALVES,
        S(T(dtype="f64", values=[1.2345, -2.675, 125.0]), decimals=2),
        S(T(dtype="bf16", values=[1.2345, -2.675, 125.0]), decimals=1),
        S(T(dtype="f32", values=[1234.5, 15.0, 25.0]), decimals=-1),
    ]
    inplace = True

    def infer(x: TensorType, decimals: int = 0) -> TensorType:
        if decimals and not x.dtype.is_float:
            raise DTypeError(
                f"round(decimals={decimals}) takes floats, not {x.dtype}", hint="cast with .to()"
            )
        return x

    def eager(x: Array, decimals: int = 0) -> Array:
        if x.dtype.kind in "iu":
            if decimals:
                raise TypeError("decimals of integers")
            return x.copy()
        return _round_decimals(x, decimals=decimals) if decimals else np.rint(x)

    vjp = {"input": lambda ct: F.zeros_like(ct)}


@in_f32
def _round_decimals(x: Array, decimals: int) -> Array:
    return np.round(x, decimals)


@op("frac(Tensor input) -> Tensor")
class Frac:
    """The fractional part, with the sign of the input."""

    dtypes = FLOATS
    infer = same_as(0)
    samples = HALVES
    inplace = True

    def compose(x: Tensor) -> Tensor:
        return x - F.trunc(x)

    def eager(x: Array) -> Array:
        return x - np.trunc(x)


alias("trunc", "fix")
