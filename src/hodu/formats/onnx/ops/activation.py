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


@onnx_op("LeakyRelu")
def leaky_relu(node: OnnxNode, x: Tensor) -> Tensor:
    """x where positive, else alpha * x."""
    return f.leaky_relu(x, node.real("alpha", 0.01))


@onnx_op("PRelu")
def prelu(node: OnnxNode, x: Tensor, slope: Tensor) -> Tensor:
    """x where positive, else slope * x, the slope broadcast to x."""
    # Before opset 7 a 1-D slope went along the channels; version conversion leaves it as it was.
    if slope.ndim == 1 and x.ndim > 2 and slope.shape[0] not in (1, x.shape[-1]):
        slope = slope.reshape([-1] + [1] * (x.ndim - 2))
    return f.where(x < 0, x * slope, x)


@onnx_op("ThresholdedRelu")
def thresholded_relu(node: OnnxNode, x: Tensor) -> Tensor:
    """x where above alpha, else 0."""
    return f.threshold(x, node.real("alpha", 1.0), 0.0)


@onnx_op("Elu")
def elu(node: OnnxNode, x: Tensor) -> Tensor:
    """x where positive, else alpha * (exp(x) - 1)."""
    return f.elu(x, node.real("alpha", 1.0))


@onnx_op("Celu")
def celu(node: OnnxNode, x: Tensor) -> Tensor:
    """Continuously differentiable Elu."""
    return f.celu(x, node.real("alpha", 1.0))


@onnx_op("Selu")
def selu(node: OnnxNode, x: Tensor) -> Tensor:
    """Scaled Elu."""
    alpha = node.real("alpha", 1.6732632423543772)
    gamma = node.real("gamma", 1.0507009873554805)
    return f.where(x > 0, x, (f.exp(x) - 1) * alpha) * gamma


@onnx_op("Sigmoid")
def sigmoid(node: OnnxNode, x: Tensor) -> Tensor:
    """1 / (1 + exp(-x))."""
    return f.sigmoid(x)


@onnx_op("HardSigmoid")
def hard_sigmoid(node: OnnxNode, x: Tensor) -> Tensor:
    """alpha * x + beta, clamped to [0, 1]."""
    return f.clamp(x * node.real("alpha", 0.2) + node.real("beta", 0.5), 0, 1)


@onnx_op("HardSwish", since=14)
def hard_swish(node: OnnxNode, x: Tensor) -> Tensor:
    """x * clamp(x / 6 + 1/2, 0, 1)."""
    return f.hardswish(x)


@onnx_op("Gelu", since=20)
def gelu(node: OnnxNode, x: Tensor) -> Tensor:
    """Gaussian error linear unit, exact or by tanh."""
    return f.gelu(x, approximate=node.text("approximate", "none"))


@onnx_op("Swish", since=24)
def swish(node: OnnxNode, x: Tensor) -> Tensor:
    """x * sigmoid(alpha * x)."""
    alpha = node.real("alpha", 1.0)
    return f.silu(x) if alpha == 1 else x * f.sigmoid(x * alpha)


@onnx_op("Mish", since=18)
def mish(node: OnnxNode, x: Tensor) -> Tensor:
    """x * tanh(softplus(x))."""
    return f.mish(x)


@onnx_op("Softplus")
def softplus(node: OnnxNode, x: Tensor) -> Tensor:
    """log(1 + exp(x))."""
    return f.softplus(x)


@onnx_op("Softsign")
def softsign(node: OnnxNode, x: Tensor) -> Tensor:
    """x / (1 + |x|)."""
    return f.softsign(x)


@onnx_op("Shrink", since=9)
def shrink(node: OnnxNode, x: Tensor) -> Tensor:
    """x moved towards 0 by bias, 0 within [-lambd, lambd]."""
    lambd, bias = node.real("lambd", 0.5), node.real("bias", 0.0)
    zero = f.zeros_like(x)
    moved = f.where(x > lambd, x - bias, zero)
    return f.where(x < -lambd, x + bias, moved).to(x.dtype)


@onnx_op("Softmax", "LogSoftmax", "Hardmax", since=13)
def softmax(node: OnnxNode, x: Tensor) -> Tensor:
    """Normalisation along one axis."""
    return _normalized(node.op_type, x, node.integer("axis", -1))


@onnx_op("Softmax", "LogSoftmax", "Hardmax")
def softmax_flattened(node: OnnxNode, x: Tensor) -> Tensor:
    """Before opset 13: normalisation over all axes from `axis` on, as one."""
    axis = node.integer("axis", 1) % max(x.ndim, 1)
    flat = x.reshape(*x.shape[:axis], -1)
    return _normalized(node.op_type, flat, -1).reshape(x.shape)


def _normalized(kind: str, x: Tensor, axis: int) -> Tensor:
    if kind == "Softmax":
        return f.softmax(x, axis)
    if kind == "LogSoftmax":
        return f.log_softmax(x, axis)
    first = f.argmax(x, axis, keepdim=True)
    places = f.arange(x.shape[axis]).reshape([-1] + [1] * ((-axis - 1) % x.ndim))
    return (places == first).to(x.dtype)
