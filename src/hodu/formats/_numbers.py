"""Arrays as nested lists of JSON numbers, exactly."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from hodu.dtypes import FROM_NUMPY, DType, bool_, shortest_decimal
from hodu.errors import FormatError
from hodu.ops._table import Array

_WORDS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def nested(array: Array) -> Any:
    """The elements as nested lists; floats that JSON lacks are spelled as strings."""
    dtype = FROM_NUMPY[array.dtype]
    if not dtype.is_float:
        return array.tolist()
    convert = functools.cache(lambda value: _json_number(value, dtype))
    with np.errstate(all="ignore"):
        values = array.astype(np.float64).tolist()
    return _nested(values, convert)


def _nested(value: Any, convert: Callable[[float], Any]) -> Any:
    if isinstance(value, list):
        return [_nested(v, convert) for v in value]
    return convert(value) if value else value  # to a cache, 0.0 and -0.0 are the same


def _json_number(value: float, dtype: DType) -> float | str:
    return shortest_decimal(value, dtype) if math.isfinite(value) else str(value)


def array_from(data: Any, shape: Sequence[int], dtype: DType, what: str) -> Array:
    """The array of nested lists that have this shape; raises FormatError."""
    values = list(_flat(data, tuple(shape), what))
    check = _bools if dtype is bool_ else _floats if dtype.is_float else _ints
    return check(values, dtype, what).reshape(tuple(shape))


def _flat(data: Any, shape: tuple[int, ...], what: str) -> Iterator[Any]:
    if not shape:
        if isinstance(data, (list, dict)):
            raise FormatError(f"{what} has data that is nested deeper than its shape")
        yield data
        return
    if not isinstance(data, list) or len(data) != shape[0]:
        found = f"a list of {len(data)}" if isinstance(data, list) else f"{data!r:.40}"
        raise FormatError(f"{what} has {found} where its shape needs a list of {shape[0]}")
    for element in data:
        yield from _flat(element, shape[1:], what)


def _bools(values: list[Any], dtype: DType, what: str) -> Array:
    for value in values:
        if not isinstance(value, bool):
            raise FormatError(f"{what} is {dtype} but has {value!r:.40}")
    return np.array(values, dtype.numpy)


def _ints(values: list[Any], dtype: DType, what: str) -> Array:
    limits = np.iinfo(dtype.numpy.name)
    for value in values:
        if type(value) is not int:
            raise FormatError(f"{what} is {dtype} but has {value!r:.40}")
        if not limits.min <= value <= limits.max:
            raise FormatError(f"{what} has {str(value)[:40]}, which {dtype} cannot hold")
    return np.array(values, dtype.numpy)


def _floats(values: list[Any], dtype: DType, what: str) -> Array:
    wide = np.array([_float(v, what) for v in values], np.float64)
    with np.errstate(all="ignore"):
        array = wide.astype(dtype.numpy)
    lost = np.isfinite(wide) & ~np.isfinite(array.astype(np.float64))
    if lost.any():
        raise FormatError(
            f"{what} has {wide[lost][0]}, which {dtype} cannot hold",
            hint='infinities are spelled "inf" and "-inf"',
        )
    return array


def _float(value: Any, what: str) -> float:
    if isinstance(value, str) and value in _WORDS:
        return _WORDS[value]
    try:
        if type(value) in (int, float):
            return float(value)
    except OverflowError:
        pass
    raise FormatError(f"{what} has {str(value)[:40]!r} where a float is needed")
