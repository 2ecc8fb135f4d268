"""Casts as ONNX defines them: saturation for 8-bit floats, and texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ml_dtypes
import numpy as np

import hodu.functional as f
from hodu.dtypes import DType
from hodu.ops._table import Array

if TYPE_CHECKING:
    from hodu._tensor import Tensor


def cast_tensor(x: Tensor, dtype: DType, saturate: bool) -> Tensor:
    """Cast; values beyond an 8-bit float become its largest one if `saturate`, else NaN or inf."""
    if dtype.bits != 8 or not dtype.is_float or not saturate or not x.dtype.is_float:
        return f.cast(x, dtype)
    largest = float(ml_dtypes.finfo(dtype.numpy).max)
    return f.cast(f.clamp(x.to("f32") if x.dtype.bits == 8 else x, -largest, largest), dtype)


def from_strings(texts: Any, dtype: DType) -> Array:
    """Texts such as "3.14", "INF" and "1e3" as numbers."""
    numbers = [float(t) for t in np.ravel(texts)]
    values: Array = np.array(numbers, np.float64).reshape(np.shape(texts))
    if dtype.is_integer:
        values = np.array([int(float(t)) for t in np.ravel(texts)], object).reshape(values.shape)
    return values.astype(dtype.numpy)


def to_strings(x: Any) -> Array:
    """Numbers as texts, the shortest that read back in their own dtype."""
    if isinstance(x, np.ndarray):
        return x
    array = x.numpy()
    plain = array if array.dtype.kind in "biuf" else array.astype(np.float32)
    texts = [_text(v) for v in plain.ravel()]
    return np.array(texts, dtype=object).reshape(array.shape)


def _text(value: Any) -> str:
    if isinstance(value, np.floating):
        return "INF" if np.isposinf(value) else "-INF" if np.isneginf(value) else str(value)
    return str(value)
