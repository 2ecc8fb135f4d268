"""Comparisons, logic, bits and choice."""

from __future__ import annotations

from typing import Any

import numpy as np

import hodu.functional as f
from hodu._tensor import Tensor
from hodu.dispatch.base import wrap
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.registry import onnx_op

_BINARY = {
    "And": f.logical_and,
    "Or": f.logical_or,
    "Xor": f.logical_xor,
    "Less": f.lt,
    "LessOrEqual": f.le,
    "Greater": f.gt,
    "GreaterOrEqual": f.ge,
    "BitwiseAnd": f.bitwise_and,
    "BitwiseOr": f.bitwise_or,
    "BitwiseXor": f.bitwise_xor,
}


@onnx_op(*_BINARY)
def binary(node: OnnxNode, x: Tensor, y: Tensor) -> Tensor:
    """A comparison or a logical operation, elementwise."""
    result: Tensor = _BINARY[node.op_type](x, y)
    return result


@onnx_op("Equal")
def equal(node: OnnxNode, x: Any, y: Any) -> Tensor:
    """Whether elements are equal; of texts too."""
    if not isinstance(x, Tensor):
        return wrap(np.asarray(x == y, dtype=bool))
    return f.eq(x, y)


@onnx_op("Not")
def logical_not(node: OnnxNode, x: Tensor) -> Tensor:
    """The negation."""
    return f.logical_not(x)


@onnx_op("BitwiseNot", since=18)
def bitwise_not(node: OnnxNode, x: Tensor) -> Tensor:
    """All bits inverted."""
    return f.bitwise_not(x)


@onnx_op("Where", since=9)
def where(node: OnnxNode, condition: Tensor, x: Any, y: Any) -> Any:
    """Elements of x where the condition is true, else of y."""
    if not isinstance(x, Tensor):
        return np.where(condition.numpy(), x, y).astype(object)
    return f.where(condition, x, y)
