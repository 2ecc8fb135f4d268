"""Tensors on one line, as people read them."""

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
    number: Any = value.astype(np.float64 if value.dtype.itemsize == 8 else np.float32)[()]
    if not np.isfinite(number):
        return str(number)
    if number != 0 and not 1e-4 <= abs(number) < 1e8:
        return np.format_float_scientific(number, precision=8, trim=".")
    return np.format_float_positional(number, precision=8, trim=".")
