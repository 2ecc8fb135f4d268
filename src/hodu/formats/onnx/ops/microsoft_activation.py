"""Activations of com.microsoft, the domain of ONNX Runtime's own operators."""

from __future__ import annotations

from typing import TYPE_CHECKING

import hodu.functional as f
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.registry import onnx_op

if TYPE_CHECKING:
    from hodu._tensor import Tensor

DOMAIN = "com.microsoft"


@onnx_op("Gelu", domain=DOMAIN)
def gelu(node: OnnxNode, x: Tensor) -> Tensor:
    """Gaussian error linear unit, exact."""
    return f.gelu(x)


@onnx_op("BiasGelu", domain=DOMAIN)
def bias_gelu(node: OnnxNode, x: Tensor, bias: Tensor) -> Tensor:
    """The exact unit of x + bias."""
    return f.gelu(x + bias)


@onnx_op("FastGelu", domain=DOMAIN)
def fast_gelu(node: OnnxNode, x: Tensor, bias: Tensor | None = None) -> Tensor:
    """The unit by tanh, of x + bias where there is one."""
    return f.gelu(x if bias is None else x + bias, approximate="tanh")


@onnx_op("QuickGelu", domain=DOMAIN)
def quick_gelu(node: OnnxNode, x: Tensor) -> Tensor:
    """x * sigmoid(alpha * x)."""
    return x * f.sigmoid(x * node.real("alpha", 1.702))


def activated(node: OnnxNode, x: Tensor) -> Tensor:
    """What a fused node does last: its `activation`, by `activation_params` or single ones."""
    kind = node.text("activation", "")
    given = node.attr("activation_params") or []
    alpha = given[0] if given else node.attr("activation_alpha")
    beta = given[1] if len(given) > 1 else node.attr("activation_beta")
    if kind in _PLAIN:
        return _PLAIN[kind](x)
    if kind == "LeakyRelu":
        return f.leaky_relu(x, 0.01 if alpha is None else alpha)
    if kind == "Clip":
        return f.clamp(x, alpha, beta)
    if kind == "HardSigmoid":
        slope, middle = 0.2 if alpha is None else alpha, 0.5 if beta is None else beta
        return f.clamp(x * slope + middle, 0, 1)
    known = ", ".join([*filter(None, _PLAIN), "LeakyRelu", "Clip", "HardSigmoid"])
    raise node.unsupported(f"activation={kind!r}", f"the activations are {known}")


_PLAIN = {
    "": lambda x: x,
    "Relu": f.relu,
    "Tanh": f.tanh,
    "Sigmoid": f.sigmoid,
    "HardSwish": f.hardswish,
}
