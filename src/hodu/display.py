"""How tensors look in the terminal and in notebooks."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.devices import CPU
from hodu.dispatch.base import type_of
from hodu.dtypes import FROM_NUMPY, bf16, bool_, f8e4m3, f8e5m2, shortest_decimal
from hodu.ops._table import Array
from hodu.shapes import format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_BEYOND_NUMPY = frozenset(dtype.numpy for dtype in (bf16, f8e4m3, f8e5m2))


def text(tensor: Tensor) -> str:
    """The repr: values as NumPy prints them, and the dtype; the shape where they do not show it."""
    suffix = f", dtype={tensor.dtype}"
    if tensor.device != CPU:
        suffix += f", device='{tensor.device}'"
    array = tensor._data if tensor._data is not None else tensor._dims
    if array is None:
        return f"tensor(<captured>, shape={format_shape(tensor.shape)}{suffix})"
    options = np.get_printoptions()
    if array.size == 0 or array.size > options["threshold"]:
        suffix = f", shape={format_shape(array.shape)}{suffix}"
    return f"tensor({_body(array, suffix)}{suffix})"


def _body(array: Array, suffix: str) -> str:
    """The values as NumPy prints them, summarised above NumPy's print threshold."""
    layout: dict[str, Any] = {"separator": ", ", "prefix": "tensor(", "suffix": f"{suffix})"}
    if array.size == 0:
        return "[]"
    options = np.get_printoptions()
    if array.size > options["threshold"]:
        layout["threshold"] = 0
        array = _corners(array, options["edgeitems"] or 1)
    return np.array2string(_plain(array), **layout)


def _corners(array: Array, edge: int) -> Array:
    """The first and last `edge` entries of each axis and one between, which NumPy prints as "..."

    So the cost of printing does not grow with the tensor.
    """
    for axis, size in enumerate(array.shape):
        if size > 2 * edge + 1:
            kept = [*range(edge + 1), *range(size - edge, size)]
            array = np.take(array, kept, axis)
    return array


def _plain(array: Array) -> Array:
    """`array` in a dtype that NumPy prints well: 8-bit floats and bf16 as short decimals in f64."""
    if array.dtype not in _BEYOND_NUMPY:
        return array
    dtype = FROM_NUMPY[array.dtype]
    shortest = [shortest_decimal(float(value), dtype) for value in array.reshape(-1)]
    return np.asarray(shortest, np.float64).reshape(array.shape)


def _number(array: Array) -> str:
    dtype = FROM_NUMPY[array.dtype]
    if dtype is bool_:
        return str(bool(array))
    return np.array2string(_plain(array.reshape(()))) if dtype.is_float else str(int(array))


def html(tensor: Tensor) -> str:
    """The notebook form: a table of the values for one or two dimensions, else the repr."""
    array = tensor._data
    if array is None or array.ndim not in (1, 2) or array.size == 0:
        return f"<pre>{escape(text(tensor))}</pre>"
    rows = array[None] if array.ndim == 1 else array
    body = "".join(_row(None if i is None else rows[i]) for i in _cut(len(rows)))
    caption = escape(f"tensor {type_of(tensor)}")
    return f"<table><caption>{caption}</caption><tbody>{body}</tbody></table>"


def _row(values: Array | None) -> str:
    if values is None:
        return "<tr><td>&#8942;</td></tr>"
    cells = ("&#8230;" if i is None else escape(_number(values[i, ...])) for i in _cut(len(values)))
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _cut(size: int, most: int = 20, edge: int = 5) -> list[int | None]:
    """The positions to show: all of a few; of many the ends, with None for what is left out."""
    if size <= most:
        return list(range(size))
    return [*range(edge), None, *range(size - edge, size)]
