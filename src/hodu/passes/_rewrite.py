"""The rewriting engine: rules are data, applied in one walk over the graph.

    Rule("mul(x, 1)", "x")
    Rule("permute(permute(x, dims=p), dims=q)", lambda m, g: g("permute", m.x, dims=...))

A replacement is a pattern in the bound names, or a function of the match and a builder that
returns the new value, or None to decline. A rule applies only where the replacement has the type
of what it replaces, so that rules need not think about broadcasting and promotion; a replacement
that the ops refuse is declined as well.
"""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, TypeAlias

import numpy as np

from hodu.errors import HoduError
from hodu.ops._table import REGISTRY, Array
from hodu.passes._pattern import (
    NODES,
    Absent,
    Any_,
    AttrName,
    Bindings,
    Call,
    Number,
    Pattern,
    match_node,
    number_of,
    parse_pattern,
)
from hodu.passes._regions import everywhere
from hodu.snapshot.ir import Node, Snapshot, Value, make_node
from hodu.snapshot.prune import prune
from hodu.snapshot.rebuild import Rebuilder, rebuild

_LIMIT = 32
Replacement: TypeAlias = "str | Callable[[SimpleNamespace, Graph], Value | None]"
Keep: TypeAlias = Callable[[Node], bool]


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A pattern whose root is a call, what takes its place, and further conditions.

    `sole` asks that what the match computes on the way to its root is used nowhere else, so that
    nothing is computed twice.
    """

    pattern: str
    replacement: Replacement
    where: Callable[[SimpleNamespace], bool] | None = None
    sole: bool = False


class Graph:
    """What a replacement may do: look at constants, make nodes and constants.

    `graph("add", x, y)` makes a node where the match stood and returns its first result.
    """

    def __init__(self, engine: _Engine, out: Rebuilder, like: Node) -> None:
        self._engine = engine
        self._out = out
        self._like = like

    def __call__(self, op: str, *inputs: Value | None, **attrs: Any) -> Value:
        schema = REGISTRY[op].schema
        whole = {p.name: attrs.get(p.name, p.default) for p in schema.attrs}
        return self._out.call(op, inputs, whole, self._like, names=[op])[0]

    def like(self, node: Node, *inputs: Value | None) -> Value:
        """`node` on other inputs, its type inferred anew."""
        return self(node.op, *inputs, **node.attrs)

    def data(self, value: Value | None) -> Array | None:
        """The contents of a constant, None of anything else."""
        return None if value is None else self._engine.constants.get(value)

    def number(self, value: Value) -> float | int | None:
        """The number that fills a constant, None of anything else."""
        return number_of(value, self._engine.constants)

    def uses(self, value: Value) -> int:
        """How often a value is used, by nodes and as an output."""
        return self._engine.uses.get(value, 1)

    def constant(self, array: Array, name: str = "c") -> Value:
        """A new constant; its memory must not change from here on."""
        array = np.asarray(array)
        array.flags.writeable = False
        value = self._out.constant(array, name)
        self._engine.constants[value] = self._out.constants[value]
        return value


def rewrite(snapshot: Snapshot, rules: Iterable[Rule], keep: Keep | None = None) -> Snapshot:
    """Apply the rules wherever they match, in order of computation, until none does.

    Composites that a replacement ends in must satisfy `keep`.
    """
    index = _by_root(tuple(rules))
    return everywhere(snapshot, lambda s: _Engine(s, index, keep).run())


@functools.lru_cache(16)  # rules may be made for one Snapshot
def _by_root(rules: tuple[Rule, ...]) -> Mapping[str, Sequence[tuple[Rule, Call]]]:
    """The rules with their patterns, by the op at the root."""
    index: dict[str, list[tuple[Rule, Call]]] = defaultdict(list)
    for rule in rules:
        pattern = parse_pattern(rule.pattern)
        assert isinstance(pattern, Call), rule.pattern
        index[pattern.op].append((rule, pattern))
    return index


class _Engine:
    """One walk over one Snapshot."""

    def __init__(
        self,
        snapshot: Snapshot,
        index: Mapping[str, Sequence[tuple[Rule, Call]]],
        keep: Keep | None,
    ) -> None:
        self.snapshot = snapshot
        self.index = index
        self.keep = keep
        self.constants = {v: snapshot.constants[v.name] for v in snapshot.constant_values}
        self.uses: Counter[Value] = Counter()
        self._old_uses = Counter(v for n in snapshot.nodes for v in n.inputs if v is not None)
        self._old_uses.update(snapshot.outputs.values())

    def run(self) -> Snapshot:
        """The Snapshot after the walk."""
        if not any(node.op in self.index for node in self.snapshot.nodes):
            return self.snapshot
        return prune(rebuild(self.snapshot, self._step))

    def _step(self, node: Node, inputs: list[Value | None], out: Rebuilder) -> Sequence[Value]:
        values = self._replaced(node, inputs, out)
        for old, new in zip(node.outputs, values, strict=True):
            self.uses[new] += self._old_uses[old]
        return values

    def _replaced(self, node: Node, inputs: list[Value | None], out: Rebuilder) -> Sequence[Value]:
        names = [v.name for v in node.outputs]
        for _ in range(_LIMIT):
            rules = self.index.get(node.op)
            if not rules or len(node.outputs) != 1:
                break
            before = len(out.nodes)
            replaced = self._first(rules, _tentative(node, inputs), out)
            if replaced is None:
                break
            if len(out.nodes) == before or replaced.producer is not out.nodes[-1]:
                return [replaced]
            out.undo(len(out.nodes) - 1)  # the new root may match in its turn
            node, inputs = replaced.producer, list(replaced.producer.inputs)
        return out.copy(node, inputs, names)

    def _first(
        self, rules: Sequence[tuple[Rule, Call]], node: Node, out: Rebuilder
    ) -> Value | None:
        """What the first rule that fits puts in the place of the node's only result."""
        for rule, pattern in rules:
            for bound in match_node(pattern, node, self.constants, {}):
                replaced = self._apply(rule, bound, node, out)
                if replaced is not None:
                    return replaced
        return None

    def _apply(self, rule: Rule, bound: Bindings, node: Node, out: Rebuilder) -> Value | None:
        match = SimpleNamespace(**bound)
        if rule.where is not None and not rule.where(match):
            return None
        if rule.sole and not self._is_sole(bound[NODES], node):
            return None
        made = len(out.nodes), len(out.constants)
        try:
            replaced = _replacement(rule.replacement, bound, Graph(self, out, node), node)
        except HoduError:
            replaced = None
        if replaced is None or not self._is_accepted(replaced, node):
            out.undo(*made)
            return None
        return replaced

    def _is_accepted(self, replaced: Value, node: Node) -> bool:
        if replaced.type != node.outputs[0].type:
            return False
        made = replaced.producer
        if self.keep is None or made is None or made.definition.compose is None:
            return True
        return self.keep(made)

    def _is_sole(self, nodes: Sequence[Node], root: Node) -> bool:
        within = Counter(v for n in dict.fromkeys(nodes) for v in n.inputs)
        inner = (n.outputs[0] for n in nodes if n is not root)
        return all(self.uses.get(v, 1) <= within[v] for v in inner)


def _tentative(node: Node, inputs: Sequence[Value | None]) -> Node:
    """The node on its new inputs, not yet in the graph."""
    named = [(v.name, v.type) for v in node.outputs]
    return make_node(node.op, inputs, node.attrs, named, node.loc)


def _replacement(
    replacement: Replacement, bound: Bindings, graph: Graph, node: Node
) -> Value | None:
    if isinstance(replacement, str):
        return _build(parse_pattern(replacement), bound, graph, node)
    return replacement(SimpleNamespace(**bound), graph)


def _build(pattern: Pattern, bound: Bindings, graph: Graph, node: Node) -> Value | None:
    if isinstance(pattern, Any_):
        value: Value = bound[pattern.name]
        return value
    if isinstance(pattern, Absent):
        return None
    if isinstance(pattern, Number):
        dtype = node.outputs[0].type.dtype.numpy
        return graph.constant(np.array(pattern.value).astype(dtype))
    assert isinstance(pattern, Call)
    attrs = {k: bound[v.name] if isinstance(v, AttrName) else v for k, v in pattern.attrs}
    return graph(pattern.op, *(_build(p, bound, graph, node) for p in pattern.inputs), **attrs)
