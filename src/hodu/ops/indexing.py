"""Indexing and assignment with slices, integers, None, Ellipsis, bools and integer tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dispatch.base import TensorBase, type_of, wrap
from hodu.dispatch.eager_writes import note
from hodu.dispatch.inplace import assign, changes_tape
from hodu.dispatch.tape import grad_enabled
from hodu.dtypes import INTS, bool_
from hodu.errors import HoduError
from hodu.ops._index_assign import as_value, is_known, is_written, read, write_eager, written
from hodu.ops._index_key import check_mask, parse_key
from hodu.ops._index_rules import check_fits, check_same_dtype, in_range, index_shape
from hodu.ops._index_write import write_at
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, function, op
from hodu.shapes import TensorType
from hodu.source import location

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_BASIC = frozenset({int, slice, type(None), type(...), np.int64})
_ROWS = T((4,), "i64", values=[2, 0, -1, 2])
_COLUMNS = T((3, 1), "u8", values=[[1], [0], [3]])
_KEYS: list[tuple[tuple[int, ...], list[T | None], tuple[int, ...]]] = [
    ((3, 4), [_ROWS], (4, 4)),
    ((3, 4, 2), [None, _COLUMNS], (3, 3, 1, 2)),
    ((3, 4, 2), [_ROWS, _COLUMNS], (3, 4, 2)),
    ((3, 2, 4), [_ROWS, None, _COLUMNS], (3, 4, 2)),
    ((3, 0), [_ROWS], (4, 0)),
    ((3,), [T((0,), "i32")], (0,)),
    ((3,), [T((), "i16", values=1)], ()),
]


@op("index(Tensor input, Tensor?[] indices, *, bool wrap=True) -> Tensor")
class Index:
    """The elements that broadcast integer tensors name; None stands for a whole axis.

    The axes of the indices replace the ones they pick from: in place if these are adjacent, else
    in front. Negative indices count from the end, unless `wrap` is off.
    """

    dtypes = {"indices": INTS}
    public, on_dims = False, True
    samples = [S(shape, key) for shape, key, _ in _KEYS]  # type: ignore[arg-type]

    def infer(
        x: TensorType, indices: Sequence[TensorType | None], *, wrap: bool = True
    ) -> TensorType:
        return TensorType(index_shape(x.shape, indices), x.dtype)

    def eager(x: Array, indices: Sequence[Array | None], *, wrap: bool = True) -> Array:
        key = [
            slice(None) if index is None else in_range(index, x.shape[axis], axis, wrap=wrap)
            for axis, index in enumerate(indices)
        ]
        picked = x[(*key, ...)]
        is_view = all(index is None or index.ndim == 0 for index in indices)
        return picked.copy() if is_view else picked

    vjp = {
        "input": lambda ct, input_type, indices, wrap: F._index_put(
            F.zeros(input_type.shape, dtype=ct.dtype), indices, ct, True, wrap=wrap
        )
    }


@op(
    "index_put(Tensor input, Tensor?[] indices, Tensor values, bool accumulate=False, *, "
    "bool wrap=True) -> Tensor"
)
class IndexPut:
    """A copy of the input with `values` written, or added, where `index` would read.

    Of duplicate places the last one wins; with `accumulate` all of them add up.
    """

    autocast = "widest"
    dtypes = {"indices": INTS}
    inplace, public = True, False
    samples = [S(shape, key, values) for shape, key, values in _KEYS]  # type: ignore[arg-type]
    samples += [
        S(shape, key, values, accumulate=True)  # type: ignore[arg-type]
        for shape, key, values in _KEYS
    ]
    samples += [S((3, 4), [_ROWS], (4,)), S((3, 4), [_ROWS], (), accumulate=True)]

    def infer(
        x: TensorType,
        indices: Sequence[TensorType | None],
        values: TensorType,
        accumulate: bool = False,
        *,
        wrap: bool = True,
    ) -> TensorType:
        check_same_dtype("index_put", x, values, "values")
        check_fits("index_put", values.shape, index_shape(x.shape, indices))
        return x

    def eager(
        x: Array,
        indices: Sequence[Array | None],
        values: Array,
        accumulate: bool = False,
        *,
        wrap: bool = True,
    ) -> Array:
        check_same_dtype("index_put", x, values, "values")
        check_fits("index_put", values.shape, index_shape(x.shape, indices))
        out = x.copy()
        write_at(out, indices, values, "sum" if accumulate else "set", wrap=wrap)
        return out

    vjp = {
        "input": lambda ct, indices, accumulate, wrap: (
            ct if accumulate else F._index_put(ct, indices, F.zeros((), dtype=ct.dtype), wrap=wrap)
        ),
        "values": lambda ct, indices, accumulate, wrap: (
            F._index(ct, indices, wrap=wrap) if accumulate else _by_values(ct, indices, wrap)
        ),
    }


def _by_values(ct: Tensor, indices: Sequence[Tensor | None], wrap: bool) -> Tensor:
    """The gradient by the values that were written: of duplicate places, by the last one only."""
    picked = F._index(ct, indices, wrap=wrap)
    order = F._reshape(F.arange(picked.numel()), picked.shape)
    written = F._index_put(F.zeros(ct.shape, dtype=order.dtype), indices, order, wrap=wrap)
    return F.where(F._index(written, indices, wrap=wrap) == order, picked, 0)


@function()
def index_put(
    input: Tensor, indices: Sequence[Tensor | None], values: Tensor, accumulate: bool = False
) -> Tensor:
    """A copy of the input after `input[indices] = values`, or with the values added.

    Masks are taken among the indices; with `accumulate`, values at duplicate places add up.
    """
    return F._index_put(input, _without_masks(input, indices), values, accumulate)


def _without_masks(input: Tensor, indices: Sequence[Tensor | None]) -> list[Tensor | None]:
    """`indices` with each mask as the integer indices of its true elements."""
    found: list[Tensor | None] = []
    for index in indices:
        if index is None or index.dtype is not bool_:
            found.append(index)
            continue
        check_mask(index.shape, input.shape[len(found) : len(found) + index.ndim], len(found))
        found += F.nonzero(index, as_tuple=True)
    return found


@function(methods=False)
def getitem(input: Tensor, key: Any) -> Tensor:
    """`input[key]`: a view for integers, slices, None and Ellipsis, else a copy."""
    if input._data is not None and (input._node is None or not grad_enabled.get()):
        view = _basic_view(input._data, key)
        if view is not None:
            return wrap(view)
        if input._data.ndim and _is_index(key):
            return F._index(input, [key])
    try:
        return read(input, *parse_key(input.shape, key))
    except HoduError as error:
        error.where = error.where or location()
        raise


@function(methods=False)
def setitem(input: Tensor, key: Any, value: Any) -> None:
    """`input[key] = value`, in place; the value is broadcast, and cast to the input's dtype."""
    try:
        source = as_value(value, input.dtype)
        values = None if changes_tape(input, source) else source._data
        view = None
        if values is not None and input._data is not None:
            view = _basic_view(input._data, key)
        if view is not None and values is not None:
            note(input)
            write_eager(view, None, (), values)
        else:
            _set(input, key, source, values)
    except HoduError as error:
        error.where = error.where or location()
        raise


def _set(input: Tensor, key: Any, source: Tensor, values: Array | None) -> None:
    if _is_captured_mask(input, key) and source.ndim == 0:
        assign(input, _filled(input, key, source))
        return
    basic, advanced = parse_key(input.shape, key)
    if not advanced and is_written(input, basic, source):
        return
    indices = (index for step in advanced for index in step.indices)
    if values is not None and input._data is not None and all(map(is_known, indices)):
        note(input)
        write_eager(input._data, basic, advanced, values)
    else:
        assign(input, written(input, basic, advanced, source))


def _is_captured_mask(input: Tensor, key: Any) -> bool:
    is_mask = isinstance(key, TensorBase) and type_of(key).dtype is bool_
    return is_mask and (input._data is None or key._data is None) and key.ndim <= input.ndim


def _filled(input: Tensor, mask: Tensor, value: Tensor) -> Tensor:
    """`input` with one value where the mask is true.

    Were the mask made into indices, the captured program would have sizes that depend on data.
    """
    check_mask(mask.shape, input.shape[: mask.ndim], 0)
    wide = F.reshape(mask, (*mask.shape, *(1,) * (input.ndim - mask.ndim)))
    return F.where(wide, F.cast(value, input.dtype), input)


def _is_index(key: Any) -> bool:
    """Whether `key` is one known index tensor: the common case, which needs no parsing."""
    data = key._data if isinstance(key, TensorBase) else None
    return data is not None and data.ndim > 0 and data.dtype.kind in "iu"


def _basic_view(array: Array, key: Any) -> Array | None:
    """The view that NumPy gives for a key of integers, slices, None and Ellipsis, else None.

    A key that is in error also gives None, and is left to `parse_key` to explain.
    """
    items = key if type(key) is tuple else (key,)
    for item in items:
        if type(item) not in _BASIC:
            return None
    try:
        # The ellipsis makes a 0-d result a view as well, where NumPy would give a scalar.
        return array[items if ... in items else (*items, ...)]
    except (IndexError, TypeError, ValueError):
        return None
