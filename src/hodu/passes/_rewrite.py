"""The rewriting engine: rules are data, applied in one walk over the graph.

    Rule("mul(x, 1)", "x")
    Rule("permute(permute(x, dims=p), dims=q)", lambda m, g: g("permute", m.x, dims=...))

A replacement is a pattern in the bound names, or a function of the match and a builder that
returns the new value, or None to decline. A rule applies only where the replacement has the type
of what it replaces, so that rules need not think about broadcasting and promotion.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, TypeAlias

import numpy as np

from hodu.ops._table import REGISTRY, Array
from hodu.passes._pattern import (
    Absent,
    Any_,
    AttrName,
    Bindings,
    Call,
    Number,
    Pattern,
    match_node,
    parse_pattern,
)
from hodu.snapshot.ir import Node, Snapshot, Value, make_node
from hodu.snapshot.prune import prune
from hodu.snapshot.rebuild import Rebuilder, rebuild

_LIMIT = 32
Replacement: TypeAlias = "str | Callable[[SimpleNamespace, Graph], Value | None]"


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern whose root is a call, what takes its place, and an optional further condition."""

    pattern: str
    replacement: Replacement
    where: Callable[[SimpleNamespace], bool] | None = None


class Graph:
    """What a replacement may do: look at constants, make nodes and constants.

    `graph("add", x, y)` makes a node where the match stood and returns its first result.
    """

    def __init__(self, out: Rebuilder, constants: dict[Value, Array], like: Node) -> None:
        self._out = out
        self._constants = constants
        self._like = like

    def __call__(self, op: str, *inputs: Value | None, **attrs: Any) -> Value:
        schema = REGISTRY[op].schema
        whole = {p.name: attrs.get(p.name, p.default) for p in schema.attrs}
        return self._out.call(op, inputs, whole, self._like)[0]

    def data(self, value: Value) -> Array | None:
        """The contents of a constant, None of anything else."""
        return self._constants.get(value)

    def constant(self, array: Array, name: str = "c") -> Value:
        """A new constant."""
        value = self._out.constant(array, name)
        self._constants[value] = array
        return value


def rewrite(snapshot: Snapshot, rules: Iterable[Rule]) -> Snapshot:
    """Apply the rules wherever they match, in order of computation, until none does."""
    index: dict[str, list[tuple[Rule, Call]]] = defaultdict(list)
    for rule in rules:
        pattern = parse_pattern(rule.pattern)
        assert isinstance(pattern, Call), rule.pattern
        index[pattern.op].append((rule, pattern))
    constants = {v: snapshot.constants[v.name] for v in snapshot.constant_values}

    def step(node: Node, inputs: list[Value | None], out: Rebuilder) -> Sequence[Value]:
        for _ in range(_LIMIT):
            before = len(out.nodes)
            replaced = _first(index[node.op], _tentative(node, inputs), out, constants)
            if replaced is None:
                return out.copy(node, inputs)
            producer = replaced.producer
            if producer is None or producer not in out.nodes[before:]:
                return [replaced]
            out.undo(len(out.nodes) - 1)  # the new root may match in its turn
            node, inputs = producer, list(producer.inputs)
        return out.copy(node, inputs)

    return prune(rebuild(snapshot, step))


def _tentative(node: Node, inputs: Sequence[Value | None]) -> Node:
    """The node on its new inputs, not yet in the graph."""
    named = [(v.name, v.type) for v in node.outputs]
    return make_node(node.op, inputs, node.attrs, named, node.loc)


def _first(
    rules: Sequence[tuple[Rule, Call]], node: Node, out: Rebuilder, constants: dict[Value, Array]
) -> Value | None:
    """What the first rule that fits puts in the place of the node's only result."""
    if len(node.outputs) != 1:
        return None
    for rule, pattern in rules:
        for bound in match_node(pattern, node, constants, {}):
            replaced = _apply(rule, bound, node, Graph(out, constants, node), out)
            if replaced is not None:
                return replaced
    return None


def _apply(rule: Rule, bound: Bindings, node: Node, graph: Graph, out: Rebuilder) -> Value | None:
    match = SimpleNamespace(**bound)
    if rule.where is not None and not rule.where(match):
        return None
    made = len(out.nodes)
    if isinstance(rule.replacement, str):
        replaced = _build(parse_pattern(rule.replacement), bound, graph, node)
    else:
        replaced = rule.replacement(match, graph)
    if replaced is None or replaced.type != node.outputs[0].type:
        out.undo(made)
        return None
    return replaced


def _build(pattern: Pattern, bound: Bindings, graph: Graph, node: Node) -> Value | None:
    if isinstance(pattern, Any_):
        value: Value = bound[pattern.name]
        return value
    if isinstance(pattern, Absent):
        return None
    if isinstance(pattern, Number):
        dtype = node.outputs[0].type.dtype.numpy
        return graph.constant(np.array(pattern.value).astype(dtype))
    attrs = {k: bound[v.name] if isinstance(v, AttrName) else v for k, v in pattern.attrs}
    return graph(pattern.op, *(_build(p, bound, graph, node) for p in pattern.inputs), **attrs)
