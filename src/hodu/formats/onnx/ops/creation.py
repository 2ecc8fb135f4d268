"""Constants, ranges and casts."""

from __future__ import annotations

from typing import Any

import numpy as np

import hodu.functional as f
from hodu._tensor import Tensor
from hodu.dispatch.attrs import as_dims
from hodu.dispatch.base import wrap
from hodu.formats.onnx.casting import cast_value
from hodu.formats.onnx.dtypes import dtype_of, element_type, held
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.registry import onnx_op


@onnx_op("Cast", since=6)
def cast(node: OnnxNode, x: Any) -> Any:
    """Another element type; texts too."""
    return _cast(node, x, node.integer("to"))


@onnx_op("CastLike", since=15)
def cast_like(node: OnnxNode, x: Any, like: Any) -> Any:
    """The element type of another tensor."""
    return _cast(node, x, element_type(like))


def _cast(node: OnnxNode, x: Any, target: int) -> Any:
    return cast_value(x, target, node.flag("saturate", True), node.text("round_mode", "up"))


@onnx_op("BitCast", since=26)
def bit_cast(node: OnnxNode, x: Tensor) -> Tensor:
    """The same bits as another element type of the same width."""
    dtype = dtype_of(node.integer("to"), "the result")
    if x.dtype.bits != dtype.bits:
        raise node.unsupported(f"{x.dtype} as {dtype}, which is of another width")
    return x.view(dtype)


@onnx_op("Constant")
def constant(node: OnnxNode) -> Any:
    """A tensor given by an attribute."""
    for name, dtype in (("value_float", np.float32), ("value_floats", np.float32)):
        if node.has(name):
            return wrap(np.asarray(node.attr(name), dtype))
    for name in ("value_int", "value_ints"):
        if node.has(name):
            return wrap(np.asarray(node.attr(name), np.int64))
    for name in ("value_string", "value_strings"):
        if node.has(name):
            return np.asarray(node.attr(name), object)
    return held(node.tensor("sparse_value" if node.has("sparse_value") else "value"))


@onnx_op("ConstantOfShape", since=9)
def constant_of_shape(node: OnnxNode, shape: Tensor) -> Tensor:
    """A tensor of one repeated value."""
    value = node.array("value")
    fill = wrap(np.zeros((), np.float32) if value is None else value.reshape(()))
    return f.full(as_dims(shape, "shape"), fill.item(), dtype=fill.dtype)


@onnx_op("Range", since=11)
def arange(node: OnnxNode, start: Tensor, limit: Tensor, delta: Tensor) -> Tensor:
    """start, start + delta, ... below limit."""
    (first,), (last,), (step,) = (_known(x) for x in (start, limit, delta))
    return f.arange(first, last, step, dtype=start.dtype)


def _known(x: Tensor) -> tuple[Any, ...]:
    return (x.item(),) if not x.is_captured and x.dtype.is_float else as_dims(x, "the range")


@onnx_op("EyeLike", since=9)
def eye_like(node: OnnxNode, x: Tensor) -> Tensor:
    """Ones on a diagonal of a matrix of the input's shape."""
    dtype = dtype_of(node.integer("dtype", x.dtype.onnx), "the result")
    rows, columns = f.arange(x.shape[0]).unsqueeze(1), f.arange(x.shape[1])
    return (columns - rows == node.integer("k", 0)).to(dtype)
