"""Narrow floats in the loop IR: f16, bf16 and f8 as bits, computed in f32.

Conversions are written in integer arithmetic, so that they need no hardware and no C runtime, and
round to nearest, halves to even, as NumPy and ml_dtypes do (IEEE 754 section 4.3.1; OFP8 for f8,
of which e4m3 has no infinity and turns what overflows into NaN).
"""

from __future__ import annotations

from dataclasses import dataclass

from hodu import dtypes
from hodu.dtypes import DType, f32, u8, u16, u32
from hodu.kernel.algebra import constant
from hodu.kernel.expr import Const, Expr, select


@dataclass(frozen=True, slots=True)
class Layout:
    """The bits of a narrow float: fraction and exponent, its bias, and the dtype that stores it."""

    fraction: int
    exponent: int
    bias: int
    bits: DType
    has_infinity: bool = True


LAYOUTS: dict[DType, Layout] = {
    dtypes.f16: Layout(10, 5, 15, u16),
    dtypes.bf16: Layout(7, 8, 127, u16),
    dtypes.f8e5m2: Layout(2, 5, 15, u8),
    dtypes.f8e4m3: Layout(3, 4, 7, u8, has_infinity=False),
}


def computed(dtype: DType) -> DType:
    """The dtype in which values of `dtype` are computed: f32 for narrow floats, else itself."""
    return f32 if dtype in LAYOUTS else dtype


def stored(dtype: DType) -> DType:
    """The dtype of the memory of `dtype`: unsigned integers for narrow floats, else itself."""
    return LAYOUTS[dtype].bits if dtype in LAYOUTS else dtype


def round_to(x: Expr, dtype: DType) -> Expr:
    """An f32 rounded to a narrow float and back; other dtypes as they are."""
    if dtype not in LAYOUTS:
        return x
    return from_bits(to_bits(x, dtype), dtype)


def from_bits(x: Expr, dtype: DType) -> Expr:
    """The value whose narrow float has the bits `x`."""
    layout = LAYOUTS.get(dtype)
    if layout is None:
        return x
    bits = x.bitcast(layout.bits).cast(u32)
    if dtype is dtypes.bf16:
        return (bits << 16).bitcast(f32)
    return _expand(bits, layout)


def _expand(bits: Expr, layout: Layout) -> Expr:
    size = layout.bits.bits
    shift = 23 - layout.fraction
    sign = (bits >> (size - 1)) << 31
    rest = bits & ((1 << (size - 1)) - 1)
    # A subnormal is its fraction as an integer, scaled.
    small = rest.cast(f32) * 2.0 ** (1 - layout.bias - layout.fraction)
    normal = (rest << shift) + ((127 - layout.bias) << 23)
    top = ((1 << layout.exponent) - 1) << layout.fraction
    if layout.has_infinity:
        special = (rest << shift) + ((255 - ((1 << layout.exponent) - 1)) << 23)
        normal = select(rest >= top, special, normal)
    else:
        normal = select(rest.eq((1 << (size - 1)) - 1), constant(0x7FC00000, u32), normal)
    magnitude = select(rest < (1 << layout.fraction), small.bitcast(u32), normal)
    return (magnitude | sign).bitcast(f32)


def to_bits(x: Expr, dtype: DType) -> Expr:
    """The bits of `x`, an f32, rounded to a narrow float."""
    layout = LAYOUTS.get(dtype)
    if layout is None:
        return x
    bits = x.bitcast(u32)
    magnitude = bits & 0x7FFFFFFF
    if dtype is dtypes.bf16:
        rounded = (bits + (((bits >> 16) & 1) + 0x7FFF)) >> 16
        quiet = (bits >> 16) | 0x40
        return select(magnitude > 0x7F800000, quiet, rounded).cast(layout.bits)
    sign = (bits >> 31) << (layout.bits.bits - 1)
    return (_round(magnitude, layout) | sign).cast(layout.bits)


def _round(magnitude: Expr, layout: Layout) -> Expr:
    """The bits without the sign of a magnitude given as bits of an f32."""
    shift = 23 - layout.fraction
    odd = (magnitude >> shift) & 1
    half = (1 << (shift - 1)) - 1
    rebias = (127 - layout.bias) << 23
    normal = (magnitude - rebias + odd + half) >> shift
    # Below the least normal, adding a power of two leaves the rounded fraction in the low bits.
    scale = Const(2.0 ** (1 - layout.bias - layout.fraction + 23), f32, magnitude.lanes)
    small = (magnitude.bitcast(f32) + scale).bitcast(u32) - scale.bitcast(u32)
    least = (128 - layout.bias) << 23
    result = select(magnitude < least, small, normal)
    top = ((1 << layout.exponent) - 1) << layout.fraction
    if layout.has_infinity:
        result = select(result > top, constant(top, u32), result)
        nan = constant(top | (1 << (layout.fraction - 1)), u32)
    else:
        nan = constant((1 << (layout.bits.bits - 1)) - 1, u32)
        result = select(result > nan, nan, result)
    return select(magnitude > 0x7F800000, nan, result)
