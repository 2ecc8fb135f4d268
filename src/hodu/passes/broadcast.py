"""Broadcasts that nothing needs: elementwise ops broadcast by themselves.

Operands lose their `expand`, arrays filled with one number become that number, and what is computed
from a broadcast value is computed before the broadcast.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from hodu.passes._elementwise import BINARY, TERNARY, UNARY
from hodu.passes._rewrite import Graph, Keep, Rule, rewrite
from hodu.snapshot.ir import Snapshot, Value


def _narrowed(match: SimpleNamespace, graph: Graph) -> Value | None:
    """The op on its operands without what only repeats them; None if nothing does."""
    node = match.y.producer
    rank = node.outputs[0].type.rank
    inputs = [None if v is None else _source(v, rank, graph) for v in node.inputs]
    if all(a is b for a, b in zip(inputs, node.inputs, strict=True)):
        return None
    return graph.like(node, *inputs)


def _source(value: Value, rank: int, graph: Graph) -> Value:
    """What a broadcast operand repeats: the input of `expand`, or a number."""
    if value.producer is not None and value.producer.op == "expand":
        source = value.producer.inputs[0]
        assert source is not None
        return _source(source, rank, graph)
    if value.type.rank == 0 or (value.producer is not None and value.producer.op != "full"):
        return value
    number = graph.number(value)
    data = graph.data(value)
    if number is None or (data is not None and data.size == 1):
        return value
    # Of the same rank class as before, so that promotion and the result's rank stay.
    filled = np.full((1,) * value.type.rank, number, value.type.dtype.numpy)
    return graph.constant(filled)


def _computed_before(match: SimpleNamespace, graph: Graph) -> Value | None:
    """A function of a broadcast value, broadcast."""
    y = match.y
    return graph("expand", graph.like(y.producer, match.x), size=y.type.shape)


RULES = [
    Rule("expand(x)", "x"),
    Rule("expand(expand(x), size=s)", "expand(x, size=s)"),
    *(Rule(f"(y := {op}(expand(x)))", _computed_before, sole=True) for op in UNARY),
    *(Rule(f"(y := {op}([a], [b]))", _narrowed) for op in BINARY),
    *(Rule(f"(y := {op}([a], [b], [c]))", _narrowed) for op in TERNARY),
    Rule("matmul(expand(x), y)", "matmul(x, y)"),
    Rule("matmul(x, expand(y))", "matmul(x, y)"),
]


def broadcast(snapshot: Snapshot, keep: Keep | None = None) -> Snapshot:
    """The Snapshot without broadcasts that the ops do by themselves."""
    return rewrite(snapshot, RULES, keep)
