"""Casts as ONNX defines them: saturation for small floats, narrow types, texts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from onnx import TensorProto, numpy_helper

import hodu.functional as f
from hodu.dispatch.base import TensorBase, wrap
from hodu.dtypes import DType
from hodu.formats.onnx.dtypes import (
    NARROW,
    STRING,
    dtype_of,
    limits_of,
    widened,
)
from hodu.formats.onnx.narrow import NarrowTensor, encoded
from hodu.formats.onnx.texts import KnownTexts
from hodu.ops._table import Array

if TYPE_CHECKING:
    from hodu._tensor import Tensor


def cast_value(x: Any, target: int, saturate: bool = True, round_mode: str = "up") -> Any:
    """Cast a tensor, texts or narrow elements to any ONNX element type."""
    if isinstance(x, KnownTexts):
        return x if target == STRING else _numbers_of(x, dtype_of(target, "the result"))
    if target == STRING:
        return to_strings(x)
    if isinstance(x, np.ndarray) and x.dtype == object:
        x = wrap(from_strings(x, dtype_of(target, "the result")))
    if target in NARROW:
        return _narrowed(x, target, saturate, round_mode)
    return cast_tensor(widened(x), dtype_of(target, "the result"), saturate)


def _numbers_of(x: KnownTexts, dtype: DType) -> Tensor:
    return x.numbers(lambda text: from_strings(text, dtype), dtype.numpy)


def cast_tensor(x: Tensor, dtype: DType, saturate: bool) -> Tensor:
    """Cast; values beyond an 8-bit float become its largest one if `saturate`, else NaN or inf."""
    if dtype.bits != 8 or not dtype.is_float or not saturate or not x.dtype.is_float:
        return f.cast(x, dtype)
    low, high = limits_of(dtype.numpy)
    return f.cast(f.clamp(x.to("f32") if x.dtype.bits == 8 else x, low, high), dtype)


def _narrowed(x: Any, target: int, saturate: bool, round_mode: str) -> Any:
    convert = partial(_as_narrow, target=target, saturate=saturate, round_mode=round_mode)
    if isinstance(x, NarrowTensor) or (isinstance(x, TensorBase) and x._data is None):
        return encoded(widened(x), NARROW[target], convert)
    return convert(x._data if isinstance(x, TensorBase) else x)


def _as_narrow(array: Any, target: int, saturate: bool, round_mode: str) -> Array:
    dtype = NARROW[target]
    if target == TensorProto.FLOAT8E8M0:
        exact = np.atleast_1d(array.astype(np.float32))  # What it calls writes to places.
        rounded = numpy_helper.to_float8e8m0(exact, saturate, round_mode)
        return rounded.reshape(array.shape).astype(dtype)
    if saturate and dtype.name.startswith("float"):
        array = np.clip(array.astype(np.float32), *limits_of(dtype))
    return array.astype(dtype)


def from_strings(texts: Any, dtype: DType) -> Array:
    """Texts such as "3.14", "INF" and "1e3" as numbers."""
    numbers = [float(t) for t in np.ravel(texts)]
    values: Array = np.array(numbers, np.float64).reshape(np.shape(texts))
    if dtype.is_integer:
        values = np.array([int(float(t)) for t in np.ravel(texts)], object).reshape(values.shape)
    return values.astype(dtype.numpy)


def to_strings(x: Any) -> Array:
    """Numbers as texts, the shortest that read back in their own dtype."""
    if isinstance(x, np.ndarray) and x.dtype == object:
        return x
    array = widened(x).numpy()
    plain = array if array.dtype.kind in "biuf" else array.astype(np.float32)
    texts = [_text(v) for v in plain.ravel()]
    return np.array(texts, dtype=object).reshape(array.shape)


def _text(value: Any) -> str:
    if isinstance(value, np.floating):
        return "INF" if np.isposinf(value) else "-INF" if np.isneginf(value) else str(value)
    return str(value)
