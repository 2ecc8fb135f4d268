"""Reductions, running sums and orders along axes."""

from __future__ import annotations

from hodu.dtypes import bool_, i64
from hodu.errors import UnsupportedError
from hodu.formats.onnx.export.emitter import Emitter
from hodu.formats.onnx.export.registry import exports
from hodu.snapshot.ir import Node

_KINDS = {
    "sum": "ReduceSum",
    "prod": "ReduceProd",
    "mean": "ReduceMean",
    "amax": "ReduceMax",
    "amin": "ReduceMin",
    "logsumexp": "ReduceLogSumExp",
}


def _reduced(g: Emitter, kind: str, node: Node, x: str) -> str:
    dim = node.attrs["dim"]
    rank = node.inputs[0].type.rank if node.inputs[0] else 0
    axes = g.ints(list(dim)) if dim and rank else None
    return g.op(kind, x, axes, keepdims=int(node.attrs["keepdim"]))


@exports("sum", "prod", "amax", "amin", "logsumexp", "mean")
def reduce(g: Emitter, node: Node, x: str) -> str:
    """One value for all along some axes, in the type of the result."""
    result = node.outputs[0].type
    if node.op == "mean" and result.dtype.is_float and _is_global(node):
        return g.op("GlobalAveragePool", g.cast(x, result.dtype))
    return _reduced(g, _KINDS[node.op], node, g.cast(x, result.dtype))


def _is_global(node: Node) -> bool:
    """Whether all axes after the first two are combined, and kept."""
    rank = node.outputs[0].type.rank
    axes = {d % rank for d in node.attrs["dim"] or ()} if rank else set()
    return rank > 2 and bool(node.attrs["keepdim"]) and axes == set(range(2, rank))


@exports("any", "all")
def logical(g: Emitter, node: Node, x: str) -> str:
    """Whether some, or none is not, as a count: that of nothing is zero."""
    truth = g.cast(x, bool_)
    if node.op == "all":
        truth = g.op("Not", truth)
    found = g.op("Greater", _reduced(g, "ReduceSum", node, g.cast(truth, i64)), g.const(_ZERO))
    return g.op("Not", found) if node.op == "all" else found


_ZERO = i64.numpy.type(0)


@exports("argmax", "argmin")
def arg_extreme(g: Emitter, node: Node, x: str) -> str:
    """The first place of the extreme, along an axis or in all."""
    kind, dim = {"argmax": "ArgMax", "argmin": "ArgMin"}[node.op], node.attrs["dim"]
    rank = node.inputs[0].type.rank if node.inputs[0] else 0
    keep = node.attrs["keepdim"]
    if dim is not None and rank:
        return g.op(kind, x, axis=dim, keepdims=int(keep))
    flat = g.op(kind, g.op("Reshape", x, g.ints([-1])), axis=0, keepdims=0)
    return g.op("Reshape", flat, g.ints([1] * rank if keep else []))


@exports("softmax", "log_softmax")
def softmax(g: Emitter, node: Node, x: str) -> str:
    """Normalized along an axis; of one number it is along an axis of one."""
    kind = {"softmax": "Softmax", "log_softmax": "LogSoftmax"}[node.op]
    if node.outputs[0].type.rank:
        return g.op(kind, x, axis=node.attrs["dim"])
    return g.op("Squeeze", g.op(kind, g.op("Reshape", x, g.ints([1])), axis=0))


def _running(g: Emitter, node: Node, x: str, kind: str) -> str:
    wide = g.cast(x, node.outputs[0].type.dtype)
    if not node.outputs[0].type.rank:
        return wide
    return g.op(kind, wide, g.const(i64.numpy.type(node.attrs["dim"])))


@exports("cumsum")
def cumsum(g: Emitter, node: Node, x: str) -> str:
    """Sums up to each element."""
    return _running(g, node, x, "CumSum")


@exports("cumprod", since=26)
def cumprod(g: Emitter, node: Node, x: str) -> str:
    """Products up to each element."""
    return _running(g, node, x, "CumProd")


@exports("sort")
def sort(g: Emitter, node: Node, x: str) -> list[str]:
    """All of the greatest or least, in order; equal ones keep theirs."""
    if not node.outputs[0].type.rank:
        return [x, g.const(_ZERO)]
    size = g.shape([node.outputs[0].type.shape[node.attrs["dim"]]])
    return _topk(g, node, x, size, node.attrs["descending"])


@exports("topk", when=lambda n: n.outputs[0].type.rank > 0)
def topk(g: Emitter, node: Node, x: str) -> list[str]:
    """The k greatest or least along an axis."""
    return _topk(g, node, x, g.shape([node.attrs["k"]]), node.attrs["largest"])


def _topk(g: Emitter, node: Node, x: str, count: str, largest: bool) -> list[str]:
    return g.multi("TopK", [x, count], 2, axis=node.attrs["dim"], largest=int(largest), sorted=1)


@exports("searchsorted")
def searchsorted(g: Emitter, node: Node, edges: str, x: str) -> str:
    """How many of the sorted numbers are below each element, or not above it."""
    rank = node.inputs[0].type.rank if node.inputs[0] else 0
    if rank > 1 and rank != node.outputs[0].type.rank:
        raise UnsupportedError("of rows of another rank")
    right = node.attrs["right"]
    kind = "LessOrEqual" if right else "Less"
    column = g.op("Unsqueeze", x, g.ints([-1]))
    row = edges if rank == 1 else g.op("Unsqueeze", edges, g.ints([-2]))
    below = g.op(kind, row, column)
    if g.type_of(x).is_float:  # A NaN comes after all numbers.
        last = g.op("IsNaN", column)
        before = last if right else g.op("And", last, g.op("Not", g.op("IsNaN", row)))
        below = g.op("Or", below, before)
    return g.op("ReduceSum", g.cast(below, i64), g.ints([-1]), keepdims=0)
