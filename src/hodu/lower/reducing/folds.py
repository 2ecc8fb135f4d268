"""How a reduction combines elements: sums, products, extremes, truth."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from hodu.dtypes import DType, bool_, f32, f64
from hodu.kernel.algebra import constant
from hodu.kernel.expr import Const, Expr, select
from hodu.kernel.intrinsics import reduce_lanes


@dataclass(frozen=True, slots=True)
class Fold:
    """An associative and commutative way to combine two elements of one dtype.

    Extremes are those of eager, NaN if either is; unless `ignores_nan`, when either may result. On
    bools "add" and "max" are or, "mul" and "min" and.
    """

    op: Literal["add", "mul", "max", "min"]
    ignores_nan: bool = False

    def identity(self, dtype: DType) -> Const:
        """What leaves every element as it is."""
        if self.op in ("add", "mul"):
            return constant(int(self.op == "mul"), dtype)
        if dtype is bool_:
            return constant(self.op == "min", dtype)
        if dtype.is_float:
            return constant(-math.inf if self.op == "max" else math.inf, dtype)
        least = -(1 << (dtype.bits - 1)) if dtype.is_signed else 0
        return constant(least if self.op == "max" else least + (1 << dtype.bits) - 1, dtype)

    def total_dtype(self, dtype: DType) -> DType:
        """The dtype in which the sums of blocks are added: wider, so that little is lost."""
        return f64 if self.op == "add" and dtype is f32 else dtype

    def __call__(self, a: Expr, b: Expr) -> Expr:
        """`a` combined with `b`."""
        if a.dtype is bool_:
            return a | b if self.op in ("add", "max") else a & b
        if self.op == "add":
            return a + b
        if self.op == "mul":
            return a * b
        extreme = select(a > b if self.op == "max" else a < b, a, b)
        if a.dtype.is_float and not self.ignores_nan:  # `b` results where it is NaN
            return select(a.ne(a), a, extreme)
        return extreme

    def across(self, x: Expr) -> Expr:
        """The lanes of a vector combined."""
        whole = reduce_lanes(self.op, x)
        may_be_nan = x.dtype.is_float and not self.ignores_nan
        if self.op in ("add", "mul") or not may_be_nan or x.lanes == 1:
            return whole
        one, zero = constant(1, x.dtype), constant(0, x.dtype)
        nans = reduce_lanes("max", select(x.ne(x), one, zero))
        return select(nans > 0, constant(math.nan, x.dtype), whole)


ADD, MUL, MAX, MIN = Fold("add"), Fold("mul"), Fold("max"), Fold("min")
LARGEST = Fold("max", ignores_nan=True)
