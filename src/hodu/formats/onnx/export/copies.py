"""Copies under the names of outputs, undone by giving the name to what is copied."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import onnx


def without_copies(
    nodes: Sequence[onnx.NodeProto], outputs: Collection[str]
) -> list[onnx.NodeProto]:
    """The nodes of a graph without an Identity from the result of another node to an output.

    The result takes the name of the output; it keeps its own if it is an output itself.
    """
    free = {name for node in nodes for name in node.output} - set(outputs)
    new: dict[str, str] = {}
    kept = []
    for node in nodes:
        source = node.input[0] if node.op_type == "Identity" else ""
        if source in free and node.output[0] in outputs:
            new[source] = node.output[0]
            free.remove(source)
        else:
            kept.append(node)
    if new:
        for node in kept:
            rename(node, new)
    return kept


def rename(node: onnx.NodeProto, new: dict[str, str]) -> None:
    """Rename values, also where the graphs inside the node use them."""
    for names in (node.input, node.output):
        for i, name in enumerate(names):
            if name in new:
                names[i] = new[name]
    node.name = new.get(node.name, node.name)
    for attribute in node.attribute:
        for inner in attribute.g.node:
            rename(inner, new)
        for info in attribute.g.output:
            info.name = new.get(info.name, info.name)
