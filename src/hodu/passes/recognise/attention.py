"""Scaled dot product attention: the softmax of masked, scaled scores times the values.

First `softmax(q @ k * scale + mask) @ v` is found, then what else belongs to it is absorbed: the
scale of the query or of the key, a mask that changes nothing, a causal mask.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np

from hodu.passes._rewrite import Graph, Rule
from hodu.passes._transposes import order_of
from hodu.snapshot.ir import Value

_SCORES = ["matmul(q, k)", "mul(matmul(q, k), s)", "div(matmul(q, k), t)"]
_MASKED = ["{}", "add({}, m)", "where(m, {}, o)", "where(h, o, {})"]
# A query that may attend to nothing: NaN replaced by 0.
_WEIGHTS = ["softmax({}, dim=d)", "where(isnan((p := softmax({}, dim=d))), 0, p)"]
_SCALED = [
    "mul({0}, s)",
    "div({0}, t)",
    "permute(mul({0}, s), dims=p)",
    "permute(div({0}, t), dims=p)",
]
_ATTENTION = "(a := scaled_dot_product_attention({}, {}, v, [m]))"


def _attention(match: SimpleNamespace, graph: Graph) -> Value | None:
    found = vars(match)
    scale, mask = _scale(found, graph), found.get("m")
    ranks = [v.type.rank for v in (match.q, match.k, match.v)]
    if scale is None or min(ranks) < 2 or match.d % max(ranks[:2]) != max(ranks[:2]) - 1:
        return None
    if "o" in found and graph.number(match.o) != -np.inf:
        return None
    if "h" in found:
        mask = graph("logical_not", match.h)
    key = _transposed(match.k, graph)
    return graph("scaled_dot_product_attention", match.q, key, match.v, mask, scale=scale)


def _transposed(value: Value, graph: Graph) -> Value:
    """A matrix transposed; what it was transposed from, if that is it."""
    rank, node = value.type.rank, value.producer
    swapped = (*range(rank - 2), rank - 1, rank - 2)
    if node is None or node.op != "permute":
        return graph("permute", value, dims=swapped)
    source, order = node.inputs[0], order_of(node.attrs["dims"])
    assert source is not None
    dims = tuple(order[i] for i in swapped)
    return source if dims == tuple(range(rank)) else graph("permute", source, dims=dims)


def _scale(found: dict[str, Value], graph: Graph) -> float | None:
    """The factor `s` or the inverse of `t`, 1 if there is neither; None if it is no number."""
    if "s" not in found and "t" not in found:
        return 1.0
    number = graph.number(found["s"] if "s" in found else found["t"])
    if not number:
        return None
    return float(number) if "s" in found else 1.0 / float(number)


def _absorbed(part: str) -> Callable[[SimpleNamespace, Graph], Value | None]:
    """The attention with the scale of its query ("q") or key ("k") as its own."""

    def replacement(match: SimpleNamespace, graph: Graph) -> Value | None:
        node, scale = match.a.producer, _scale(vars(match), graph)
        if scale is None or node.attrs["scale"] is None:
            return None
        query, key, value, mask = node.inputs
        source = getattr(match, part)
        moved = graph("permute", source, dims=match.p) if hasattr(match, "p") else source
        query, key = (moved, key) if part == "q" else (query, moved)
        attrs = {**node.attrs, "scale": node.attrs["scale"] * scale}
        return graph("scaled_dot_product_attention", query, key, value, mask, **attrs)

    return replacement


def _unmasked(match: SimpleNamespace, graph: Graph) -> Value | None:
    """Without a constant mask that hides nothing, or that hides just what comes later."""
    node, data = match.a.producer, graph.data(match.m)
    if data is None:
        return None
    hidden = ~data if data.dtype == bool else data == -np.inf
    if data.dtype != bool and not np.array_equal(hidden, data != 0):
        return None
    if not hidden.any():
        return graph.like(node, *node.inputs[:3], None)
    rows, columns = match.q.type.shape[-2], match.k.type.shape[-2]
    if hidden.shape[-2:] != (rows, columns) or node.attrs["is_causal"]:
        return None
    if not np.array_equal(
        hidden, np.broadcast_to(~np.tri(rows, columns, dtype=bool), hidden.shape)
    ):
        return None
    attrs = {**node.attrs, "is_causal": True}
    return graph("scaled_dot_product_attention", *node.inputs[:3], None, **attrs)


ATTENTION = [
    *(
        Rule(f"matmul({w.format(m.format(s))}, v)", _attention, sole=True)
        for w, m, s in itertools.product(_WEIGHTS, _MASKED, _SCORES)
    ),
    *(Rule(_ATTENTION.format(s.format("q"), "k"), _absorbed("q")) for s in _SCALED),
    *(Rule(_ATTENTION.format("q", s.format("k")), _absorbed("k")) for s in _SCALED),
    Rule(_ATTENTION.format("q", "k").replace("[m]", "m"), _unmasked),
]
