"""Activations of com.microsoft, the domain of ONNX Runtime's own operators."""

from __future__ import annotations

from collections.abc import Callable
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
    if kind not in _ACTIVATIONS:
        known = ", ".join(filter(None, _ACTIVATIONS))
        raise node.unsupported(f"activation={kind!r}", f"the activations are {known}")
    function, defaults = _ACTIVATIONS[kind]
    names = ["activation_alpha", "activation_gamma" if kind == "Selu" else "activation_beta"]
    given = list(node.attr("activation_params") or map(node.attr, names))
    params = given + [None] * len(defaults)
    return function(x, *(d if p is None else p for d, p in zip(defaults, params, strict=False)))


_ACTIVATIONS: dict[str, tuple[Callable[..., Tensor], tuple[float | None, ...]]] = {
    "": (lambda x: x, ()),
    "Relu": (f.relu, ()),
    "Tanh": (f.tanh, ()),
    "Sigmoid": (f.sigmoid, ()),
    "HardSwish": (f.hardswish, ()),
    "Softplus": (f.softplus, ()),
    "Softsign": (f.softsign, ()),
    "LeakyRelu": (f.leaky_relu, (0.01,)),
    "Elu": (f.elu, (1.0,)),
    "Celu": (f.celu, (1.0,)),
    "ThresholdedRelu": (lambda x, alpha: f.where(x > alpha, x, 0), (1.0,)),
    "Selu": (lambda x, alpha, gamma: f.elu(x, alpha) * gamma, (1.67326324, 1.05070102)),
    "Clip": (f.clamp, (None, None)),
    "HardSigmoid": (lambda x, alpha, beta: f.clamp(x * alpha + beta, 0, 1), (0.2, 0.5)),
}
"""The activations by name, with what their parameters are if they are not given."""
