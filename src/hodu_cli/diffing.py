"""Two models, or two back ends, side by side: every result of a node, and how far they differ."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from hodu.dtypes import FROM_NUMPY
from hodu.errors import ArgumentError
from hodu.ops._table import Array
from hodu.plugins.interfaces import CompileOptions
from hodu.plugins.manager import Engine
from hodu.shapes import TensorType
from hodu.snapshot.interp import interpreter
from hodu.snapshot.ir import Node, Snapshot, Value
from hodu_cli.closeness import Distance, distance, tolerance_of

Matching = Literal["auto", "name", "position"]
_ENOUGH = 0.5


@dataclass(frozen=True, slots=True)
class Side:
    """A model, and what runs it."""

    file: str
    snapshot: Snapshot
    engine: Engine

    @property
    def is_interpreted(self) -> bool:
        """Whether nodes run one by one, so that their results can be watched."""
        return self.engine.compiler.name == "interp"


@dataclass(frozen=True, slots=True)
class Row:
    """A tensor of both models; no distance where the shapes differ."""

    name: str
    other: str
    node: Node | None
    types: tuple[TensorType, TensorType]
    distance: Distance | None

    @property
    def agrees(self) -> bool:
        """Whether no element is beyond the tolerance."""
        return self.distance is not None and self.distance.beyond == 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """The tensors of nodes in order, the outputs, and how they were matched.

    `unmatched` counts the results of nodes of the two models that the other one has not.
    """

    rows: list[Row]
    outputs: list[Row]
    matched_by: str
    unmatched: tuple[int, int]

    @property
    def first(self) -> Row | None:
        """The first tensor beyond the tolerance."""
        return next((row for row in self.rows if not row.agrees), None)

    @property
    def agrees(self) -> bool:
        """Whether all outputs and all tensors agree."""
        return all(row.agrees for row in (*self.rows, *self.outputs))


def compare(
    a: Side, b: Side, inputs: Mapping[str, Array], matching: Matching, tolerance: float | None
) -> Comparison:
    """Run both on the inputs of the first one.

    Where a compiler is at work, nodes are compared in a program of which every result is an
    output, which fuses less; the outputs are those of the program as it is.
    """
    given = [inputs, _inputs_of(b.snapshot, a.snapshot, inputs)]
    results = [_results(side, x) for side, x in zip((a, b), given, strict=True)]
    outputs = [_outputs(side, x) for side, x in zip((a, b), given, strict=True)]
    how, pairs = _pairs(a.snapshot, b.snapshot, matching)
    rows = [
        _row(v.name, w.name, v.producer, results[0][v.name], results[1][w.name], tolerance)
        for v, w in pairs
    ]
    names = _paired_names(list(a.snapshot.outputs), list(b.snapshot.outputs), "outputs")
    ends = [_row(n, m, None, outputs[0][n], outputs[1][m], tolerance) for n, m in names]
    totals = [sum(len(n.outputs) for n in s.snapshot.nodes) - len(pairs) for s in (a, b)]
    return Comparison(rows, ends, how, (totals[0], totals[1]))


def _row(
    name: str, other: str, node: Node | None, x: Array, y: Array, tolerance: float | None
) -> Row:
    types = tuple(TensorType(array.shape, FROM_NUMPY[array.dtype]) for array in (x, y))
    fits = x.shape == y.shape
    found = distance(x, y, tolerance_of(types[0].dtype, tolerance)) if fits else None
    return Row(name, other, node, (types[0], types[1]), found)


def _inputs_of(
    snapshot: Snapshot, first: Snapshot, inputs: Mapping[str, Array]
) -> Mapping[str, Array]:
    wanted = [v.name for v in snapshot.inputs if v.name not in snapshot.states]
    known = [v.name for v in first.inputs if v.name not in first.states]
    return {other: inputs[name] for name, other in _paired_names(known, wanted, "inputs")}


def _paired_names(a: Sequence[str], b: Sequence[str], what: str) -> list[tuple[str, str]]:
    """Names that both have, else those at the same places."""
    if set(a) == set(b):
        return [(name, name) for name in a]
    if len(a) != len(b):
        raise ArgumentError(
            f"the models have other {what}: {', '.join(a)} and {', '.join(b)}",
            hint="`hodu inspect` shows them; models are compared that take and give the same",
        )
    return list(zip(a, b, strict=True))


def _results(side: Side, inputs: Mapping[str, Array]) -> dict[str, Array]:
    """What every node computes, by name."""
    snapshot = side.snapshot
    if side.is_interpreted:
        found: dict[str, Array] = {}

        def keep(node: Node, results: tuple[Array, ...], seconds: float) -> None:
            found.update((v.name, y) for v, y in zip(node.outputs, results, strict=True))

        interpreter(snapshot).run(_arguments(snapshot, inputs), keep)
        return found
    every = {v.name: v for node in snapshot.nodes for v in node.outputs}
    open_ = replace(snapshot, outputs=every, aliases={}, states={})
    arrays = _arguments(snapshot, inputs)
    return _executed(side.engine, open_, dict(zip(_names(snapshot.inputs), arrays, strict=True)))


def _outputs(side: Side, inputs: Mapping[str, Array]) -> dict[str, Array]:
    snapshot = replace(side.snapshot, aliases={}, states={})
    arrays = _arguments(side.snapshot, inputs)
    return _executed(side.engine, snapshot, dict(zip(_names(snapshot.inputs), arrays, strict=True)))


def _executed(engine: Engine, snapshot: Snapshot, inputs: Mapping[str, Array]) -> dict[str, Array]:
    module = engine.compile(snapshot, CompileOptions())
    return {name: np.array(t.numpy()) for name, t in module.execute(inputs).items()}


def _arguments(snapshot: Snapshot, inputs: Mapping[str, Array]) -> list[Array]:
    values = {**snapshot.states, **inputs}
    return [values[v.name] for v in snapshot.inputs]


def _names(values: Iterable[Value]) -> list[str]:
    return [v.name for v in values]


def _pairs(a: Snapshot, b: Snapshot, how: Matching) -> tuple[str, list[tuple[Value, Value]]]:
    """The results of nodes of both that stand for one another, in the order of the first."""
    left, right = ([v for node in s.nodes for v in node.outputs] for s in (a, b))
    named = {v.name: v for v in right}
    by_name = [(v, named[v.name]) for v in left if v.name in named]
    if how == "name" or (how == "auto" and len(by_name) >= _ENOUGH * min(len(left), len(right))):
        return "name", by_name
    matcher = difflib.SequenceMatcher(None, _kinds(left), _kinds(right), autojunk=False)
    blocks = matcher.get_matching_blocks()
    return "position", [(left[m.a + i], right[m.b + i]) for m in blocks for i in range(m.size)]


def _kinds(values: Iterable[Value]) -> list[tuple[str, str]]:
    return [(v.producer.op if v.producer else "", str(v.type)) for v in values]
