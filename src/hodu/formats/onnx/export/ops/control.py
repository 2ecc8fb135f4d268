"""Decisions and loops: bodies become graphs, which see the values around them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnx
from onnx import helper

from hodu.dtypes import bool_, i64
from hodu.formats.onnx.export.emitter import Emitter
from hodu.formats.onnx.export.infos import type_info
from hodu.formats.onnx.export.registry import exports
from hodu.shapes import TensorType
from hodu.snapshot.ir import Node, Snapshot, Value


def _graph(
    child: Emitter, name: str, inputs: Sequence[onnx.ValueInfoProto],
    results: Sequence[str], types: Sequence[TensorType],
) -> onnx.GraphProto:  # fmt: skip
    """The graph of a body; every result is made in it, under a name of its own."""
    outputs = []
    for result, type_ in zip(results, types, strict=True):
        own = child.names.fresh(f"{name}.out")
        child.nodes.append(helper.make_node("Identity", [result], [own], own))
        outputs.append(type_info(own, type_))
    return helper.make_graph(child.nodes, name, inputs, outputs)


def _declared(child: Emitter, values: Sequence[Value]) -> list[str]:
    """Names of a body's own inputs."""
    return [child.declare(child.names.fresh(v.name), v) for v in values]


def _types(values: Sequence[Value]) -> list[TensorType]:
    return [v.type for v in values]


@exports("cond")
def cond(g: Emitter, node: Node, pred: str, operands: list[str]) -> list[str]:
    """If."""
    graphs = {}
    for attr in ("then_branch", "else_branch"):
        region: Snapshot = node.attrs[attr]
        child = g.child()
        results = child.inline(region, operands)
        graphs[attr] = _graph(child, region.name, [], results, _types([*region.outputs.values()]))
    return g.raw("If", [pred], node.outputs, **graphs)


@exports("while_loop")
def while_loop(g: Emitter, node: Node, operands: list[str]) -> list[str]:
    """Loop: its condition is worked out before, and at the end of the body."""
    carried = node.attrs["carried"]
    condition, body = node.attrs["cond"], node.attrs["body"]
    start, outer = operands[:carried], operands[carried:]
    (first,) = g.inline(condition, operands)
    child = g.child()
    state = _declared(child, body.inputs[:carried])
    following = child.inline(body, [*state, *outer])
    (again,) = child.inline(condition, [*following, *outer])
    types = _types(body.inputs[:carried])
    flag, count = TensorType((), bool_), TensorType((), i64)
    inputs = [
        type_info(child.names.fresh("iteration"), count),
        type_info(child.names.fresh("condition"), flag),
        *(type_info(n, t) for n, t in zip(state, types, strict=True)),
    ]
    graph = _graph(
        child, body.name, inputs, [_scalar(child, again, condition), *following], [flag, *types]
    )
    return g.raw("Loop", ["", _scalar(g, first, condition), *start], node.outputs, body=graph)


def _scalar(g: Emitter, x: str, condition: Snapshot) -> str:
    (value,) = condition.outputs.values()
    return x if value.type.shape == () else g.op("Reshape", x, g.const(np.zeros(0, np.int64)))


@exports("scan")
def scan(g: Emitter, node: Node, operands: list[str]) -> list[str]:
    """Scan over first axes."""
    carried, scanned, body = node.attrs["carried"], node.attrs["scanned"], node.attrs["body"]
    child, count = g.child(), carried + scanned
    names = _declared(child, body.inputs[:count])
    results = child.inline(body, [*names, *operands[count:]])
    types = _types(body.inputs[:count])
    inputs = [type_info(n, t) for n, t in zip(names, types, strict=True)]
    graph = _graph(child, body.name, inputs, results, _types([*body.outputs.values()]))
    backwards = {}
    if node.attrs["reverse"]:
        backwards["scan_input_directions"] = [1] * scanned
        if len(results) > carried:
            backwards["scan_output_directions"] = [1] * (len(results) - carried)
    return g.raw(
        "Scan", operands[:count], node.outputs, body=graph, num_scan_inputs=scanned, **backwards
    )
