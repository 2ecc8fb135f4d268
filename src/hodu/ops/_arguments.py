"""Arguments that several families take in the same way."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from hodu.dims import Dim
from hodu.dtypes import DType, Number, bool_
from hodu.errors import ArgumentError, ShapeError, ValueRangeError
from hodu.ops._table import Array
from hodu.shapes import format_shape


def spread(first: Any, more: tuple[Any, ...]) -> Any:
    """What both f(2, 3) and f((2, 3)) mean: a sequence, or the one value given."""
    return (first, *more) if more else first


def non_negative(size: Iterable[Dim], what: str = "size") -> None:
    """Raise ShapeError if a size is known to be negative."""
    size = tuple(size)
    if any(isinstance(d, int) and d < 0 for d in size):
        raise ShapeError(f"{what} {format_shape(size)} has a negative entry")


def pair(value: Sequence[int], name: str) -> tuple[int, int]:
    """One number for each of two axes, from one or two given."""
    if len(value) not in (1, 2):
        raise ArgumentError(f"{name}={tuple(value)} must be one number or two")
    return value[0], value[-1]


def constant(value: Number, dtype: DType, name: str = "value") -> Array:
    """`value` as a 0-d array; raises ValueRangeError where an integer dtype cannot hold it.

    As in PyTorch, a negative number wraps around in an unsigned dtype.
    """
    if dtype is bool_:
        return np.asarray(value != 0)
    if dtype.is_float:
        return np.asarray(float(value)).astype(dtype.numpy)
    greatest = (1 << (dtype.bits - dtype.is_signed)) - 1
    least = -greatest - 1 if dtype.is_signed else 0
    finite = not isinstance(value, float) or math.isfinite(value)
    if not finite or not min(least, -greatest) <= int(value) <= greatest:
        raise ValueRangeError(
            f"{name}={value!r} does not fit {dtype}",
            hint=f"{dtype} holds {least} to {greatest}",
        )
    return np.asarray(int(value) % (1 << dtype.bits), f"u{dtype.itemsize}").view(dtype.numpy)
