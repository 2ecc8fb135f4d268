"""The sizes that a tensor of a file may have, checked before memory is taken for it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from hodu.dtypes import DType, bool_
from hodu.errors import FormatError
from hodu.ops._table import Array

MAX_RANK = 64
MAX_BYTES = 2**63 - 1


def byte_count(shape: Sequence[int], dtype: DType, what: str) -> int:
    """The bytes of a tensor; raises FormatError for a shape that no array can have.

    Sizes of 0 are left out of the check, as NumPy does, so that every accepted shape exists.
    """
    if len(shape) > MAX_RANK:
        raise FormatError(f"{what} has {len(shape)} dimensions, the most is {MAX_RANK}")
    if any(size < 0 for size in shape):
        raise FormatError(f"{what} has a negative size in its shape {list(shape)}")
    if math.prod(size for size in shape if size) * dtype.itemsize > MAX_BYTES:
        raise FormatError(f"{what} has the shape {list(shape)}, which no memory can hold")
    return math.prod(shape) * dtype.itemsize


def array_over(data: Array, shape: Sequence[int], dtype: DType, what: str) -> Array:
    """An array of `shape` over bytes that have its size.

    It is a view, and a copy where the bytes are not aligned for the dtype. Booleans must be 0 or
    1, because any other byte is undefined behaviour in compiled code.
    """
    array = data.view(dtype.numpy)
    if dtype is bool_ and data.max(initial=0) > 1:
        raise FormatError(f"{what} has booleans other than 0 and 1")
    if not array.flags.aligned:
        array = array.copy()
        array.flags.writeable = data.flags.writeable
    return array.reshape(tuple(shape))


def empty_bytes(count: int, what: str) -> Array:
    """Memory for bytes of a file; raises FormatError if there is not enough."""
    try:
        return np.empty(count, np.uint8)
    except MemoryError:
        raise FormatError(f"{what} needs {count} bytes, more than there is memory") from None
