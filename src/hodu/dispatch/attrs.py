"""Attributes of op calls in normal form: tuples of ints, Python floats, dimensions."""

from __future__ import annotations

from typing import Any

import numpy as np

from hodu import dtypes
from hodu.dims import Dim, Sym
from hodu.dispatch.base import TensorBase
from hodu.errors import ArgumentError, CaptureError, HoduError
from hodu.source import location


def as_dims(value: Any, name: str = "size") -> tuple[Dim, ...]:
    """A shape argument as a tuple; takes one size, a sequence, or a 1-D tensor of known values."""
    if isinstance(value, TensorBase):
        return known_dims(value, name)
    if isinstance(value, Sym) or hasattr(value, "__index__"):
        return (as_dim(value, name),)
    try:
        return tuple([as_dim(v, name) for v in value])
    except TypeError:
        raise ArgumentError(
            f"{name} must be a size or a sequence of sizes, not {value!r}", where=location()
        ) from None


def as_dim(value: Any, name: str = "size") -> Dim:
    """One size, also from a tensor of one known element."""
    if isinstance(value, Sym):
        return value
    if isinstance(value, TensorBase):
        (dim,) = known_dims(value, name)
        return dim
    return as_int(value, name)


def known_dims(tensor: TensorBase, name: str) -> tuple[Dim, ...]:
    """The contents of an integer tensor as dimensions; raises CaptureError if not known."""
    contents = tensor._data if tensor._data is not None else tensor._dims
    if contents is None:
        raise CaptureError(
            f"{name} depends on the data, which is not known during capture",
            where=location(),
            hint="make it a constant, or run eagerly",
        )
    return tuple(d if isinstance(d, Sym) else int(d) for d in contents.reshape(-1))


def as_int(value: Any, name: str = "value") -> int:
    """An integer argument; takes whatever has `__index__`."""
    try:
        return int(value.__index__())
    except (AttributeError, TypeError):
        raise ArgumentError(f"{name} must be an integer, not {value!r}", where=location()) from None


def as_ints(value: Any, name: str = "value") -> tuple[int, ...]:
    """A tuple of integers, from one integer or a sequence of them."""
    if isinstance(value, int):
        return (value,)
    try:
        return tuple([as_int(v, name) for v in value])
    except TypeError as error:
        if isinstance(error, HoduError):
            raise
        return (as_int(value, name),)


def as_float(value: Any, name: str = "value") -> float:
    """A real argument."""
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ArgumentError(f"{name} must be a number, not {value!r}", where=location()) from None


def as_floats(value: Any, name: str = "value") -> tuple[float, ...]:
    """A tuple of real numbers, from one or a sequence of them."""
    if isinstance(value, (int, float)):
        return (float(value),)
    return tuple([as_float(v, name) for v in value])


def as_str(value: Any, name: str = "value") -> str:
    """A text argument."""
    if isinstance(value, str):
        return value
    raise ArgumentError(f"{name} must be a string, not {value!r}", where=location())


def as_scalar(value: Any, name: str = "value") -> bool | int | float:
    """A Python number, also from a NumPy scalar or a tensor of one element."""
    if isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, (np.generic, np.ndarray)) or (
        isinstance(value, TensorBase) and value._data is not None
    ):
        array = value._data if isinstance(value, TensorBase) else np.asarray(value)
        if array is not None and array.size == 1:
            return dtypes.python_value(array)
    raise ArgumentError(f"{name} must be a number, not {value!r}", where=location())
