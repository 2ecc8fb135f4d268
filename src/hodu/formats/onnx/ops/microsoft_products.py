"""Matrix products and convolutions of com.microsoft."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import hodu.functional as f
from hodu.dtypes import u8
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.ops.conv_pool import conv
from hodu.formats.onnx.ops.microsoft_activation import DOMAIN, activated
from hodu.formats.onnx.ops.products import gemm
from hodu.formats.onnx.registry import onnx_op

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@onnx_op("FusedMatMul", "TransposeMatMul", domain=DOMAIN)
def fused_matmul(node: OnnxNode, a: Tensor, b: Tensor) -> Tensor:
    """alpha * A B of operands transposed on request, also along their batch dimensions."""
    a = _transposed(a, node.flag("transA"), node.flag("transBatchA"), -1)
    b = _transposed(b, node.flag("transB"), node.flag("transBatchB"), 0)
    product = f.matmul(a, b)
    alpha = node.real("alpha", 1.0)
    return product if alpha == 1 else product * alpha


def _transposed(x: Tensor, last: bool, batch: bool, vector: int) -> Tensor:
    """`batch` brings the first axis behind the batch axes; a vector is a row or a column."""
    if x.ndim == 1:
        return x
    order = list(range(x.ndim))
    if batch:
        order = [*order[1:-1], order[0], order[-1]]
    if last:
        order[-2:] = reversed(order[-2:])
    return x if order == sorted(order) else x.permute(order)


@onnx_op("FusedGemm", domain=DOMAIN)
def fused_gemm(node: OnnxNode, a: Tensor, b: Tensor, c: Tensor | None = None) -> Tensor:
    """Gemm and an activation."""
    return activated(node, gemm(node, a, b, c))


@onnx_op("FusedConv", domain=DOMAIN)
def fused_conv(
    node: OnnxNode, x: Tensor, w: Tensor, b: Tensor | None = None, z: Tensor | None = None
) -> Tensor:
    """Convolution, a sum with `z`, and an activation."""
    y = conv(node, x, w, b)
    return activated(node, y if z is None else y + z)


@onnx_op("MatMulNBits", domain=DOMAIN)
def matmul_nbits(
    node: OnnxNode,
    a: Tensor,
    b: Tensor,
    scales: Tensor,
    zeros: Tensor | None = None,
    group_index: Tensor | None = None,
    bias: Tensor | None = None,
) -> Tensor:
    """A times the transpose of a matrix [N, K] of 2-, 4- or 8-bit numbers in blocks along K.

    The numbers of a byte count from its low bits. A block has a scale and a zero point, which is
    packed in the same way or a float, and 2^(bits - 1) where it is not given.
    """
    rows, columns, bits = node.integer("N"), node.integer("K"), node.integer("bits", 4)
    block = node.integer("block_size")
    if bits not in (2, 4, 8):
        raise node.unsupported(f"bits={bits}", "the widths are 2, 4 and 8")
    if node.integer("weight_prepacked", 0):
        raise node.unsupported("weights packed for a kernel of ONNX Runtime", "export them plain")
    count = -(-columns // block)
    codes = _unpacked(b.reshape(rows, -1), bits).reshape(rows, count, -1)
    each = f.arange(columns) // block if group_index is None else group_index
    centre = _centre(node, zeros, bits, rows, count)
    if group_index is None:
        real = (codes.to(a.dtype) - centre) * scales.reshape(rows, count, 1)
        weight = real.reshape(rows, -1)[:, :columns]
    else:
        pick = each.to("i64")
        scale = f.index_select(scales.reshape(rows, count), 1, pick)
        middle = centre if isinstance(centre, float) else f.index_select(centre[..., 0], 1, pick)
        weight = (codes.reshape(rows, -1)[:, :columns].to(a.dtype) - middle) * scale
    product = f.matmul(a, weight.mT)
    return product if bias is None else product + bias


def _centre(node: OnnxNode, zeros: Tensor | None, bits: int, rows: int, count: int) -> Any:
    """The zero points of blocks, [N, blocks, 1], or the one of all."""
    if zeros is None:
        return float(1 << (bits - 1))
    if zeros.dtype is not u8:
        return zeros.reshape(rows, count, 1)
    return _unpacked(zeros.reshape(rows, -1), bits)[:, :count].unsqueeze(-1)


def _unpacked(x: Tensor, bits: int) -> Tensor:
    """The numbers in the bytes of the last axis."""
    if bits == 8:
        return x
    parts = [f.bitwise_right_shift(x, f.tensor(s, dtype=u8)) for s in range(0, 8, bits)]
    mask = f.tensor((1 << bits) - 1, dtype=u8)
    return f.bitwise_and(f.stack(parts, -1), mask).reshape(x.shape[0], -1)
