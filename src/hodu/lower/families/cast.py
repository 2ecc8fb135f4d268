"""Changing the dtype of an element."""

from __future__ import annotations

from hodu.dtypes import DType, bool_, f16, f32, f64, i32, i64, u32, u64
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.expr import Expr, select
from hodu.lower.point import Point
from hodu.lower.rules import scalar


@scalar("cast")
def cast(c: Point, x: Expr) -> Expr:
    """The same value in another dtype; floats are truncated to integers, non-zero is True."""
    target: DType = c.attrs["dtype"]
    if target is bool_:
        return x if x.dtype is bool_ else _wide(x).ne(0)
    if x.dtype.is_float and target.is_integer:
        return float_to_integer(c.k, x, target)
    if x.dtype is f64 and target is f16:
        return _to_odd(c.k, x)
    return x.cast(c.out)


def _wide(x: Expr) -> Expr:
    """Small integers in 32 bits, in which vectors have their masks."""
    return x.cast(i32) if x.dtype.bits < 32 else x


def _to_odd(k: KernelBuilder, x: Expr) -> Expr:
    """An f64 as the f32 that rounds to the same f16: towards zero, odd where it is not exact.

    S. Boldo and G. Melquiond, "Emulation of a FMA and correctly rounded sums: proved algorithms
    using rounding to odd", IEEE Transactions on Computers 57 (2008).
    """
    near = k.let(x.cast(f32), "near")
    back = k.let(near.cast(f64), "back")
    too_large = select(back < 0.0, back < x, back > x)
    bits = near.bitcast(u32) - too_large.cast(u32)
    return (bits | back.ne(x).cast(u32)).bitcast(f32)


def float_to_integer(k: KernelBuilder, x: Expr, target: DType) -> Expr:
    """Truncated towards zero, and wrapped around into narrower dtypes.

    What the widest signed integer at hand does not hold, NaN included, gives its least number, as
    the instruction of x86 does.
    """
    if target is u64:
        return _to_unsigned(k, x, i64, u64)
    if target is u32:
        return _to_unsigned(k, x, i32, u32)
    return _to_signed(x, i64 if target is i64 else i32).cast(target)


def _to_signed(x: Expr, dtype: DType) -> Expr:
    limit = 2.0 ** (dtype.bits - 1)
    fits = (x >= -limit) & (x < limit)
    return select(fits, x, -limit).cast(dtype)


def _to_unsigned(k: KernelBuilder, x: Expr, signed: DType, target: DType) -> Expr:
    half = 2.0 ** (target.bits - 1)
    upper = k.let(x >= half, "upper")
    below = _to_signed(k.let(select(upper, x - half, x), "below"), signed).bitcast(target)
    return select(upper, below + (1 << (target.bits - 1)), below)
