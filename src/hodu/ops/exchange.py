"""Tensors over the memory of other libraries' arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dispatch.base import wrap
from hodu.dtypes import FROM_NUMPY, DTypeLike, as_dtype
from hodu.errors import ArgumentError, DTypeError, ValueRangeError
from hodu.interop import array_from_dlpack
from hodu.ops._table import function
from hodu.source import location

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@function(methods=False)
def from_numpy(array: Any) -> Tensor:
    """A tensor that shares the memory of a NumPy array."""
    if not isinstance(array, np.ndarray):
        raise ArgumentError(
            f"from_numpy() takes a NumPy array, not {type(array).__name__}",
            where=location(),
            hint="hodu.as_tensor() takes other data",
        )
    if array.dtype in FROM_NUMPY:
        return wrap(np.asarray(array))
    if not array.dtype.isnative and array.dtype.newbyteorder("=") in FROM_NUMPY:
        raise DTypeError(
            f"from_numpy() cannot share an array of {array.dtype}: its bytes are swapped",
            where=location(),
            hint="copy it to this machine's order: array.astype(array.dtype.newbyteorder('='))",
        )
    raise DTypeError(
        f"from_numpy() has no dtype for arrays of {array.dtype}",
        where=location(),
        hint=f"convert it first with .astype() to one of {', '.join(map(str, FROM_NUMPY))}",
    )


@function(methods=False)
def from_dlpack(ext_tensor: Any, *, device: Any = None, copy: bool | None = None) -> Tensor:
    """A tensor over the memory of any object with `__dlpack__`; a copy only if `copy` is True."""
    return wrap(array_from_dlpack(ext_tensor, device=device, copy=copy))


@function(methods=False)
def frombuffer(buffer: Any, *, dtype: DTypeLike, count: int = -1, offset: int = 0) -> Tensor:
    """A 1-D tensor over a bytes-like object: `count` elements (-1: all) from byte `offset` on."""
    kind = as_dtype(dtype)
    available = memoryview(buffer).nbytes - offset
    needed = available if count < 0 else count * kind.itemsize
    if offset < 0 or not 0 <= needed <= available or (count < 0 and available % kind.itemsize):
        raise ValueRangeError(
            f"frombuffer() of {memoryview(buffer).nbytes} bytes from offset {offset}: "
            + (f"{count} elements" if count >= 0 else "a whole number of elements")
            + f" of {kind.itemsize} bytes do not fit",
            where=location(),
        )
    return wrap(np.frombuffer(buffer, kind.numpy, needed // kind.itemsize, offset))
