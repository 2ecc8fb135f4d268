"""Tensors as text: on one line for people, as JSON for programs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from hodu._tensor import Tensor
from hodu.ops._table import Array
from hodu.shapes import format_shape
from hodu_cli.tables import plural

_MOST_SHOWN = 64


def pretty(name: str, tensor: Tensor) -> str:
    """A tensor on one line: `y: f32[2] = [1.5, 5.]`, with the middle of a long one left out."""
    shape = format_shape(tensor.shape) if tensor.shape else ""
    array = tensor.numpy()
    text = _values(array, _edge(array.shape))
    count = f" ({plural(array.size, 'element')})" if "..." in text else ""
    return f"{name}: {tensor.dtype}{shape} = {text}{count}"


def _edge(shape: tuple[int, ...]) -> int | None:
    """How many entries to show at either end of a dimension; None for all of them."""
    if math.prod(shape) <= _MOST_SHOWN:
        return None
    for edge in (3, 2):
        if math.prod(min(size, 2 * edge) for size in shape) <= _MOST_SHOWN:
            return edge
    return 1


def _values(array: Array, edge: int | None) -> str:
    if array.ndim == 0:
        return _number(array)
    if edge is None or len(array) <= 2 * edge + 1:
        parts = [_values(row, edge) for row in array]
    else:
        parts = [_values(row, edge) for row in array[:edge]]
        parts += ["...", *(_values(row, edge) for row in array[-edge:])]
    return f"[{', '.join(parts)}]"


def _number(value: Array) -> str:
    """One number as NumPy prints it."""
    if value.dtype.kind == "b":
        return "true" if value else "false"
    if value.dtype.kind in "iu":
        return str(int(value))
    number = value if value.dtype.itemsize > 2 else value.astype(np.float32)
    if not np.isfinite(number):
        return str(float(number))
    if number != 0 and not 1e-4 <= abs(number) < 1e8:
        return np.format_float_scientific(number[()], precision=8, trim=".")
    return np.format_float_positional(number[()], precision=8, trim=".")


def as_json(tensor: Tensor) -> dict[str, Any]:
    """A tensor as `{"dtype": "f32", "shape": [2, 3], "data": [...]}`; no number is JSON's NaN."""
    array = tensor.numpy()
    wide = array if array.dtype.kind in "biu" else array.astype(np.float64)
    data: Any = wide.tolist()
    if array.dtype.kind not in "biu":
        data = _shortest(array) if np.isfinite(wide).all() else _spelled(_shortest(array))
    return {"dtype": tensor.dtype.name, "shape": list(array.shape), "data": data}


def _shortest(array: Array) -> Any:
    """Nested lists of Python floats that print with no more digits than the dtype has."""
    if array.dtype.itemsize == 8:
        return array.tolist()
    single = array.astype(np.float32)
    texts = single.astype(str).reshape(-1)
    return np.array([float(t) for t in texts], object).reshape(array.shape).tolist()


def _spelled(data: Any) -> Any:
    if isinstance(data, list):
        return [_spelled(v) for v in data]
    if math.isfinite(data):
        return data
    return "NaN" if math.isnan(data) else "Infinity" if data > 0 else "-Infinity"

