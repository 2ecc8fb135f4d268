"""The names in a model: protobuf hands out bytes where a text is not UTF-8."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import onnx

from hodu.errors import FormatError


def check_names(model: onnx.ModelProto) -> None:
    """Raise FormatError if a name in the model is no text."""
    wrong = next((name for name in _names(model) if not isinstance(name, str)), None)
    if wrong is not None:
        raise FormatError(f"the model is damaged: the name {wrong!r} is not UTF-8")


def _names(model: onnx.ModelProto) -> Iterator[Any]:
    yield from (model.producer_name, model.producer_version, model.doc_string)
    yield from (text for p in model.metadata_props for text in (p.key, p.value))
    yield from (o.domain for o in model.opset_import)
    yield from _of_graph(model.graph)
    for function in model.functions:
        yield from (function.name, function.domain, *function.input, *function.output)
        yield from (o.domain for o in function.opset_import)
        yield from (a.name for a in function.attribute_proto)
        yield from _of_nodes(function.node)


def _of_graph(graph: onnx.GraphProto) -> Iterator[Any]:
    yield from (graph.name, graph.doc_string)
    for tensor in (*graph.initializer, *(s.values for s in graph.sparse_initializer)):
        yield tensor.name
        yield from (text for e in tensor.external_data for text in (e.key, e.value))
    for info in (*graph.input, *graph.output):
        yield info.name
        yield from (d.dim_param for d in info.type.tensor_type.shape.dim)
    yield from _of_nodes(graph.node)


def _of_nodes(nodes: Iterable[onnx.NodeProto]) -> Iterator[Any]:
    for node in nodes:
        yield from (node.name, node.op_type, node.domain, *node.input, *node.output)
        for attribute in node.attribute:
            yield attribute.name
            yield attribute.ref_attr_name
            if attribute.type == attribute.GRAPH:
                yield from _of_graph(attribute.g)
