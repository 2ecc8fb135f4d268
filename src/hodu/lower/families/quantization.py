"""Quantization, elementwise: f32 arithmetic, and a rounding that needs no instruction for it."""

from __future__ import annotations

import math

from hodu.dtypes import DType, f32, i32
from hodu.kernel.algebra import constant
from hodu.kernel.expr import Const, Expr
from hodu.kernel.intrinsics import apart, nearest16, scaled16
from hodu.lower.point import Point
from hodu.lower.rules import scalar
from hodu.ops.quantization import limits

# 1.5 * 2^23: a sum with it has no bits below 1, so that it is rounded, halves to even; the bits of
# the sum are those of this number plus the integer.
_MAGIC, _MAGIC_BITS = 12582912.0, 0x4B400000


@scalar("quantize_linear")
def quantize_linear(c: Point, x: Expr, scale: Expr, zero: Expr | None) -> Expr:
    """`x / scale` rounded; a product where the scale is a power of two, of which it is exact."""
    dtype = c.attrs["dtype"]
    return _saturated(c, _quotient(x, scale), zero, dtype, limits(dtype, None, None))


def _quotient(x: Expr, scale: Expr) -> Expr:
    if isinstance(scale, Const) and math.frexp(scale.value)[0] == 0.5:
        return x * (1.0 / scale.value)
    return x / scale


@scalar("requantize")
def requantize(c: Point, x: Expr, scale: Expr, zero: Expr | None) -> Expr:
    """A sum in i32 times its scale, rounded."""
    dtype, low, high = (c.attrs[name] for name in ("dtype", "low", "high"))
    span = limits(dtype, low, high)
    if not c.target.has_floats and dtype.bits == 8 and x.lanes == 1:
        return _clipped(c, scaled16(x, scale), zero, dtype, span)
    return _saturated(c, x.cast(f32) * scale, zero, dtype, span)


def _saturated(c: Point, x: Expr, zero: Expr | None, dtype: DType, span: tuple[int, int]) -> Expr:
    """`x` rounded, plus the zero point, within the limits, which are integers and so may be applied
    first."""
    if c.target.pairs_halves and dtype.bits == 8:
        return _clipped(c, nearest16(c.k.let(x, "scaled")), zero, dtype, span)
    moved = constant(0, i32) if zero is None else zero.cast(i32)
    low, high = (float(n) for n in span)
    offset = moved.cast(f32)
    above = c.k.let(c.k.let(x, "scaled").max(low - offset), "above")
    return (_rounded(above.min(high - offset)) + moved).cast(dtype)


def _clipped(c: Point, x: Expr, zero: Expr | None, dtype: DType, span: tuple[int, int]) -> Expr:
    """The same of an integer, of which 16 bits are right: what they cut off is outside anyway."""
    moved = constant(0, i32) if zero is None else zero.cast(i32)
    return c.k.let(x + moved, "sum").max(span[0]).min(span[1]).cast(dtype)


def _rounded(x: Expr) -> Expr:
    """A number of less than 2^22 as an i32, halves to even."""
    return (x + _MAGIC).bitcast(i32) - _MAGIC_BITS


@scalar("dequantize_linear")
def dequantize_linear(c: Point, x: Expr, scale: Expr, zero: Expr | None) -> Expr:
    """`(x - zero) * scale`."""
    wide = x.cast(i32)
    centred = wide if zero is None else wide - zero.cast(i32)
    return apart(centred.cast(f32) * scale)
