"""Broadcasting as it was before opset 7, where an attribute said at which axis the second begins.

The converter of onnx 1.23 adds axes behind the second operand for all of the first, so that a bias
along `axis` ends up along another one; here the axes that are missing are added before it runs.
"""

from __future__ import annotations

import onnx
import onnx.shape_inference
from onnx import helper

from hodu.errors import UnsupportedError

_OPERATORS = frozenset(
    ("Add", "Sub", "Mul", "Div", "Pow", "And", "Or", "Xor", "Greater", "Less", "Equal")
)


def without_axes(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model of an opset below 7 whose second operands are aligned with the last axes."""
    if not any(_axis(node) is not None for node in model.graph.node):
        return model
    ranks = _ranks(model)
    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    del changed.graph.node[:]
    for node in model.graph.node:
        axis = _axis(node)
        if axis is not None:
            node = _aligned(node, axis, ranks, changed.graph)
        changed.graph.node.append(node)
    return changed


def _axis(node: onnx.NodeProto) -> int | None:
    found = {a.name: a.i for a in node.attribute}
    is_one = node.op_type in _OPERATORS and bool(found.get("broadcast", 0))
    return found.get("axis") if is_one else None


def _aligned(
    node: onnx.NodeProto, axis: int, ranks: dict[str, int], graph: onnx.GraphProto
) -> onnx.NodeProto:
    """The node without its axis, after one that adds the axes, if some are missing."""
    first, second = node.input
    if first not in ranks or second not in ranks:
        raise UnsupportedError(
            f"node {node.name or node.output[0]!r}: {node.op_type} broadcasts at axis {axis} to a "
            "tensor of an unknown rank",
            hint="export the model again with opset 7 or a newer one",
        )
    count = ranks[first] - axis % ranks[first] - ranks[second]
    changed = onnx.NodeProto()
    changed.CopyFrom(node)
    kept = [a for a in node.attribute if a.name != "axis"]
    del changed.attribute[:]
    changed.attribute.extend(kept)
    if count > 0:
        changed.input[1] = f"{second}.at.{node.output[0]}"
        axes = list(range(ranks[second], ranks[second] + count))
        graph.node.append(helper.make_node("Unsqueeze", [second], [changed.input[1]], axes=axes))
    return changed


def _ranks(model: onnx.ModelProto) -> dict[str, int]:
    graph = onnx.shape_inference.infer_shapes(model).graph
    infos = (*graph.input, *graph.value_info, *graph.output)
    shaped = (i for i in infos if i.type.tensor_type.HasField("shape"))
    found = {i.name: len(i.type.tensor_type.shape.dim) for i in shaped}
    return found | {t.name: len(t.dims) for t in graph.initializer}
