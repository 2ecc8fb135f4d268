"""Random numbers, by Hodu's counter-based generator: the seed's stream is not that of others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import hodu.functional as f
from hodu.dispatch.attrs import as_dims
from hodu.dtypes import DType
from hodu.formats.onnx.dtypes import dtype_of
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.registry import OWN_DOMAIN, onnx_op
from hodu.random import Generator

if TYPE_CHECKING:
    from hodu._tensor import Tensor


def generator_of(node: OnnxNode) -> Generator | None:
    """A generator with the node's seed, which ONNX gives as a float; None without one."""
    return Generator(int(node.real("seed"))) if node.has("seed") else None


def _dtype(node: OnnxNode, default: int) -> DType:
    return dtype_of(node.integer("dtype", default), "the result")


def _drawn(node: OnnxNode, shape: Any, dtype: DType) -> Tensor:
    if node.op_type.startswith("RandomNormal"):
        mean, deviation = node.real("mean", 0.0), node.real("scale", 1.0)
        return f.randn(shape, dtype=dtype, generator=generator_of(node)) * deviation + mean
    low, high = node.real("low", 0.0), node.real("high", 1.0)
    return f.rand(shape, dtype=dtype, generator=generator_of(node)) * (high - low) + low


@onnx_op("RandomNormal", "RandomUniform")
def random_numbers(node: OnnxNode) -> Tensor:
    """Normal or uniform numbers of a given shape."""
    return _drawn(node, node.integers("shape") or [], _dtype(node, 1))


@onnx_op("RandomNormalLike", "RandomUniformLike")
def random_like(node: OnnxNode, x: Tensor) -> Tensor:
    """Normal or uniform numbers of the shape of the input."""
    return _drawn(node, x.shape, _dtype(node, x.dtype.onnx))


@onnx_op("Bernoulli", since=15)
def bernoulli(node: OnnxNode, x: Tensor) -> Tensor:
    """1 with the probability that the input gives, else 0."""
    drawn = f.rand(x.shape, dtype=x.dtype, generator=generator_of(node))
    return (drawn < x).to(_dtype(node, x.dtype.onnx))


@onnx_op("Multinomial", since=7)
def multinomial(node: OnnxNode, x: Tensor) -> Tensor:
    """Classes drawn with replacement, from log probabilities [batch, classes]."""
    count = node.integer("sample_size", 1)
    chances = f.softmax(x, -1)
    drawn = f.multinomial(chances, count, replacement=True, generator=generator_of(node))
    return drawn.to(_dtype(node, 6))


@onnx_op("Philox", domain=OWN_DOMAIN)
def philox(node: OnnxNode, state: Tensor, size: Tensor, count: Tensor) -> tuple[Tensor, ...]:
    """Random words and the state after them, which an export has as a function."""
    return tuple(f._philox(state, as_dims(size, "size")))
