"""The inputs of op calls: scalars, arrays, lists and absent ones brought to tensors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from hodu import dtypes
from hodu.dims import Sym
from hodu.dispatch.base import TensorBase, type_of, wrap, wrap_dims
from hodu.errors import ArgumentError
from hodu.ops._schema import Param
from hodu.ops._table import Array, OpDef
from hodu.source import location


def as_argument(op: OpDef, param: Param, x: Any) -> Any:
    """The tensor, or the list of tensors, that `x` means as this argument of `op`."""
    if not param.is_list:
        return None if x is None and param.optional else _as_tensor(op, param.name, x)
    if isinstance(x, TensorBase) or not isinstance(x, Iterable):
        raise ArgumentError(
            f"{op.name}() takes a sequence of tensors for {param.name!r}, not {type(x).__name__}",
            where=location(),
            hint="list them, as in [a, b]",
        )
    holes = param.type == "Tensor?[]"
    return [None if e is None and holes else _as_tensor(op, param.name, e) for e in x]


def _as_tensor(op: OpDef, name: str, x: Any) -> Any:
    if isinstance(x, TensorBase):
        return x
    if isinstance(x, (np.ndarray, np.generic)):
        return wrap(_native(np.asarray(x)))
    if isinstance(x, (bool, int, float)):
        return wrap(_scalar_array(x))
    if isinstance(x, Sym):
        return wrap_dims(x)
    raise ArgumentError(
        f"{op.name}() takes a tensor or a number for {name!r}, not {type(x).__name__}",
        where=location(),
        hint="make a tensor of it first, with hodu.tensor(...)",
    )


def _native(array: Array) -> Array:
    dtypes.as_dtype(array.dtype)
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def _scalar_array(value: bool | int | float) -> Array:
    """A 0-d array: f64 for floats, so that nothing is lost before the cast to the final dtype."""
    if type(value) is int:
        wrapped = (value + (1 << 63)) % (1 << 64) - (1 << 63)
        return np.asarray(wrapped, np.int64)
    return np.asarray(value)


def flatten(tensors: Any) -> Any:
    """The tensors themselves, those in lists too, without the absent ones."""
    for t in tensors:
        if isinstance(t, list):
            yield from (e for e in t if e is not None)
        elif t is not None:
            yield t


def flatten_inputs(inputs: Sequence[Any], tensors: Sequence[Any]) -> Any:
    """The leaves of `inputs` (so that Python scalars still show), in the order of `flatten`."""
    for x, t in zip(inputs, tensors, strict=True):
        if isinstance(t, list):
            yield from (e for e in x if e is not None)
        elif t is not None:
            yield x


def key_of(x: Any) -> tuple[Any, int]:
    """What the casts depend on: the dtype and whether it is 0-d, or the type of a number and 2."""
    if isinstance(x, TensorBase):
        if x._data is not None:
            return x._data.dtype, x._data.ndim == 0
        t = type_of(x)
        return t.dtype.numpy, t.rank == 0
    if isinstance(x, np.ndarray):
        return x.dtype.newbyteorder("="), x.ndim == 0
    if isinstance(x, np.generic):
        return x.dtype, 1
    return (int if isinstance(x, Sym) else type(x)), 2


def data_of(t: Any) -> Any:
    """The array of an eager tensor, also in lists; None stays."""
    if isinstance(t, list):
        return [data_of(e) for e in t]
    return None if t is None else t._data


_NUMBERS: dict[type, Any] = {bool: np.bool_, int: np.int64, float: np.float64}


def eager_inputs(op: OpDef, inputs: Sequence[Any]) -> tuple[list[Any], tuple[Any, ...]] | None:
    """Arrays, numbers, None and lists of arrays, with the key of their dtypes.

    None if an input is anything else, such as a captured tensor, or stands where the op does not
    take it: a list for one tensor, or None for an input that may not be absent.
    """
    values: list[Any] = []
    key: list[Any] = []
    for param, x in zip(op.inputs, inputs, strict=True):
        if param.is_list:
            if not isinstance(x, (list, tuple)):
                return None
            entries: list[Any] = []
            if not all(_add(e, param.type == "Tensor?[]", entries, key) for e in x):
                return None
            values.append(entries)
        elif not _add(x, param.optional, values, key):
            return None
    return values, tuple(key)


def _add(x: Any, optional: bool, values: list[Any], key: list[Any]) -> bool:
    """Add the array or number `x`, and what casts depend on; False if it is neither."""
    if isinstance(x, TensorBase):
        array = x._data
        if array is None:
            return False
        key.append((array.dtype, array.ndim == 0))
        values.append(array)
        return True
    if type(x) in _NUMBERS:
        key.append((type(x), 2))
    elif x is not None or not optional:
        return False
    values.append(x)
    return True


def as_arrays(values: Sequence[Any], casts: tuple[Any, ...]) -> list[Any]:
    """The values as arrays, cast as planned; OverflowError for an integer beyond its dtype."""
    targets = iter(casts)
    return [
        [_as_array(v, targets) for v in value] if type(value) is list else _as_array(value, targets)
        for value in values
    ]


def _as_array(value: Any, targets: Iterator[Any]) -> Any:
    if value is None:
        return None
    target = next(targets, None)
    if type(value) in _NUMBERS:
        return np.array(value, target or _NUMBERS[type(value)])
    return value if target is None else value.astype(target)
