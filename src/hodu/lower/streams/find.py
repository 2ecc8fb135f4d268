"""Runs of groups that can be computed row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from hodu.lower.groups import Group
from hodu.lower.streams.layer import Layer, Stream, height
from hodu.lower.streams.reads import Reader
from hodu.snapshot.ir import Node, Snapshot, Value


class Grouped:
    """A Snapshot in groups.

    `reads` are the values in memory that a group reads, by the root of the group; `inputs` and
    `outputs` the values that are not in the arena.
    """

    def __init__(self, snapshot: Snapshot, groups: Sequence[Group]) -> None:
        self.groups, self.inputs = groups, snapshot.inputs
        self._stored = {*snapshot.inputs, *(v for g in groups for v in g.root.outputs)}
        self._reader = Reader(self._stored, snapshot.constants)
        self.outputs = set(self._behind(snapshot.outputs.values()))
        self.reads = {group.root: self._leaves(group) for group in groups}
        self._readers: dict[Value, set[Node]] = {}
        for root, values in self.reads.items():
            for value in values:
                self._readers.setdefault(value, set()).add(root)

    def streams(self) -> Iterator[Stream]:
        """All streams of two groups or more."""
        layers = [self._reader.layer(group) for group in self.groups]
        for start in range(len(layers)):
            yield from self._from(layers[start:])

    def _from(self, following: Sequence[Layer | None]) -> Iterator[Stream]:
        """Those that begin with the first of some layers."""
        layers: list[Layer] = []
        for layer in following:
            if layer is None:
                return
            layers.append(layer)
            made = {each.result for each in layers}
            sources = {read.value for each in layers for read in each.reads} - made
            if len(sources) > 1:
                return
            if len(layers) > 1 and self._is_closed(layers):
                yield Stream(tuple(layers), *sources)
            if layer.totals:
                return

    def _is_closed(self, layers: Sequence[Layer]) -> bool:
        """Whether the result alone is read elsewhere, and has rows."""
        inside = {layer.group.root for layer in layers}
        inner = [layer.result for layer in layers[:-1]]
        has_rows = layers[-1].totals or height(layers[-1].result) > 1
        return has_rows and all(
            v not in self.outputs and self._readers.get(v, set()) <= inside for v in inner
        )

    def _leaves(self, group: Group) -> frozenset[Value]:
        """The values in memory that a group reads."""
        own = {v for n in (group.node, *group.epilogue) for v in n.outputs}
        first = [] if group.first is None else [group.first.node]
        nodes = [group.node, *group.epilogue, *first, *(other.node for other in group.others)]
        given = {v for n in nodes for v in n.inputs if v is not None} - own
        return frozenset(self._behind(given))

    def _behind(self, values: Iterable[Value]) -> Iterator[Value]:
        for value in values:
            if value in self._stored:
                yield value
            elif value.producer is not None:
                yield from self._behind([v for v in value.producer.inputs if v is not None])
