"""Everything that keeps an ONNX model from being a Snapshot, at once.

An import stops at the first node that cannot be captured. This walk goes on: the results of such a
node are inputs of the types that the shape inference of ONNX gives them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import onnx
import onnx.shape_inference

from hodu.dims import Dim
from hodu.errors import CaptureError, FormatError, HoduError
from hodu.formats.onnx.check import check_structure, problem_of
from hodu.formats.onnx.dtypes import FROM_ONNX, held
from hodu.formats.onnx.graph import ModelContext, Scope, context_of, run_node, versions_of
from hodu.formats.onnx.importer import dim_of, model_inputs, type_of_input
from hodu.formats.onnx.registry import normal_domain
from hodu.formats.onnx.states import bounded_sizes, state_names
from hodu.formats.onnx.subgraph import uses
from hodu.formats.onnx.suggest import HINT, remedy
from hodu.formats.onnx.tensors import Origin, to_array, to_dense
from hodu.shapes import TensorType
from hodu.snapshot.capture import CaptureBoard
from hodu.snapshot.problem import Problem, Stage


def diagnose(model: onnx.ModelProto, origin: Origin, dims: Mapping[str, int]) -> list[Problem]:
    """The nodes without an operator; if there are none, those that cannot be captured.

    Raises FormatError for a model that is not valid, whose nodes say nothing.
    """
    context = context_of(model, origin)
    check_structure(model, context)
    sizes = bounded_sizes(model, dims)
    types = _inferred(model, sizes)
    return list(_unknown(model, context, types)) or _uncaptured(model, context, types, sizes)


def _unknown(
    model: onnx.ModelProto, context: ModelContext, types: Mapping[str, TensorType]
) -> Iterator[Problem]:
    """The nodes of operators that are not there, also in functions and in the graphs of nodes."""
    yield from _of_nodes(model.graph.node, context, types)
    for function in model.functions:
        opsets = context.opsets | versions_of(function.opset_import)
        yield from _of_nodes(function.node, ModelContext(opsets, context.functions), {})


def _of_nodes(
    nodes: Any, context: ModelContext, types: Mapping[str, TensorType]
) -> Iterator[Problem]:
    for node in nodes:
        reason = problem_of(node, context)
        if reason is not None:
            yield _problem("import", node, context, types, reason, remedy([node]))
        for attribute in node.attribute:
            for graph in [attribute.g] if attribute.HasField("g") else attribute.graphs:
                yield from _of_nodes(graph.node, context, types)


def _problem(
    stage: Stage,
    node: onnx.NodeProto,
    context: ModelContext,
    types: Mapping[str, TensorType],
    reason: str,
    remedy: str,
) -> Problem:
    domain = normal_domain(node.domain)
    known = tuple(str(types[name]) for name in node.input if name in types)
    name = node.name or (node.output[0] if node.output else "")
    opset = context.opsets.get(domain)
    return Problem(stage, name, node.op_type, reason, remedy, known, domain or "ai.onnx", opset)


_EAGERLY = "run the model eagerly, with hodu.formats.onnx.backend.Eager"
_CHECKER = "see what onnx.checker.check_model(model, full_check=True) says about the model"


class _Lost:
    """What stands for a value that could not be computed, and whose type nobody knows."""


_LOST = _Lost()


def _uncaptured(
    model: onnx.ModelProto,
    context: ModelContext,
    types: Mapping[str, TensorType],
    sizes: Mapping[str, Dim],
) -> list[Problem]:
    found: list[Problem] = []
    with CaptureBoard("check") as board:
        scope = Scope(context, None, model.graph.node)
        for tensor in model.graph.initializer:
            scope.values[tensor.name] = held(to_array(tensor, context.origin))
        for sparse in model.graph.sparse_initializer:
            scope.values[sparse.values.name] = held(to_dense(sparse, context.origin))
        for info in model_inputs(model.graph, state_names(model)):
            try:
                type_ = type_of_input(info, sizes)
                scope.values[info.name] = board.input(info.name, type_.shape, type_.dtype)
            except HoduError as error:
                found.append(Problem("capture", info.name, "", error.message, error.hint or HINT))
                scope.values[info.name] = _LOST
        for node in model.graph.node:
            found += _step(node, scope, board, types)
        # A capture has a result; nobody looks at this one.
        board.target("end", board.input("hodu.end", (), "f32"))
    return found


def _step(
    node: onnx.NodeProto, scope: Scope, board: CaptureBoard, types: Mapping[str, TensorType]
) -> Iterator[Problem]:
    """Run a node; what it cannot compute is a placeholder from then on."""
    if any(scope.values.get(name) is _LOST for name in uses(node)):
        scope.values.update((name, _LOST) for name in node.output if name)
        return
    try:
        run_node(node, scope)
    except FormatError:
        raise
    except HoduError as error:
        hint = error.hint or (_EAGERLY if isinstance(error, CaptureError) else _CHECKER)
        yield _problem("capture", node, scope.context, types, error.message, hint)
        for name in filter(None, node.output):
            known = types.get(name)
            scope.values[name] = (
                board.input(f"lost.{name}", known.shape, known.dtype) if known else _LOST
            )


def _inferred(model: onnx.ModelProto, sizes: Mapping[str, Dim]) -> dict[str, TensorType]:
    """The types of values, as far as ONNX's shape inference finds them."""
    try:
        graph = onnx.shape_inference.infer_shapes(model, data_prop=True).graph
    except Exception:  # C++ that fails in many ways; types only serve to say more.
        graph = model.graph
    infos = [*graph.value_info, *graph.input, *graph.output]
    found = {info.name: _type(info, sizes) for info in infos}
    for tensor in graph.initializer:
        dtype = FROM_ONNX.get(tensor.data_type)
        found[tensor.name] = None if dtype is None else TensorType(tuple(tensor.dims), dtype)
    return {name: type_ for name, type_ in found.items() if type_ is not None}


def _type(info: onnx.ValueInfoProto, sizes: Mapping[str, Dim]) -> TensorType | None:
    tensor = info.type.tensor_type
    dtype = FROM_ONNX.get(tensor.elem_type)
    if dtype is None or not tensor.HasField("shape"):
        return None
    dims = (dim_of(d, f"{info.name}_{i}", sizes) for i, d in enumerate(tensor.shape.dim))
    return TensorType(tuple(dims), dtype)
