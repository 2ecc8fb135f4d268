"""Algebraic simplification: what changes nothing is dropped, what repeats is joined.

Only rules that keep every bit, NaN and infinity are here, but for those in `REASSOCIATE`, which
round differently and are left out of exact programs.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from hodu.ops._table import Array
from hodu.ops.nonfinite import finfo
from hodu.passes._rewrite import Graph, Keep, Replacement, Rule, rewrite
from hodu.snapshot.ir import Snapshot, Value


def _float(match: SimpleNamespace) -> bool:
    return bool(match.x.type.dtype.is_float)


def _integer(match: SimpleNamespace) -> bool:
    return not match.x.type.dtype.is_float


def _is_wide(match: SimpleNamespace) -> bool:
    """Whether each op rounds to the precision in which it computes."""
    return bool(match.x.type.dtype.is_float and match.x.type.dtype.bits >= 32)


def _joined(op: str, join: Callable[[Array, Array], Any]) -> Replacement:
    """`op(x, join(a, b))` for constants `a` and `b`, unless that takes more room than they do."""

    def replacement(match: SimpleNamespace, graph: Graph) -> Value | None:
        a, b = graph.data(match.a), graph.data(match.b)
        if a is None or b is None or np.broadcast(a, b).size > max(a.size, b.size):
            return None
        with np.errstate(all="ignore"):
            return graph(op, match.x, graph.constant(np.asarray(join(a, b), a.dtype)))

    return replacement


def _times_inverse(match: SimpleNamespace, graph: Graph) -> Value | None:
    """A division by constants as a product, if their inverses are ordinary numbers."""
    data = graph.data(match.a)
    if data is None or not data.all():
        return None
    with np.errstate(all="ignore"):
        inverse = np.asarray(1 / data, data.dtype)
    wide = np.abs(inverse.astype(np.float64))
    tiny = float(finfo(data.dtype).tiny)
    if not (np.isfinite(wide).all() and (wide >= tiny).all()):
        return None
    return graph("mul", match.x, graph.constant(inverse))


def _over_power(match: SimpleNamespace, graph: Graph) -> Value | None:
    """A division by a power of two is exact as a product."""
    number = graph.number(match.a)
    if number is None or abs(math.frexp(number)[0]) != 0.5:
        return None
    return _times_inverse(match, graph)


RULES = [
    Rule("mul(x, 1)", "x"),
    Rule("div(x, 1)", "x"),
    Rule("sub(x, 0)", "x"),
    Rule("add(x, 0)", "x", where=_integer),  # in floats -0.0 + 0 is 0
    Rule("add(x, -0.0)", "x", where=_float),
    Rule("mul(x, -1)", "neg(x)", where=_float),
    Rule("pow(x, 1)", "x"),
    Rule("pow(x, 2)", "mul(x, x)"),
    Rule("neg(neg(x))", "x"),
    Rule("abs(neg(x))", "abs(x)"),
    Rule("abs(abs(x))", "abs(x)"),
    Rule("square(neg(x))", "square(x)"),
    Rule("square(abs(x))", "square(x)"),
    Rule("cos(neg(x))", "cos(x)"),
    Rule("add(x, neg(y))", "sub(x, y)"),
    Rule("sub(x, neg(y))", "add(x, y)"),
    Rule("mul(neg(x), neg(y))", "mul(x, y)"),
    Rule("div(neg(x), neg(y))", "div(x, y)"),
    Rule("neg(sub(x, y))", "sub(y, x)", where=_integer),
    Rule("sub(0, x)", "neg(x)", where=_integer),
    Rule("div(1, x)", "reciprocal(x)"),
    Rule("div(x, a)", _over_power, where=_float),
    Rule("reciprocal(sqrt(x))", "rsqrt(x)", where=_is_wide),
    Rule("relu(relu(x))", "relu(x)"),
    Rule("relu(relu6(x))", "relu6(x)"),
    Rule("relu6(relu6(x))", "relu6(x)"),
    *(Rule(f"{f}({f}(x))", f"{f}(x)") for f in ("floor", "ceil", "trunc", "sign")),
    *(Rule(f"abs({f}(x))", f"{f}(x)") for f in ("exp", "sigmoid")),
    *(Rule(f"relu({f}(x))", f"{f}(x)") for f in ("exp", "sigmoid")),
    Rule("logical_not(logical_not(x))", "x"),
    Rule("logical_not(eq(x, y))", "ne(x, y)"),
    Rule("logical_not(ne(x, y))", "eq(x, y)"),
    Rule("logical_and(x, x)", "x"),
    Rule("logical_or(x, x)", "x"),
    Rule("logical_and(x, 1)", "x"),
    Rule("logical_or(x, 0)", "x"),
    Rule("bitwise_not(bitwise_not(x))", "x"),
    Rule("bitwise_and(x, x)", "x"),
    Rule("bitwise_or(x, x)", "x"),
    Rule("bitwise_or(x, 0)", "x"),
    Rule("bitwise_xor(x, 0)", "x"),
    Rule("maximum(x, x)", "x"),
    Rule("minimum(x, x)", "x"),
    Rule("maximum(maximum(x, a), b)", _joined("maximum", np.maximum), where=_integer),
    Rule("minimum(minimum(x, a), b)", _joined("minimum", np.minimum), where=_integer),
    Rule("add(add(x, a), b)", _joined("add", np.add), where=_integer),
    Rule("mul(mul(x, a), b)", _joined("mul", np.multiply), where=_integer),
    Rule("where(c, x, x)", "x"),
    Rule("where(1, x, y)", "x"),
    Rule("where(0, x, y)", "y"),
    Rule("where(logical_not(c), x, y)", "where(c, y, x)"),
    Rule("cast(x)", "x"),
    Rule("clone(x)", "x"),
    Rule("detach(x)", "x"),
]
# In floats these round differently, take -0.0 for 0, or differ where a power of infinity does.
REASSOCIATE = [
    Rule("add(x, 0)", "x", where=_float),
    Rule("sub(0, x)", "neg(x)", where=_float),
    Rule("neg(sub(x, y))", "sub(y, x)", where=_float, sole=True),
    Rule("mul(mul(x, a), b)", _joined("mul", np.multiply), where=_float),
    Rule("add(add(x, a), b)", _joined("add", np.add), where=_float),
    Rule("sub(add(x, a), b)", _joined("add", np.subtract), where=_float),
    Rule("add(sub(x, a), b)", _joined("add", lambda a, b: b - a), where=_float),
    Rule("sub(sub(x, a), b)", _joined("sub", np.add), where=_float),
    Rule("mul(div(x, a), b)", _joined("mul", lambda a, b: b / a), where=_float),
    Rule("div(mul(x, a), b)", _joined("mul", np.divide), where=_float),
    Rule("div(div(x, a), b)", _joined("div", np.multiply), where=_float),
    Rule("div(x, a)", _times_inverse, where=_float),
    Rule("mul(x, reciprocal(y))", "div(x, y)", where=_float, sole=True),
    Rule("pow(x, 0.5)", "sqrt(x)", where=_float),
    Rule("pow(x, -0.5)", "rsqrt(x)", where=_float),
    Rule("pow(x, -1)", "reciprocal(x)", where=_float),
    Rule("pow(x, 3)", "mul(mul(x, x), x)", where=_float),
]


def algebra(snapshot: Snapshot, keep: Keep | None = None) -> Snapshot:
    """The Snapshot after the exact rules."""
    return rewrite(snapshot, RULES, keep)


def reassociate(snapshot: Snapshot, keep: Keep | None = None) -> Snapshot:
    """The Snapshot after the rules that round differently."""
    return rewrite(snapshot, REASSOCIATE, keep)
