"""Types of values as ONNX declares them."""

from __future__ import annotations

import onnx
from onnx import helper

from hodu.dims import Dim
from hodu.shapes import TensorType


def type_info(name: str, type_: TensorType) -> onnx.ValueInfoProto:
    """A name with its type; symbolic sizes by their text."""
    return helper.make_tensor_value_info(name, type_.dtype.onnx, [_dim(d) for d in type_.shape])


def _dim(dim: Dim) -> int | str:
    return dim if isinstance(dim, int) else str(dim)
