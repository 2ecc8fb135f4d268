"""The dtype in which kernels compute: f32 for 8- and 16-bit floats, which are rounded once."""

from __future__ import annotations

from hodu.dtypes import FROM_NUMPY, DType, f32
from hodu.ops._table import Array


def accumulator(dtype: DType) -> DType:
    """f32 for an 8- or 16-bit float, else `dtype` itself."""
    return f32 if dtype.is_float and dtype.bits < 32 else dtype


def wide(x: Array) -> Array:
    """`x` in the dtype in which to compute; not copied when that is its own."""
    return x.astype(accumulator(FROM_NUMPY[x.dtype]).numpy, copy=False)
