"""Data given as numbers, nested sequences, arrays or tensors, made into one array or tensor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hodu.dims import Sym
from hodu.dispatch.base import TensorBase, wrap, wrap_dims
from hodu.dtypes import DType, as_dtype, bool_, f32, of_scalar, result_type
from hodu.errors import ArgumentError, ShapeError, ValueRangeError
from hodu.ops._fill_value import fill_value
from hodu.ops._table import Array, F
from hodu.source import location

_NUMBERS = frozenset({bool, int, float})
_SEQUENCES = (list, tuple, range)
_DEEPEST = 64


def to_tensor(data: Any, dtype: DType | None) -> Any:
    """A tensor with a copy of `data`; a stack where captured tensors are among it."""
    found = _kinds(data)
    if TensorBase in found:
        _refuse_ragged(data)
        return F.stack([F.as_tensor(part, dtype=dtype) for part in data])
    if Sym in found:
        _refuse_ragged(data)
        dims = wrap_dims(np.array(data, dtype=object))
        return dims if dtype is None else F.cast(dims, dtype)
    try:
        return wrap(_array(data, dtype or _common(found)))
    except ValueError:
        _refuse_ragged(data)
        raise


def shared(data: Any) -> Array | None:
    """The memory of an array, or of what gives one, in native byte order; None for other data."""
    if isinstance(data, (bool, int, float, Sym, str, bytes, *_SEQUENCES)) and not isinstance(
        data, np.generic
    ):
        return None
    if isinstance(data, (np.ndarray, np.generic, memoryview)) or hasattr(data, "__array__"):
        array = np.asarray(data)
    elif hasattr(data, "__dlpack__"):
        array = np.from_dlpack(data)
    else:
        try:
            array = np.asarray(memoryview(data))
        except TypeError:
            return None
    as_dtype(array.dtype)
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def _kinds(data: Any, depth: int = 0) -> set[Any]:
    """What the leaves are: Python number types, DTypes of arrays, Sym, TensorBase if captured."""
    if not isinstance(data, _SEQUENCES):
        return {_kind(data)}
    if depth > _DEEPEST:
        raise ShapeError(f"data is nested more than {_DEEPEST} deep", where=location())
    found: set[Any] = set(map(type, data))
    return found if found <= _NUMBERS else set().union(*(_kinds(e, depth + 1) for e in data))


def _kind(leaf: Any) -> Any:
    if type(leaf) in _NUMBERS or isinstance(leaf, Sym):
        return type(leaf)
    if isinstance(leaf, TensorBase):
        return TensorBase if leaf._data is None else as_dtype(leaf._data.dtype)
    array = shared(leaf)
    if array is not None:
        return as_dtype(array.dtype)
    for number in (int, float):
        if isinstance(leaf, number):
            return number
    raise ArgumentError(
        f"a tensor is made of numbers, not of {type(leaf).__name__}: {leaf!r:.80}",
        where=location(),
        hint="give numbers, nested lists of them, arrays or tensors",
    )


def _common(found: set[Any]) -> DType:
    if not found:
        return f32
    return result_type(
        tuple((k, 2) if isinstance(k, DType) else (of_scalar(k(0)), 0) for k in found)
    )


def _array(data: Any, dtype: DType) -> Array:
    """A new array in row-major order."""
    if not isinstance(data, _SEQUENCES):
        own = data._data if isinstance(data, TensorBase) else shared(data)
        return _numbers(data, dtype) if own is None else _converted(own, dtype)
    if all(type(leaf) in _NUMBERS for leaf in data) or not data:
        return _numbers(data, dtype)
    return np.stack([_array(part, dtype) for part in data])


def _converted(array: Array, dtype: DType) -> Array:
    if dtype is bool_:
        return np.asarray(array != 0)
    with np.errstate(all="ignore"):
        return array.astype(dtype.numpy, order="C")


def _numbers(data: Any, dtype: DType) -> Array:
    try:
        if not dtype.is_integer:
            return _converted(np.array(data, np.float64), dtype)
        return np.array(data, dtype.numpy)
    except (OverflowError, ValueError):
        return _checked_numbers(data, dtype)


def _checked_numbers(data: Any, dtype: DType) -> Array:
    """One by one, so that the number that does not fit is named."""
    flat = data if isinstance(data, _SEQUENCES) else [data]
    try:
        array = np.array([fill_value(v, dtype) for v in flat], dtype.numpy)
    except OverflowError:
        raise ValueRangeError(
            f"an integer of {max(abs(v) for v in flat).bit_length()} bits does not fit {dtype}",
            where=location(),
        ) from None
    return array if flat is data else array.reshape(())


def _refuse_ragged(data: Any, path: str = "") -> tuple[Any, ...]:
    """The shape of nested data; raises ShapeError where parts of it differ."""
    if not isinstance(data, _SEQUENCES):
        return tuple(data.shape) if hasattr(data, "shape") else ()
    shapes: Sequence[Any] = [_refuse_ragged(e, f"{path}[{i}]") for i, e in enumerate(data)]
    for i, shape in enumerate(shapes):
        if shape != shapes[0]:
            raise ShapeError(
                f"ragged data: entry {path}[0] has shape {list(shapes[0])}, entry {path}[{i}] has "
                f"shape {list(shape)}",
                where=location(),
                hint="pad the parts to one shape",
            )
    return (len(shapes), *(shapes[0] if shapes else ()))
