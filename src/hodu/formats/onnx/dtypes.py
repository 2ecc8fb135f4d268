"""ONNX element types and Hodu dtypes."""

from __future__ import annotations

import onnx
from onnx import TensorProto

from hodu.dtypes import ALL, DType
from hodu.errors import UnsupportedError

FROM_ONNX: dict[int, DType] = {t.onnx: t for t in ALL}
STRING = int(TensorProto.STRING)


def dtype_of(element_type: int, what: str) -> DType:
    """The dtype of an ONNX element type; raises UnsupportedError naming it."""
    found = FROM_ONNX.get(element_type)
    if found is None:
        raise UnsupportedError(
            f"{what} has the element type {type_name(element_type)}, which Hodu does not have",
            hint=f"the element types are {', '.join(type_name(t) for t in FROM_ONNX)}",
        )
    return found


def type_name(element_type: int) -> str:
    """The ONNX name of an element type."""
    try:
        return str(onnx.helper.tensor_dtype_to_string(element_type)).removeprefix("TensorProto.")
    except (KeyError, ValueError):
        return str(element_type)
