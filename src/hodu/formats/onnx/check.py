"""Finding everything in a model that cannot be imported, before any of it runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

import onnx

from hodu.errors import FormatError, UnsupportedError
from hodu.formats.onnx.dtypes import is_readable, type_name
from hodu.formats.onnx.functions import has_function_body
from hodu.formats.onnx.graph import ModelContext, versions_of
from hodu.formats.onnx.registry import find_handler, mapped, normal_domain
from hodu.formats.onnx.suggest import remedy

_SHOWN = 50
_MOST_NODES = 1_000_000
_Key: TypeAlias = tuple[str, str]


def check_supported(model: onnx.ModelProto, context: ModelContext) -> None:
    """Raise one UnsupportedError that lists every unsupported node and tensor of the model.

    FormatError if a name is given to two values, or a function calls itself.
    """
    check_structure(model, context)
    problems = list(_graph_problems(model.graph, context))
    for function in model.functions:
        opsets = context.opsets | versions_of(function.opset_import)
        problems += _node_problems(function.node, ModelContext(opsets, context.functions))
    problems = list(dict.fromkeys(problems))
    if not problems:
        return
    listed = "\n".join(f"  - {p}" for p in problems[:_SHOWN])
    more = f"\n  ... and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
    raise UnsupportedError(
        f"unsupported parts of the model, {len(problems)} in all:\n{listed}{more}",
        hint=remedy(list(_unknown(model, context))),
    )


def check_structure(model: onnx.ModelProto, context: ModelContext) -> None:
    """Raise FormatError for a name of two values, and for functions that come to no end."""
    _check_names(model.graph)
    _check_recursion(model.graph, context)


def _unknown(model: onnx.ModelProto, context: ModelContext) -> Iterator[onnx.NodeProto]:
    """The first node of each operator that nobody has defined."""
    seen: set[_Key] = set()
    for node in _all_nodes([*model.graph.node, *(n for f in model.functions for n in f.node)]):
        key = normal_domain(node.domain), node.op_type
        if key in seen or key in context.functions:
            continue
        seen.add(key)
        if key not in mapped():
            yield node


def _all_nodes(nodes: Iterable[onnx.NodeProto]) -> Iterator[onnx.NodeProto]:
    """The nodes, and those of the graphs inside them."""
    for node in nodes:
        yield node
        for attribute in node.attribute:
            for graph in [attribute.g] if attribute.HasField("g") else attribute.graphs:
                yield from _all_nodes(graph.node)


def _check_names(graph: onnx.GraphProto) -> None:
    made = [i.name for i in graph.initializer] + [s.values.name for s in graph.sparse_initializer]
    made += [o for n in graph.node for o in n.output if o]
    known = {i.name for i in graph.input} - {i.name for i in graph.initializer}
    for name in made:
        if name in known:
            raise FormatError(
                f"the value {name!r} is made twice",
                hint="the names of inputs, initializers and outputs of nodes must be distinct",
            )
        known.add(name)


def _check_recursion(graph: onnx.GraphProto, context: ModelContext) -> None:
    """Functions may call one another, but not in a circle, nor come to too many nodes."""
    sizes: dict[_Key, int] = {}

    def size_of(nodes: Iterable[onnx.NodeProto], callers: tuple[_Key, ...]) -> int:
        called = list(_called(nodes))
        return len(called) + sum(visit(k, callers) for k in called if k in context.functions)

    def visit(key: _Key, callers: tuple[_Key, ...]) -> int:
        if key in callers:
            circle = " -> ".join(name for _, name in (*callers[callers.index(key) :], key))
            raise FormatError(f"a function of the model calls itself: {circle}")
        if key not in sizes:
            size = size_of(context.functions[key].node, (*callers, key))
            sizes[key] = min(size, _MOST_NODES + 1)
        return sizes[key]

    for key in context.functions:
        visit(key, ())
    if size_of(graph.node, ()) > _MOST_NODES:
        raise FormatError(
            f"the calls of functions in the model come to more than {_MOST_NODES:,} nodes"
        )


def _called(nodes: Iterable[onnx.NodeProto]) -> Iterator[_Key]:
    """The operators of nodes and of the graphs inside them."""
    return ((normal_domain(node.domain), node.op_type) for node in _all_nodes(nodes))


def _graph_problems(graph: onnx.GraphProto, context: ModelContext) -> Iterator[str]:
    for tensor in (*graph.initializer, *(s.values for s in graph.sparse_initializer)):
        if not is_readable(tensor.data_type):
            yield f"initializer {tensor.name!r}: element type {type_name(tensor.data_type)}"
    yield from _node_problems(graph.node, context)


def _node_problems(nodes: Iterable[onnx.NodeProto], context: ModelContext) -> Iterator[str]:
    for node in nodes:
        problem = problem_of(node, context)
        if problem is not None:
            label = node.name or (node.output[0] if node.output else "")
            yield f"node {label!r}: {problem}"
        for attribute in node.attribute:
            for graph in [attribute.g] if attribute.HasField("g") else attribute.graphs:
                yield from _graph_problems(graph, context)


def problem_of(node: onnx.NodeProto, context: ModelContext) -> str | None:
    """Why there is no function for the operator of a node, or None if there is one."""
    domain = normal_domain(node.domain)
    if (domain, node.op_type) in context.functions:
        return None
    shown = f"{domain}.{node.op_type}" if domain else node.op_type
    if domain not in context.opsets:
        return f"{shown}: the model imports no opset of domain {domain!r}"
    opset = context.opsets[domain]
    if find_handler(domain, node.op_type, opset) or has_function_body(domain, node.op_type, opset):
        return None
    since = mapped().get((domain, node.op_type))
    if since:
        return f"{shown} of opset {opset}: supported from opset {since[0]} on"
    return f"{shown} of opset {opset}: no such operator in Hodu"
