"""The part of a graph that leads from some values to another one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import onnx

from hodu.errors import FormatError


def nodes_between(
    nodes: Sequence[onnx.NodeProto], given: Collection[str], target: str
) -> list[onnx.NodeProto]:
    """The nodes, in order, that depend on `given` values and that `target` depends on.

    Raises FormatError if none of the nodes makes `target`.
    """
    if target not in given and not any(target in node.output for node in nodes):
        raise FormatError(f"no node before in the same graph makes {target!r}")
    reached, leading = set(given), []
    for node in nodes:
        if reached.intersection(uses(node)):
            reached.update(set(node.output) - set(given))
            leading.append(node)
    needed, between = {target} - set(given), []
    for node in reversed(leading):
        if needed.intersection(node.output):
            needed.update(name for name in uses(node) if name not in given)
            between.append(node)
    return between[::-1]


def uses(node: onnx.NodeProto) -> Iterator[str]:
    """The names that a node reads, also in the graphs inside it."""
    yield from (name for name in node.input if name)
    for attribute in node.attribute:
        for graph in [attribute.g] if attribute.HasField("g") else attribute.graphs:
            yield from (o.name for o in graph.output)
            for inner in graph.node:
                yield from uses(inner)
