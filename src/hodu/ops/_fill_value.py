"""A Python number as an element of a tensor."""

from __future__ import annotations

import math

import numpy as np

from hodu.dispatch.attrs import as_scalar
from hodu.dtypes import DType, Number
from hodu.errors import ValueRangeError
from hodu.ops._table import Array


def fill_value(value: Number, dtype: DType) -> Array:
    """`value` as a 0-d array of `dtype`; floats are truncated to integers.

    Raises ValueRangeError for a number that an integer dtype cannot hold. Negative numbers wrap
    around in unsigned dtypes, as in PyTorch.
    """
    value = as_scalar(value, "the value")
    if not dtype.is_integer:
        return np.asarray(_in_range(value)).astype(dtype.numpy)
    least = -(1 << dtype.bits - 1) if dtype.is_signed else -(1 << dtype.bits) + 1
    most = (1 << dtype.bits - dtype.is_signed) - 1
    if not math.isfinite(value) or not least <= int(value) <= most:
        raise ValueRangeError(f"{value!r} does not fit {dtype}", hint=f"it holds up to {most}")
    bits = int(value) & ((1 << dtype.bits) - 1)
    return np.asarray(bits, f"u{dtype.itemsize}").view(dtype.numpy)


def constant(value: Number, like: Array) -> Array:
    """`value` as a 0-d array in the dtype of `like`, whatever that makes of it."""
    return np.asarray(_in_range(value)).astype(like.dtype)


def _in_range(value: Number) -> Number:
    """`value`, as a float where no integer dtype of NumPy holds it."""
    return value if -(2**63) <= value < 2**64 else float(value)
