"""ai.onnx.preview.training: gradients, and optimizer steps.

A step takes a rate, a step count, then all tensors of each kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import hodu.functional as f
from hodu.autograd.transforms import vjp
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.registry import onnx_op

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_DOMAIN = "ai.onnx.preview.training"


@onnx_op("Gradient", domain=_DOMAIN)
def gradient(node: OnnxNode, *inputs: Any) -> tuple[Tensor, ...]:
    """Gradients of the sum of `y` with respect to `xs`, at the inputs; `zs` are held constant."""
    xs, zs = node.attr("xs", []), node.attr("zs", [])
    if len(inputs) != len(xs) + len(zs):
        raise ValueError(f"{len(inputs)} inputs for {len(xs)} names in xs and {len(zs)} in zs")
    constant = dict(zip(zs, inputs[len(xs) :], strict=True))

    def value(*variables: Tensor) -> Any:
        given = constant | dict(zip(xs, variables, strict=True))
        return node.evaluate(node.text("y"), given)

    y, pull = vjp(value, *inputs[: len(xs)])
    return tuple(pull(f.ones_like(y)))


def _each(tensors: tuple[Tensor, ...], kinds: int) -> Iterator[tuple[Tensor, ...]]:
    """The tensors that belong together: the inputs are all weights, then all gradients, ..."""
    count = len(tensors) // kinds
    return zip(*(tensors[i * count : (i + 1) * count] for i in range(kinds)), strict=True)


def _regularized(node: OnnxNode, x: Tensor, g: Tensor) -> Tensor:
    return x * node.real("norm_coefficient", 0.0) + g


def _flat(results: Sequence[tuple[Tensor, ...]]) -> tuple[Tensor, ...]:
    return tuple(t for kind in zip(*results, strict=True) for t in kind)


@onnx_op("Adagrad", domain=_DOMAIN)
def adagrad(node: OnnxNode, rate: Tensor, step: Tensor, *tensors: Tensor) -> tuple[Tensor, ...]:
    """Weights moved against gradients over the root of all their squares so far."""
    decayed = rate / (step.to(rate.dtype) * node.real("decay_factor", 0.0) + 1)
    results = []
    for x, g, h in _each(tensors, 3):
        slope = _regularized(node, x, g)
        squares = h + slope * slope
        move = decayed * slope / (f.sqrt(squares) + node.real("epsilon", 1e-6))
        results.append((x - move, squares))
    return _flat(results)


@onnx_op("Adam", domain=_DOMAIN)
def adam(node: OnnxNode, rate: Tensor, step: Tensor, *tensors: Tensor) -> tuple[Tensor, ...]:
    """Weights moved by a mean of gradients over the root of a mean of squares (Kingma & Ba)."""
    alpha, beta = node.real("alpha", 0.9), node.real("beta", 0.999)
    t = step.to(rate.dtype)
    corrected = rate * f.sqrt(1 - f.pow(beta, t)) / (1 - f.pow(alpha, t))
    rate = f.where(step > 0, corrected, rate)
    results = []
    for x, g, v, h in _each(tensors, 4):
        slope = _regularized(node, x, g)
        mean = v * alpha + slope * (1 - alpha)
        square = h * beta + slope * slope * (1 - beta)
        moved = x - rate * (mean / (f.sqrt(square) + node.real("epsilon", 1e-6)))
        results.append((moved * (1 - node.real("norm_coefficient_post", 0.0)), mean, square))
    return _flat(results)


@onnx_op("Momentum", domain=_DOMAIN)
def momentum(node: OnnxNode, rate: Tensor, step: Tensor, *tensors: Tensor) -> tuple[Tensor, ...]:
    """Weights moved by a decaying sum of gradients, with Nesterov's look ahead on request."""
    alpha = node.real("alpha")
    beta = f.where(step > 0, node.real("beta"), 1.0).to(rate.dtype)
    results = []
    for x, g, v in _each(tensors, 3):
        slope = _regularized(node, x, g)
        speed = v * alpha + beta * slope
        move = slope + speed * alpha if node.text("mode") == "nesterov" else speed
        results.append((x - rate * move, speed))
    return _flat(results)
