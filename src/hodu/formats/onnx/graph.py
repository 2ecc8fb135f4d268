"""Running an ONNX graph: its nodes in order, each a function over Tensors.

Eagerly this is an interpreter of ONNX; under a capture the same walk builds a Snapshot.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import onnx

from hodu import source
from hodu.errors import CaptureError, FormatError, HoduError, UnsupportedError
from hodu.formats.onnx.dtypes import held
from hodu.formats.onnx.functions import defaults_of, function_body, wrong_arity
from hodu.formats.onnx.moving import run_on_places
from hodu.formats.onnx.narrow import NarrowTensor
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.registry import MOVING, OWN_DOMAIN, Handler, find_handler, normal_domain
from hodu.formats.onnx.subgraph import nodes_between
from hodu.formats.onnx.tensors import NOWHERE, Origin, to_array, to_dense
from hodu.formats.onnx.texts import KnownTexts

_NO_TENSORS = (np.ndarray, NarrowTensor, KnownTexts)


@dataclass(frozen=True)
class ModelContext:
    """What the nodes of a model share: opset versions, local functions, its file."""

    opsets: dict[str, int]
    functions: Mapping[tuple[str, str], onnx.FunctionProto] = field(default_factory=dict)
    origin: Origin = NOWHERE


def context_of(model: onnx.ModelProto, origin: Origin = NOWHERE) -> ModelContext:
    """The context of a whole model."""
    functions = {(normal_domain(f.domain), f.name): f for f in model.functions}
    return ModelContext(opsets_of(model.opset_import), functions, origin)


def opsets_of(imports: Sequence[onnx.OperatorSetIdProto]) -> dict[str, int]:
    """Domain -> version; a model without a default domain means version 1 of it."""
    return {"": 1} | versions_of(imports)


def versions_of(imports: Sequence[onnx.OperatorSetIdProto]) -> dict[str, int]:
    """Domain -> version, as imported."""
    return {normal_domain(o.domain): o.version for o in imports}


class Scope:
    """Values by name in one graph, looked up outwards through the enclosing graphs."""

    def __init__(
        self,
        context: ModelContext,
        parent: Scope | None = None,
        nodes: Sequence[onnx.NodeProto] = (),
    ) -> None:
        self.context = context
        self.parent = parent
        self.nodes = nodes
        self.values: dict[str, Any] = {}

    def get(self, name: str) -> Any:
        """The value of `name`; raises FormatError if no node before has made it."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.values:
                return scope.values[name]
            scope = scope.parent
        raise FormatError(
            f"the value {name!r} is used before it is made",
            hint="the graph's nodes are not in order, or a producer is missing",
        )


def run_graph(
    graph: onnx.GraphProto,
    inputs: Mapping[str, Any],
    context: ModelContext,
    parent: Scope | None = None,
    report: Callable[[int, int], None] | None = None,
) -> tuple[list[Any], Scope]:
    """Run a graph on named inputs; returns its outputs in order and the values of its scope."""
    scope = Scope(context, parent, graph.node)
    for initializer in graph.initializer:
        scope.values[initializer.name] = held(to_array(initializer, context.origin))
    for sparse in graph.sparse_initializer:
        scope.values[sparse.values.name] = held(to_dense(sparse, context.origin))
    scope.values.update(inputs)
    for done, node in enumerate(graph.node, 1):
        run_node(node, scope)
        if report is not None:
            report(done, len(graph.node))
    return [scope.get(o.name) for o in graph.output], scope


def run_node(proto: onnx.NodeProto, scope: Scope) -> None:
    """Run one node in its scope and store its outputs there."""
    context = scope.context

    def run_subgraph(graph: onnx.GraphProto, values: Sequence[Any]) -> list[Any]:
        names = [i.name for i in graph.input]
        return run_graph(graph, dict(zip(names, values, strict=True)), context, scope)[0]

    def evaluate(name: str, given: Mapping[str, Any]) -> Any:
        inner = Scope(context, scope, scope.nodes)
        inner.values.update(given)
        for step in nodes_between(scope.nodes, given, name):
            run_node(step, inner)
        return inner.get(name)

    node = OnnxNode(proto, context.opsets, context.origin, run_subgraph, evaluate)
    with source.at(node.label):
        try:
            inputs = [scope.get(name) if name else None for name in proto.input]
            results = call_node(node, inputs, context)
        except HoduError as error:
            error.where = error.where or node.label
            raise
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            what = wrong_arity(node) or str(error)
            raise FormatError(f"{node.op_type}: {what}", where=node.label) from error
        except MemoryError as error:
            raise FormatError(f"{node.op_type}: {error or 'no memory left'}") from error
    for name, value in zip(proto.output, results, strict=False):
        if name:
            scope.values[name] = value


def call_node(node: OnnxNode, inputs: Sequence[Any], context: ModelContext) -> Sequence[Any]:
    """The outputs of a node: by a local function, its mapping, or the operator's own definition."""
    handler = find_handler(node.domain, node.op_type, node.opset)
    local = context.functions.get((node.domain, node.op_type))
    if local is not None and (handler is None or node.domain != OWN_DOMAIN):
        return run_function(local, node, inputs, context)
    if handler is not None:
        if handler in MOVING and any(isinstance(x, _NO_TENSORS) for x in inputs):
            result = run_on_places(handler, node, inputs)
        else:
            result = _handled(handler, node, inputs)
        return result if isinstance(result, tuple) else (result,)
    body = function_body(node, inputs)
    if body is not None:
        return run_function(body, node, inputs, context, defaults_of(node))
    raise UnsupportedError(
        f"no operator {node.op_type!r} of {node.domain or 'ai.onnx'} in opset {node.opset}",
        where=node.label,
    )


def _handled(handler: Handler, node: OnnxNode, inputs: Sequence[Any]) -> Any:
    """What a mapping makes of the inputs; few know what to do with texts in a capture."""
    try:
        return handler(node, *inputs)
    except (AttributeError, TypeError) as error:
        if any(isinstance(x, KnownTexts) for x in inputs):
            raise CaptureError(
                f"{node.op_type} of texts cannot be captured",
                hint="run the model with hodu.formats.onnx.backend.Eager",
            ) from error
        raise


def run_function(
    function: onnx.FunctionProto,
    node: OnnxNode,
    inputs: Sequence[Any],
    context: ModelContext,
    defaults: Mapping[str, onnx.AttributeProto] | None = None,
) -> list[Any]:
    """Run the body of a function in a scope of its own, with the node's attributes filled in."""
    opsets = context.opsets | versions_of(function.opset_import)
    attributes = dict(defaults or {}) | {a.name: a for a in function.attribute_proto}
    attributes |= {a.name: a for a in node.proto.attribute}
    nodes = [_filled(inner, attributes) for inner in function.node]
    scope = Scope(replace(context, opsets=opsets), nodes=nodes)
    padded = [*inputs, *[None] * (len(function.input) - len(inputs))]
    scope.values.update(zip(function.input, padded, strict=True))
    for inner in nodes:
        run_node(inner, scope)
    # A body may leave out results that depend on the node's form and that it does not want.
    return [scope.get(o) if node.wants(i) else None for i, o in enumerate(function.output)]


def _filled(node: onnx.NodeProto, attributes: Mapping[str, onnx.AttributeProto]) -> onnx.NodeProto:
    """The node with references to the function's attributes replaced by their values."""
    if not any(a.ref_attr_name or a.type in (a.GRAPH, a.GRAPHS) for a in node.attribute):
        return node
    filled = onnx.NodeProto()
    filled.CopyFrom(node)
    del filled.attribute[:]
    for attribute in node.attribute:
        if not attribute.ref_attr_name:
            kept = filled.attribute.add()
            kept.CopyFrom(attribute)
            if attribute.type == attribute.GRAPH:
                for i, inner in enumerate(attribute.g.node):
                    kept.g.node[i].CopyFrom(_filled(inner, attributes))
        elif attribute.ref_attr_name in attributes:
            given = filled.attribute.add()
            given.CopyFrom(attributes[attribute.ref_attr_name])
            given.name = attribute.name
    return filled
