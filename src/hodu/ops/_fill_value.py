"""A Python number as an element of a tensor."""

from __future__ import annotations

import math

import numpy as np

from hodu.dtypes import DType, Number
from hodu.errors import ValueRangeError
from hodu.ops._table import Array


def fill_value(value: Number, dtype: DType) -> Array:
    """`value` as a 0-d array of `dtype`; floats are truncated to integers.

    Raises ValueRangeError for a number that an integer dtype cannot hold. Negative numbers wrap
    around in unsigned dtypes, as in PyTorch.
    """
    if not dtype.is_integer:
        return np.asarray(value).astype(dtype.numpy)
    least = -(1 << dtype.bits - 1) if dtype.is_signed else -(1 << dtype.bits) + 1
    most = (1 << dtype.bits - dtype.is_signed) - 1
    if not math.isfinite(value) or not least <= int(value) <= most:
        raise ValueRangeError(f"{value!r} does not fit {dtype}", hint=f"it holds up to {most}")
    bits = int(value) & ((1 << dtype.bits) - 1)
    return np.asarray(bits, f"u{dtype.itemsize}").view(dtype.numpy)


def constant(value: Number, like: Array) -> Array:
    """`value` as a 0-d array in the dtype of `like`, which must be able to hold it."""
    return np.asarray(value).astype(like.dtype)
