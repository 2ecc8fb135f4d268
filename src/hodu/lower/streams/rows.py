"""Groups as they are computed for one row: the same nodes on tensors of few rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hodu.lower.groups import Group
from hodu.lower.streams.layer import ROWS, Layer
from hodu.shapes import TensorType
from hodu.snapshot.ir import Node, Value, make_node


def on_row(layer: Layer, inner: Mapping[Value, Value], others: Mapping[Value, Value]) -> Group:
    """A layer's group that makes one row.

    `inner` and `others` are the rows that stand for the values in memory that its node and its
    epilogue read.
    """
    group = layer.group
    node = _copy(group.node, dict(inner), whole=layer.totals)
    made = dict(others) | dict(zip(group.node.outputs, node.outputs, strict=True))
    epilogue = tuple(_copied(one, made) for one in group.epilogue)
    return Group(node, epilogue, group.number)


def _copied(node: Node, made: dict[Value, Value]) -> Node:
    copy = _copy(node, made, whole=False)
    made.update(zip(node.outputs, copy.outputs, strict=True))
    return copy


def _copy(node: Node, made: dict[Value, Value], *, whole: bool) -> Node:
    """A node on rows, with those that compute its inputs where these have no memory."""
    inputs = [None if value is None else _row_of(value, made) for value in node.inputs]
    types = [(v.name, v.type if whole else _one_row(v)) for v in node.outputs]
    return make_node(node.op, inputs, _attrs(node), types, node.loc)


def _row_of(value: Value, made: dict[Value, Value]) -> Value:
    if value not in made and value.producer is not None:
        _copied(value.producer, made)
    return made.get(value, value)


def _one_row(value: Value) -> TensorType:
    shape = value.type.shape
    return TensorType((*shape[:ROWS], 1, *shape[ROWS + 1 :]), value.type.dtype)


def _attrs(node: Node) -> dict[str, Any]:
    """The attributes, without padding above and below: these rows are in memory."""
    attrs = dict(node.attrs)
    if "padding" in attrs:
        _, left, _, right = attrs["padding"]
        attrs["padding"] = (0, left, 0, right)
    return attrs
