"""What a subscript means: `x[key]` as a slice, axes dropped and added, and integer indices.

The rules are PyTorch's: integers are taken first (NumPy counts them among the integer arrays of a
mixed key, which moves the result's axes); negative steps, which PyTorch refuses, are NumPy's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hodu.dims import Dim, Sym, dim_floordiv, dim_max, dim_min
from hodu.dispatch.attrs import as_dim, as_int
from hodu.dispatch.base import TensorBase, type_of, wrap
from hodu.dtypes import as_dtype, bool_
from hodu.errors import ArgumentError, DTypeError, OutOfRangeError, ShapeError, ValueRangeError
from hodu.ops._table import F
from hodu.shapes import Shape, format_shape

_WHOLE = slice(None)


@dataclass(frozen=True, slots=True)
class Basic:
    """A slice of every axis, then the axes `dropped` (of the slice) and `added` (to the result)."""

    start: tuple[Dim, ...]
    size: tuple[Dim, ...]
    step: tuple[int, ...]
    dropped: tuple[int, ...]
    added: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Advanced:
    """Integer tensors that pick from their axes together; None for a whole axis."""

    indices: list[Any]


def parse_key(shape: Shape, key: Any) -> tuple[Basic, list[Advanced]]:
    """The steps that `x[key]` takes on a tensor of this shape; raises teaching errors.

    Integers that are known only at run time make a step of their own each, before the last one.
    """
    parser = _Parser(shape)
    for item in _expand(shape, key):
        parser.take(item)
    return parser.steps()


def _expand(shape: Shape, key: Any) -> Iterator[Any]:
    """The items of `key`, resolved, with the ellipsis (or the missing end) as whole slices."""
    items = [_resolve(item) for item in (key if isinstance(key, tuple) else (key,))]
    consumed = sum(map(_consumes, items))
    if consumed > len(shape):
        raise OutOfRangeError(
            f"{consumed} indices are too many for a tensor of shape {format_shape(shape)}"
        )
    ellipses = [i for i, item in enumerate(items) if item is Ellipsis]
    if len(ellipses) > 1:
        raise OutOfRangeError("an index can have only one ellipsis (...)")
    at = ellipses[0] if ellipses else len(items)
    yield from items[:at]
    yield from [_WHOLE] * (len(shape) - consumed)
    yield from items[at + 1 :]


def _resolve(item: Any) -> Any:
    """One item as None, Ellipsis, a slice, a bool, a Dim, or an index or mask tensor."""
    if item is None or item is Ellipsis or isinstance(item, (slice, bool, int, Sym)):
        return item
    if isinstance(item, np.bool_):
        return bool(item)
    if not isinstance(item, TensorBase):
        item = _as_tensor(item)
    dtype, rank = type_of(item).dtype, len(type_of(item).shape)
    if not dtype.is_integer and dtype is not bool_:
        raise DTypeError(
            f"a tensor of {dtype} is not an index", hint="cast it to an integer type, or to bool"
        )
    contents = item._data if item._data is not None else item._dims
    if rank or contents is None:
        return item
    value = contents.item()
    return value if isinstance(value, (bool, Sym)) else int(value)


def _as_tensor(item: Any) -> Any:
    if isinstance(item, float):
        raise ArgumentError(
            f"the float {item!r} is not an index", hint="use an integer, or // to divide"
        )
    array = np.asarray(item)
    if array.size == 0 and isinstance(item, (list, tuple, range)):
        array = array.astype(np.int64)
    if array.dtype == object or array.dtype.kind in "USV":
        raise ArgumentError(
            f"{item!r} is not an index",
            hint="an index is made of integers, slices, None, ..., bools and integer tensors",
        )
    as_dtype(array.dtype)
    return wrap(array)


def _consumes(item: Any) -> int:
    if item is None or item is Ellipsis or isinstance(item, bool):
        return 0
    if isinstance(item, TensorBase) and type_of(item).dtype is bool_:
        return type_of(item).rank
    return 1


class _Parser:
    """Takes the items of a key one by one; the results are in `steps`."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.ranges: list[tuple[Dim, Dim, int]] = []
        self.dropped: list[int] = []
        self.added: list[int] = []
        self.kept: list[Any] = []  # for each axis of the result: None, or the index that picks

    def take(self, item: Any) -> None:
        if item is None:
            self._add(None)
        elif isinstance(item, bool):
            self._add(wrap(np.zeros(int(item), np.int64)))
        elif isinstance(item, slice):
            self.ranges.append(slice_range(item, self._extent()))
            self.kept.append(None)
        elif isinstance(item, TensorBase):
            self._take_tensor(item)
        else:
            start = _position(item, self._extent(), len(self.ranges))
            self.dropped.append(len(self.ranges))
            self.ranges.append((start, 1, 1))

    def _extent(self) -> Dim:
        return self.shape[len(self.ranges)]

    def _add(self, index: Any) -> None:
        self.added.append(len(self.kept))
        self.kept.append(index)

    def _take_tensor(self, tensor: Any) -> None:
        found = type_of(tensor)
        if found.dtype is not bool_:
            self._pick(tensor)
        elif found.rank == 0:
            self._add(F.nonzero(F.reshape(tensor, (1,)), as_tuple=True)[0])
        else:
            first = len(self.ranges)
            check_mask(found.shape, self.shape[first : first + found.rank], first)
            for index in F.nonzero(tensor, as_tuple=True):
                self._pick(index)

    def _pick(self, index: Any) -> None:
        self.ranges.append((0, self._extent(), 1))
        self.kept.append(index)

    def steps(self) -> tuple[Basic, list[Advanced]]:
        start, size, step = zip(*self.ranges, strict=True) if self.ranges else ((), (), ())
        basic = Basic(start, size, step, tuple(self.dropped), tuple(self.added))
        scalars = [a for a, k in enumerate(self.kept) if k is not None and not k.shape]
        advanced = [Advanced([None] * a + [self.kept[a]]) for a in reversed(scalars)]
        rest = _trimmed([k for a, k in enumerate(self.kept) if a not in scalars])
        return basic, [*advanced, Advanced(rest)] if rest else advanced


def _trimmed(indices: Sequence[Any]) -> list[Any]:
    picked = [axis for axis, index in enumerate(indices) if index is not None]
    return list(indices[: picked[-1] + 1]) if picked else []


def check_mask(mask: Shape, shape: Shape, axis: int) -> None:
    """Refuse a mask whose sizes differ from the axes it covers, from `axis` on."""
    for offset, (m, n) in enumerate(zip(mask, shape, strict=True)):
        if m != n and isinstance(m, int) and isinstance(n, int):
            raise ShapeError(
                f"a mask of shape {format_shape(mask)} does not fit axes of sizes "
                f"{format_shape(shape)}: {m} against {n} in axis {axis + offset}"
            )


def _position(index: Dim, extent: Dim, axis: int) -> Dim:
    known = isinstance(index, int) and isinstance(extent, int)
    if known and not -extent <= index < extent:
        raise OutOfRangeError(
            f"index {index} is out of range for axis {axis} of size {extent}",
            hint=f"it must lie in [{-extent}, {extent - 1}]" if extent else "that axis is empty",
        )
    return index + extent if index < 0 else index


def slice_range(item: slice, extent: Dim) -> tuple[Dim, Dim, int]:
    """(start, count, step) of a Python slice of an axis; start is free where count is 0."""
    step = 1 if item.step is None else as_int(item.step, "step")
    start = None if item.start is None else as_dim(item.start, "start")
    stop = None if item.stop is None else as_dim(item.stop, "stop")
    if step == 0:
        raise ValueRangeError("the step of a slice must not be 0")
    if not any(isinstance(d, Sym) for d in (start, stop, extent)):
        first, last, _ = slice(start, stop, step).indices(extent)
        count = len(range(first, last, step))
        return (first if count else 0), count, step
    return _symbolic_range(start, stop, step, extent)


def _symbolic_range(
    start: Dim | None, stop: Dim | None, step: int, extent: Dim
) -> tuple[Dim, Dim, int]:
    if step > 0:
        first = 0 if start is None else _clipped(start, extent, 0)
        end = extent if stop is None else dim_min(_clipped(stop, extent, 0), extent)
        span = end - first
    else:
        first = extent - 1 if start is None else dim_min(_clipped(start, extent, -1), extent - 1)
        span = first - (-1 if stop is None else _clipped(stop, extent, -1))
    count = dim_floordiv(span + (abs(step) - 1), abs(step))
    return first, dim_max(0, count), step


def _clipped(value: Dim, extent: Dim, least: int) -> Dim:
    return value if value >= 0 else dim_max(value + extent, least)
