"""How kernels reduce, and in which dtype: f32 for 8- and 16-bit floats, rounded once."""

from __future__ import annotations

import numpy as np

from hodu.dtypes import FROM_NUMPY, DType, f32
from hodu.ops._rules import Axes, axes_of
from hodu.ops._table import Array


def accumulator(dtype: DType) -> DType:
    """f32 for an 8- or 16-bit float, else `dtype` itself."""
    return f32 if dtype.is_float and dtype.bits < 32 else dtype


def wide(x: Array) -> Array:
    """`x` in the dtype in which to compute; not copied when that is its own."""
    return x.astype(accumulator(FROM_NUMPY[x.dtype]).numpy, copy=False)


def fold(ufunc: np.ufunc, x: Array, dim: Axes, keepdim: bool, within: DType | None = None) -> Array:
    """`x` reduced over `dim` by `ufunc`, in the dtype `within` if it is given."""
    dtype = None if within is None else within.numpy
    return np.asarray(ufunc.reduce(x, axis=axes_of(dim, x.ndim), dtype=dtype, keepdims=keepdim))
