"""ONNX element types and Hodu dtypes.

Texts and the narrow types that Hodu has no dtype for (4-bit integers, FNUZ and other small
floats) live in plain NumPy arrays, eagerly and as constants: they can be moved, cast and
dequantized, not computed with. So can the NarrowTensors that stand for narrow types in a capture.
"""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np
import onnx
from onnx import TensorProto

from hodu.dispatch.base import TensorBase, type_of, wrap
from hodu.dtypes import ALL, FROM_NUMPY, DType
from hodu.errors import UnsupportedError
from hodu.formats.onnx.narrow import NarrowTensor, widened_array

FROM_ONNX: dict[int, DType] = {t.onnx: t for t in ALL}
STRING = int(TensorProto.STRING)
_NARROW = {
    "FLOAT8E4M3FNUZ": ml_dtypes.float8_e4m3fnuz,
    "FLOAT8E5M2FNUZ": ml_dtypes.float8_e5m2fnuz,
    "FLOAT8E8M0": ml_dtypes.float8_e8m0fnu,
    "FLOAT6E2M3": ml_dtypes.float6_e2m3fn,
    "FLOAT6E3M2": ml_dtypes.float6_e3m2fn,
    "FLOAT4E2M1": ml_dtypes.float4_e2m1fn,
    "INT4": ml_dtypes.int4,
    "UINT4": ml_dtypes.uint4,
    "INT2": ml_dtypes.int2,
    "UINT2": ml_dtypes.uint2,
}
NARROW: dict[int, np.dtype[Any]] = {
    TensorProto.DataType.Value(name): np.dtype(kind)
    for name, kind in _NARROW.items()
    if name in TensorProto.DataType.keys()  # noqa: SIM118 (an enum of protobuf, no dict)
}
_NARROW_NUMBER = {kind: number for number, kind in NARROW.items()}


def dtype_of(element_type: int, what: str) -> DType:
    """The dtype of an ONNX element type; raises UnsupportedError naming it."""
    found = FROM_ONNX.get(element_type)
    if found is None:
        if element_type == STRING:
            raise UnsupportedError(
                f"{what} holds texts, which a Snapshot cannot",
                hint="run the model eagerly, with hodu.formats.onnx.backend.Eager",
            )
        raise UnsupportedError(
            f"{what} has the element type {type_name(element_type)}, which Hodu does not have",
            hint=f"the element types are {', '.join(type_name(t) for t in FROM_ONNX)}",
        )
    return found


def is_readable(element_type: int) -> bool:
    """Whether tensors of the element type can be held at all."""
    return element_type in FROM_ONNX or element_type in NARROW or element_type == STRING


def element_type(value: Any) -> int:
    """The ONNX element type of a tensor or a plain array."""
    if isinstance(value, TensorBase):
        return type_of(value).dtype.onnx
    return _NARROW_NUMBER.get(value.dtype, STRING)


def held(array: Any) -> Any:
    """A tensor over the array, or the array itself where Hodu has no such dtype."""
    return wrap(array) if array.dtype in FROM_NUMPY else array


def widened(value: Any) -> Any:
    """Narrow integers as i8 or u8, narrow floats as f32; tensors as they are."""
    if isinstance(value, TensorBase) or value is None:
        return value
    return value.decoded() if isinstance(value, NarrowTensor) else wrap(widened_array(value))


def _info(dtype: Any) -> Any:
    info: Any = ml_dtypes.iinfo if "int" in dtype.name else ml_dtypes.finfo
    return info(dtype)


def limits_of(dtype: Any) -> tuple[Any, Any]:
    """The least and the greatest finite value of a NumPy dtype, as Python numbers."""
    info, number = _info(dtype), int if "int" in dtype.name else float
    return number(info.min), number(info.max)


def type_name(element_type: int) -> str:
    """The ONNX name of an element type."""
    try:
        return str(onnx.helper.tensor_dtype_to_string(element_type)).removeprefix("TensorProto.")
    except (KeyError, ValueError):
        return str(element_type)
