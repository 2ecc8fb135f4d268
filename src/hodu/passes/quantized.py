"""Quantized models on integers: what stands between DequantizeLinear and QuantizeLinear.

A product of dequantized operands is a product of integers times both scales, and that quantized is
one rescaling of sums in i32:

    conv(dequantize(x, s), dequantize(w, t), b)   = dequantize(integer_conv(x, w, b / (s t)), s t)
    quantize(relu(dequantize(sums, s t)), u)      = requantize(sums, s t / u), limited

The results are nearer to those of exact arithmetic than sums in f32 are, and those that ONNX
Runtime gives; they may differ from the floats that are written there where these round near a half.
What only moves or picks elements moves the integers instead.
"""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np

from hodu.dtypes import i8, i32, u8
from hodu.ops._table import Array
from hodu.ops.quantization import limits
from hodu.passes._rewrite import Graph, Keep, Rule, rewrite
from hodu.snapshot.ir import Node, Snapshot, Value

_NEAR = 1e-6  # relative: how near the scale of a bias is to that of the sums


def _is_bytes(*values: Value) -> bool:
    return all(v.type.dtype in (i8, u8) for v in values)


def _along(scale: Array | None, rank: int, axis: int) -> Array | None:
    """A scale that is one number, or one for each index of an axis, as a vector."""
    if scale is None:
        return None
    shape = (1,) * (rank - scale.ndim) + scale.shape
    others = [n for i, n in enumerate(shape) if i != axis % rank]
    return scale.reshape(-1) if all(n == 1 for n in others) else None


def _on_axis(vector: Array, rank: int, axis: int) -> Array:
    """A vector along an axis; one number has no axes."""
    if vector.size == 1:
        return vector.reshape(())
    return vector.reshape([-1 if i == axis % rank else 1 for i in range(rank)])


def _scales(m: SimpleNamespace, graph: Graph, axis: int) -> Array | None:
    """The scale of the sums: that of x, one number, times that of w, which may vary by `axis`."""
    x, w = graph.data(m.s), _along(graph.data(m.t), m.w.type.rank, axis)
    if x is None or x.size != 1 or w is None or not _is_bytes(m.x, m.w):
        return None
    return np.asarray(x.reshape(()) * w, np.float32)


def _one(value: Value | None, graph: Graph) -> Value | None:
    """A zero point as a constant of no dimensions; None where there is none."""
    data = graph.data(value)
    return None if data is None else graph.constant(data.reshape(()).copy(), "zero")


def _is_one(value: Value | None, graph: Graph) -> bool:
    data = graph.data(value)
    return value is None or (data is not None and data.size == 1)


def _is_zero(value: Value | None, graph: Graph) -> bool:
    data = graph.data(value)
    return value is None or (data is not None and not data.any())


def _integer_bias(value: Value | None, scale: Array, graph: Graph) -> Array | None:
    """A bias in units of the sums, None where it is none that was quantized like that."""
    node = None if value is None else value.producer
    if node is None or node.op != "dequantize_linear" or not _is_zero(node.inputs[2], graph):
        return None
    data, own = graph.data(node.inputs[0]), graph.data(node.inputs[1])
    if data is None or own is None or data.dtype != np.int32:
        return None
    fits = np.allclose(own.reshape(-1), scale, rtol=_NEAR, atol=0)
    return np.array(data).reshape(-1) if fits else None


def _conv(m: SimpleNamespace, graph: Graph) -> Value | None:
    """A convolution of dequantized bytes."""
    node, rank = m.y.producer, m.w.type.rank
    scale = _scales(m, graph, 0)
    if scale is None or not _is_one(m.z, graph):
        return None
    bias = _integer_bias(m.b, scale, graph)
    given = None if bias is None else graph.constant(bias, "bias")
    zero = _one(m.z, graph)
    weight_zero = None if _is_zero(m.v, graph) else m.v
    sums = graph("integer_conv", m.x, m.w, given, zero, weight_zero, **node.attrs)
    real = _dequantized(sums, _on_axis(scale, rank, 1), graph)
    if m.b is None or bias is not None:
        return real
    shape = (-1, *(1,) * (rank - 2))
    size = m.b.type.shape[0]
    return graph("add", real, graph("reshape", m.b, shape=(size, *shape[1:])))


def _dequantized(sums: Value, scale: Array, graph: Graph) -> Value:
    return graph("dequantize_linear", sums, graph.constant(scale, "scale"), None)


def _matmul(m: SimpleNamespace, graph: Graph) -> Value | None:
    """A matrix product of dequantized bytes."""
    scale = _scales(m, graph, -1)
    if scale is None or not _is_one(m.z, graph) or m.w.type.rank < 2:
        return None
    other_zero = None if _is_zero(m.v, graph) else m.v
    sums = graph("integer_matmul", m.x, m.w, _one(m.z, graph), other_zero)
    return _dequantized(sums, _on_axis(scale, 1, 0), graph)


def _plus_bias(m: SimpleNamespace, graph: Graph) -> Value | None:
    """Sums with a bias that was quantized like them."""
    scale = graph.data(m.s)
    if scale is None or m.a.type.dtype is not i32:
        return None
    vector = _along(scale, scale.ndim or 1, -1)
    bias = None if vector is None else _integer_bias(m.b, vector, graph)
    if bias is None or m.b.type.rank > m.a.type.rank or m.b.type.shape[-1:] != m.a.type.shape[-1:]:
        return None
    total = graph("add", m.a, graph.constant(bias, "bias"))
    return graph("dequantize_linear", total, m.s, None)


def _requantize(m: SimpleNamespace, graph: Graph) -> Value | None:
    """Dequantized sums, perhaps limited, quantized."""
    scale, unit = graph.data(m.s), graph.data(m.u)
    if m.a.type.dtype is not i32 or scale is None or unit is None or unit.size != 1:
        return None
    if not _is_one(m.z, graph):
        return None
    span = _limits(m, unit, graph)
    if span is None:
        return None
    factor = graph.constant(np.asarray(scale / unit.reshape(()), np.float32), "scale")
    low, high = span
    zero = _one(m.z, graph)
    return graph("requantize", m.a, factor, zero, dtype=m.d, low=low, high=high)


def _limits(m: SimpleNamespace, unit: Array, graph: Graph) -> tuple[int, int] | None:
    """The limits of a quantized result: of its dtype, and of what limits the real numbers."""
    low, high = limits(m.d, None, None)
    zero = 0 if m.z is None else int(graph.data(m.z).reshape(-1)[0])  # type: ignore[union-attr]
    for name, bound in (("lo", -math.inf), ("hi", math.inf)):
        value = getattr(m, name, bound)
        real = graph.number(value) if isinstance(value, Value) else value
        if real is None or math.isnan(real):
            return None
        if math.isinf(real):
            continue
        place = int(np.clip(np.rint(np.float32(real) / unit.reshape(())) + zero, low, high))
        low, high = (place, high) if name == "lo" else (low, place)
    return (low, high) if low <= high else None


def _relu(m: SimpleNamespace, graph: Graph) -> Value | None:
    m.lo = 0.0
    return _requantize(m, graph)


def _relu6(m: SimpleNamespace, graph: Graph) -> Value | None:
    m.lo, m.hi = 0.0, 6.0
    return _requantize(m, graph)


def _clamped(m: SimpleNamespace, graph: Graph) -> Value | None:
    m.lo = -math.inf if m.p is None else m.p
    m.hi = math.inf if m.q is None else m.q
    return _requantize(m, graph)


def _same_quantized(m: SimpleNamespace, graph: Graph) -> Value | None:
    """Quantized as it was dequantized: the integers themselves."""
    scale = graph.data(m.s)
    same = scale is not None and _equal(m.s, m.u, graph) and _equal(m.v, m.z, graph)
    if not same or m.x.type.dtype is not m.d or not _is_bytes(m.x):
        return None
    assert scale is not None
    return m.x if np.all(scale > np.finfo(np.float32).tiny * 512) else None


def _equal(a: Value | None, b: Value | None, graph: Graph) -> bool:
    """Whether two constants are the same; one that is absent is zero."""
    x, y = (np.zeros(()) if v is None else graph.data(v) for v in (a, b))
    return x is not None and y is not None and x.size == y.size == 1 and x.item() == y.item()


def _moved(m: SimpleNamespace, graph: Graph) -> Value | None:
    """An op that moves or picks elements, on the integers."""
    if not _is_bytes(m.x) or not _is_one(m.s, graph) or not _is_one(m.z, graph):
        return None
    node: Node = m.y.producer
    return graph("dequantize_linear", graph.like(node, m.x), m.s, m.z)


def _turned(m: SimpleNamespace, graph: Graph) -> Value | None:
    """A permutation of weights whose scale varies along an axis."""
    if not _is_bytes(m.x) or graph.data(m.s) is None:
        return None
    given = [_permuted(v, m.dims, graph) for v in (m.s, m.v)]
    if given[0] is None or (given[1] is None and m.v is not None):
        return None
    return graph("dequantize_linear", graph("permute", m.x, dims=m.dims), *given)


def _permuted(value: Value | None, dims: tuple[int, ...], graph: Graph) -> Value | None:
    """A constant of as many dimensions, permuted; one number as it is."""
    data = graph.data(value)
    if data is None or data.size == 1:
        return value
    if data.ndim != len(dims):
        return None
    return graph.constant(np.ascontiguousarray(data.transpose(dims)), "scale")


def _joined(m: SimpleNamespace, graph: Graph) -> Value | None:
    """Pieces that are dequantized alike, joined before that."""
    nodes = [v.producer for v in m.xs]
    if any(n is None or n.op != "dequantize_linear" for n in nodes):
        return None
    first = nodes[0]
    for node in nodes:
        same = [_equal(a, b, graph) for a, b in zip(node.inputs[1:], first.inputs[1:], strict=True)]
        if not all(same) or node.inputs[0].type.dtype is not first.inputs[0].type.dtype:
            return None
    whole = graph("cat", *(n.inputs[0] for n in nodes), dim=m.dim)
    return graph("dequantize_linear", whole, *first.inputs[1:])


def _mean(m: SimpleNamespace, graph: Graph) -> Value | None:
    """The mean of all elements along axes."""
    node = m.y.producer
    if node.attrs["dtype"]:
        return None
    dims = node.attrs["dim"] or tuple(range(m.x.type.rank))
    return _as_sum(m, graph, dims, keepdim=node.attrs["keepdim"])


def _pooled(m: SimpleNamespace, graph: Graph) -> Value | None:
    """An average pooling whose one window is the whole of the trailing axes."""
    a, rank = m.y.producer.attrs, m.x.type.rank
    axes = tuple(range(rank - len(a["kernel_size"]), rank))
    whole = tuple(m.x.type.shape[d] for d in axes) == tuple(a["kernel_size"])
    one = all(m.y.type.shape[d] == 1 for d in axes)
    plain = not any(a["padding"]) and set(a["dilation"]) <= {1} and a["divisor_override"] is None
    return _as_sum(m, graph, axes, keepdim=True) if whole and one and plain else None


def _as_sum(
    m: SimpleNamespace, graph: Graph, dims: tuple[int, ...], *, keepdim: bool
) -> Value | None:
    """A mean as the sum of integers, whatever its order, with the count in the scale."""
    scale, zero = graph.data(m.s), graph.data(m.z)
    sizes = [m.x.type.shape[d] for d in dims]
    is_known = scale is not None and scale.size == 1 and all(isinstance(n, int) for n in sizes)
    if not is_known or not _is_bytes(m.x) or not _is_one(m.z, graph):
        return None
    count = math.prod(sizes)
    if not 0 < count < 1 << 23:
        return None
    assert scale is not None
    sums = graph("sum", m.x, dim=dims, keepdim=keepdim, dtype=i32)
    if zero is not None:
        offset = np.array(-count * int(zero.reshape(-1)[0]), np.int32)
        sums = graph("add", sums, graph.constant(offset, "offset"))
    return _dequantized(sums, np.asarray(scale.reshape(()) / np.float32(count), np.float32), graph)


_MOVING = ("reshape", "permute", "squeeze", "unsqueeze", "slice", "max_pool", "amax", "expand")
_X, _W = "dequantize_linear(x, s, [z])", "dequantize_linear(w, t, [v])"
_SUMS = "dequantize_linear(a, s, none)"
RULES = [
    Rule(f"(y := conv({_X}, {_W}, [b]))", _conv),
    Rule(f"matmul({_X}, {_W})", _matmul),
    Rule(f"add({_SUMS}, b)", _plus_bias),
    Rule(f"quantize_linear({_SUMS}, u, [z], dtype=d)", _requantize),
    Rule(f"quantize_linear(relu({_SUMS}), u, [z], dtype=d)", _relu),
    Rule(f"quantize_linear(relu6({_SUMS}), u, [z], dtype=d)", _relu6),
    Rule(f"quantize_linear(clamp({_SUMS}, [p], [q]), u, [z], dtype=d)", _clamped),
    Rule("quantize_linear(dequantize_linear(x, s, [v]), u, [z], dtype=d)", _same_quantized),
    *(Rule(f"(y := {op}({_X}))", _moved) for op in _MOVING),
    Rule("permute(dequantize_linear(x, s, [v]), dims=dims)", _turned),
    Rule("cat(*xs, dim=dim)", _joined),
    Rule(f"(y := mean({_X}))", _mean),
    Rule(f"(y := avg_pool({_X}))", _pooled),
]


def quantized(snapshot: Snapshot, keep: Keep | None = None) -> Snapshot:
    """The Snapshot with quantized products on integers, if `keep` wants such nodes."""
    return rewrite(snapshot, RULES, keep)
