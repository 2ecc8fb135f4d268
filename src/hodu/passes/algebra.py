"""Algebraic simplification: what changes nothing is dropped, what repeats is joined.

Only rules that keep every bit, NaN and infinity are here, but for those in `REASSOCIATE`, which
round differently and are left out of exact programs.
"""

from __future__ import annotations

from types import SimpleNamespace

from hodu.passes._rewrite import Graph, Rule, rewrite
from hodu.snapshot.ir import Snapshot, Value


def _float(match: SimpleNamespace) -> bool:
    return bool(match.x.type.dtype.is_float)


def _integer(match: SimpleNamespace) -> bool:
    return not match.x.type.dtype.is_float


def _scaled(match: SimpleNamespace, graph: Graph) -> Value | None:
    """`(x * a) * b` as `x * (a * b)` for constants."""
    a, b = graph.data(match.a), graph.data(match.b)
    if a is None or b is None:
        return None
    return graph("mul", match.x, graph.constant(a * b))


RULES = [
    Rule("mul(x, 1)", "x"),
    Rule("div(x, 1)", "x"),
    Rule("sub(x, 0)", "x"),
    Rule("add(x, 0)", "x", where=_integer),  # in floats -0.0 + 0 is 0
    Rule("mul(x, -1)", "neg(x)", where=_float),
    Rule("pow(x, 1)", "x"),
    Rule("pow(x, 2)", "mul(x, x)"),
    Rule("neg(neg(x))", "x"),
    Rule("abs(neg(x))", "abs(x)"),
    Rule("abs(abs(x))", "abs(x)"),
    Rule("add(x, neg(y))", "sub(x, y)"),
    Rule("sub(x, neg(y))", "add(x, y)"),
    Rule("relu(relu(x))", "relu(x)"),
    Rule("relu(relu6(x))", "relu6(x)"),
    Rule("logical_not(logical_not(x))", "x"),
    Rule("bitwise_not(bitwise_not(x))", "x"),
    Rule("maximum(x, x)", "x"),
    Rule("minimum(x, x)", "x"),
    Rule("where(c, x, x)", "x"),
    Rule("cast(x)", "x"),
    Rule("clone(x)", "x"),
]
REASSOCIATE = [
    Rule("mul((y := mul(x, a)), b)", _scaled, where=_float),
]


def algebra(snapshot: Snapshot) -> Snapshot:
    """The Snapshot after the exact rules."""
    return rewrite(snapshot, RULES)


def reassociate(snapshot: Snapshot) -> Snapshot:
    """The Snapshot after the rules that round differently."""
    return rewrite(snapshot, REASSOCIATE)
