"""Transposes that cancel: joined, sunk below elementwise ops until they meet, or made views.

A transpose in front of a product stays, because products read their operands in any order.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

from hodu.passes._elementwise import BINARY, TERNARY, UNARY
from hodu.passes._rewrite import Graph, Rule
from hodu.snapshot.ir import Value

Order = tuple[int, ...]


def order_of(dims: Sequence[int]) -> Order:
    """The dimensions of a transpose, all counted from the first."""
    return tuple(d % len(dims) for d in dims)


def inverse(order: Order) -> Order:
    """The transpose that undoes another."""
    return tuple(order.index(i) for i in range(len(order)))


def _is_identity(match: SimpleNamespace) -> bool:
    return order_of(match.p) == tuple(range(len(match.p)))


def _joined(match: SimpleNamespace, graph: Graph) -> Value:
    inner, outer = order_of(match.p), order_of(match.q)
    return graph("permute", match.x, dims=tuple(inner[i] for i in outer))


def _as_view(match: SimpleNamespace, graph: Graph) -> Value | None:
    """A transpose that moves only dimensions of size 1 is a reshape."""
    kept = [i for i in order_of(match.p) if match.x.type.shape[i] != 1]
    if kept != sorted(kept):
        return None
    return graph("reshape", match.x, shape=match.y.type.shape)


def _through_reshapes(match: SimpleNamespace, graph: Graph) -> Value | None:
    """The transpose of the last dimensions alone, where the others are joined and parted again."""
    order, middle = order_of(match.p), match.m.type.shape
    start = next((i for i, p in enumerate(order) if i != p), len(order))
    count = len(order) - start
    tail, result = middle[start:], match.y.type.shape
    lead = result[: len(result) - count]
    if not count or match.x.type.shape != lead + tail:
        return None
    if result[len(lead) :] != tuple(middle[p] for p in order[start:]):
        return None
    moved = tuple(p - start + len(lead) for p in order[start:])
    return graph("permute", match.x, dims=(*range(len(lead)), *moved))


def _sunk(match: SimpleNamespace, graph: Graph) -> Value | None:
    """An elementwise op on transposed operands as the transpose of its result."""
    node = match.y.producer
    rank = node.outputs[0].type.rank
    orders = {_order_below(v, rank) for v in node.inputs if v is not None} - {()}
    if len(orders) != 1:
        return None
    (order,) = orders
    inputs = [None if v is None else _untransposed(v, order, graph) for v in node.inputs]
    if any(a is None and b is not None for a, b in zip(inputs, node.inputs, strict=True)):
        return None
    return graph("permute", graph.like(node, *inputs), dims=order)


def _order_below(value: Value, rank: int) -> Order:
    """The order in which an operand is transposed, () if it is not."""
    node = value.producer
    if node is None or node.op != "permute" or value.type.rank != rank:
        return ()
    return order_of(node.attrs["dims"])


def _untransposed(value: Value, order: Order, graph: Graph) -> Value | None:
    """An operand before the transpose: of a transposed one, of a number and of a constant."""
    if value.type.rank == 0:
        return value
    if _order_below(value, len(order)):
        assert value.producer is not None
        return value.producer.inputs[0] if graph.uses(value) <= 1 else None
    data = graph.data(value)
    if data is None:
        return None
    whole = data.reshape((1,) * (len(order) - data.ndim) + data.shape)
    return graph.constant(whole.transpose(inverse(order)))


TRANSPOSES = [
    Rule("permute(x, dims=p)", "x", where=_is_identity),
    Rule("permute(permute(x, dims=p), dims=q)", _joined),
    Rule("(y := permute(x, dims=p))", _as_view),
    Rule("(y := reshape(permute((m := reshape(x)), dims=p)))", _through_reshapes),
    *(Rule(f"(y := {op}(permute(x)))", _sunk) for op in UNARY),
    *(Rule(f"(y := {op}([a], [b]))", _sunk) for op in BINARY),
    *(Rule(f"(y := {op}([a], [b], [c]))", _sunk) for op in TERNARY),
]
