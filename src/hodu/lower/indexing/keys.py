"""Numbers as unsigned integers in the same order: NaN is the greatest, -0.0 equals 0.0."""

from __future__ import annotations

from hodu.dtypes import DType, bool_, i32, i64, u8, u16, u32, u64
from hodu.kernel.algebra import constant
from hodu.kernel.expr import Expr, select
from hodu.kernel.narrow import computed

_UNSIGNED = {8: u8, 16: u16, 32: u32, 64: u64}


def key_dtype(dtype: DType) -> DType:
    """The dtype of the keys of values of `dtype`."""
    return u8 if dtype is bool_ else _UNSIGNED[computed(dtype).bits]


def sort_key(x: Expr, *, descending: bool = False) -> Expr:
    """The key of a value; keys are equal where the values are."""
    key = _ascending(x)
    return ~key if descending else key


def _ascending(x: Expr) -> Expr:
    target = key_dtype(x.dtype)
    if x.dtype is bool_:
        return x.cast(u8)
    if x.dtype.is_float:
        return _of_float(x, target)
    if x.dtype.kind == "uint":
        return x
    return x.bitcast(target) ^ (1 << (target.bits - 1))


def _of_float(x: Expr, target: DType) -> Expr:
    """The bits with the sign flipped, or all flipped where it is set."""
    signed = i32 if target.bits == 32 else i64
    plain = select(x.eq(0.0), constant(0.0, x.dtype), x)
    bits = plain.bitcast(signed)
    flips = (bits >> (target.bits - 1)).bitcast(target) | (1 << (target.bits - 1))
    return select(x.ne(x), constant(-1, target), bits.bitcast(target) ^ flips)
