"""Activation functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import hodu.functional as f
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.registry import onnx_op

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@onnx_op("Relu")
def relu(node: OnnxNode, x: Tensor) -> Tensor:
    """max(x, 0)."""
    return f.relu(x)
