"""Whether the source of a stream is read as it lies in memory, which saves a line of its rows."""

from __future__ import annotations

from hodu.lower.streams.layer import ROWS, Stream
from hodu.snapshot.ir import Node


def is_read_whole(stream: Stream) -> bool:
    """Whether convolutions alone read it.

    Not where a layer after them has the same form, so that both share their code.
    """
    uses = [(layer, read) for layer in stream.layers for read in layer.reads]
    first = [layer.group.node for layer, read in uses if read.value is stream.source]
    others = [layer.group.node for layer, read in uses if read.value is not stream.source]
    inner = all(read.inner for _, read in uses if read.value is stream.source)
    shared = {_form(node) for node in others if node.op == "conv"} & {*map(_form, first)}
    return inner and not shared and all(map(_takes_planes, first))


def _takes_planes(node: Node) -> bool:
    return node.op == "conv" or (node.op == "integer_conv" and node.attrs["groups"] == 1)


def _form(node: Node) -> tuple[object, ...]:
    """What tells the code of convolutions apart."""
    attrs = [tuple(node.attrs[name]) for name in ("stride", "dilation") if name in node.attrs]
    weight = node.inputs[1] if len(node.inputs) > 1 else None
    taps = None if weight is None else weight.type.shape[ROWS:]
    return (node.op, *attrs, taps, node.attrs.get("groups", 1) == 1)
