"""Moves of data that undo or repeat each other: transposes, reshapes, broadcasts, slices."""

from __future__ import annotations

from types import SimpleNamespace

from hodu.passes._rewrite import Graph, Rule, rewrite
from hodu.snapshot.ir import Snapshot, Value


def _permuted_twice(match: SimpleNamespace, graph: Graph) -> Value:
    rank = match.x.type.rank
    inner = [p % rank for p in match.p]
    return graph("permute", match.x, dims=tuple(inner[q % rank] for q in match.q))


def _same_order(match: SimpleNamespace) -> bool:
    rank = match.x.type.rank
    return [p % max(rank, 1) for p in match.p] == list(range(rank))


RULES = [
    Rule("permute(x, dims=p)", "x", where=_same_order),
    Rule("permute(permute(x, dims=p), dims=q)", _permuted_twice),
    Rule("reshape(x)", "x"),
    Rule("reshape(reshape(x), shape=s)", "reshape(x, shape=s)"),
    Rule("reshape(squeeze(x), shape=s)", "reshape(x, shape=s)"),
    Rule("reshape(unsqueeze(x), shape=s)", "reshape(x, shape=s)"),
    Rule("expand(x)", "x"),
    Rule("expand(expand(x), size=s)", "expand(x, size=s)"),
    Rule("flip(flip(x, dims=d), dims=d)", "x"),
    Rule("squeeze(unsqueeze(x, dim=d), dim=e)", "x"),
]


def movement(snapshot: Snapshot) -> Snapshot:
    """The Snapshot without moves that cancel."""
    return rewrite(snapshot, RULES)
