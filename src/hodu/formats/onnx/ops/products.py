"""Matrix products and what is made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import hodu.functional as f
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.registry import onnx_op

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@onnx_op("MatMul")
def matmul(node: OnnxNode, a: Tensor, b: Tensor) -> Tensor:
    """The matrix product."""
    return f.matmul(a, b)


@onnx_op("Gemm")
def gemm(node: OnnxNode, a: Tensor, b: Tensor, c: Tensor | None = None) -> Tensor:
    """alpha * A B + beta * C, with A and B transposed on request."""
    a = a.permute(1, 0) if node.flag("transA") else a
    b = b.permute(1, 0) if node.flag("transB") else b
    alpha, beta = node.real("alpha", 1.0), node.real("beta", 1.0)
    product = _scaled(f.matmul(a, b), alpha)
    return product if c is None else product + _scaled(c, beta)


def _scaled(x: Tensor, factor: float) -> Tensor:
    if factor == 1:
        return x
    return x * factor if x.dtype.is_float else (x.to("f64") * factor).to(x.dtype)


@onnx_op("Einsum", since=12)
def einsum(node: OnnxNode, *xs: Tensor) -> Tensor:
    """A sum of products over named axes."""
    return f.einsum(node.text("equation"), *xs)


@onnx_op("Det", since=11)
def det(node: OnnxNode, x: Tensor) -> Tensor:
    """The determinant of the last two dimensions."""
    return f.det(x)
