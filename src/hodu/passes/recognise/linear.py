"""Linear layers and biases: products and convolutions with a term for each output feature."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from hodu.passes._rewrite import Graph, Rule
from hodu.snapshot.ir import Value


def _linear(match: SimpleNamespace, graph: Graph) -> Value | None:
    """A product with a constant matrix, plus a vector of its columns."""
    bias = _vector(match.b, match.w.type.shape[-1], graph)
    is_layer = match.w.type.rank == 2 and graph.data(match.w) is not None
    if bias is None or not is_layer or not match.x.type.dtype.is_float:
        return None
    return graph("linear", match.x, graph("permute", match.w, dims=(1, 0)), bias)


def _vector(value: Value, size: object, graph: Graph) -> Value | None:
    """A term that is the same for all rows, as a vector."""
    if value.type.shape != (1,) * (value.type.rank - 1) + (size,):
        return None
    return value if value.type.rank == 1 else graph("reshape", value, shape=(size,))


def _linear_bias(match: SimpleNamespace, graph: Graph) -> Value | None:
    bias = _vector(match.b, match.w.type.shape[0], graph) if match.w.type.rank == 2 else None
    return None if bias is None else graph("linear", match.x, match.w, bias)


def _conv_bias(match: SimpleNamespace, graph: Graph) -> Value | None:
    """A constant for each channel is the bias of a convolution that has none."""
    conv, data = match.c.producer, graph.data(match.b)
    if data is None or data.ndim > match.c.type.rank:
        return None
    channels, rank = match.c.type.shape[1], match.c.type.rank
    shape = (1,) * (rank - data.ndim) + data.shape
    if not isinstance(channels, int) or shape != (1, channels, *(1,) * (rank - 2)):
        return None
    bias = graph.constant(np.array(data.reshape(channels)), "bias")
    return graph.like(conv, *conv.inputs[:2], bias)


LINEAR = [
    Rule("add(matmul(x, w), b)", _linear, sole=True),
    Rule("add(linear(x, w, none), b)", _linear_bias, sole=True),
    Rule("addmm(b, x, w, beta=1, alpha=1)", _linear),
    Rule("add((c := conv(x, w, none)), b)", _conv_bias, sole=True),
    Rule("add((c := conv_transpose(x, w, none)), b)", _conv_bias, sole=True),
]
