"""An ONNX model as a Snapshot."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import onnx

from hodu.dims import Dim, dim_name, symbol
from hodu.dispatch.base import TensorBase
from hodu.errors import ArgumentError, CaptureError, FormatError, UnsupportedError
from hodu.formats.onnx import families  # noqa: F401  (fills the registry)
from hodu.formats.onnx.check import check_supported
from hodu.formats.onnx.dtypes import dtype_of
from hodu.formats.onnx.graph import ModelContext, Scope, context_of, run_graph
from hodu.formats.onnx.narrow import NarrowTensor
from hodu.formats.onnx.packing import Form, Leaf, Maps, pack, unpack
from hodu.formats.onnx.states import OWN, bounded_sizes, state_names, with_states
from hodu.formats.onnx.tensors import NOWHERE, Origin
from hodu.passes.loops import loops
from hodu.plugins.interfaces import LoadOptions
from hodu.shapes import TensorType
from hodu.snapshot.capture import CaptureBoard
from hodu.snapshot.ir import Snapshot
from hodu.snapshot.prune import prune
from hodu.snapshot.rename import rename_values


def import_model(
    model: onnx.ModelProto, origin: Origin = NOWHERE, options: LoadOptions | None = None
) -> Snapshot:
    """Capture a model; named dimensions become symbols unless `options.dims` binds them.

    Of an output that is a sequence of maps (ZipMap) a Snapshot has the values, [rows, keys], and
    the keys in its metadata `onnx.keys.NAME`. Raises UnsupportedError listing everything that Hodu
    does not have, CaptureError for a node whose result type depends on data, FormatError for a
    model that is not valid.
    """
    try:
        return _imported(model, origin, options)
    except RecursionError as error:
        raise FormatError(
            "the graphs and functions of the model lie too deep in one another"
        ) from error


def _imported(model: onnx.ModelProto, origin: Origin, options: LoadOptions | None) -> Snapshot:
    context = context_of(model, origin)
    check_supported(model, context)
    dims = dict((options or LoadOptions()).dims)
    _check_dims(model.graph, dims)
    report = options.progress if options is not None else None
    inputs = model_inputs(model.graph, state_names(model))
    sizes = bounded_sizes(model, dims)
    types = {i.name: type_of_input(i, sizes) for i in inputs}
    forms = {name: Leaf(name) for name in types}
    captured = capture_model(model, context, forms, types, {}, report)
    for info, form in zip(model.graph.output, captured.outputs, strict=True):
        _check_tensor(form, info.name)
    return with_states(captured.snapshot, model, origin)


@dataclass(frozen=True)
class Captured:
    """A captured model; `outputs` says how the tensors of the Snapshot make up its outputs."""

    snapshot: Snapshot
    outputs: list[Form]


def capture_model(
    model: onnx.ModelProto,
    context: ModelContext,
    forms: Mapping[str, Form],
    types: Mapping[str, TensorType],
    known: Mapping[str, Any],
    report: Callable[[int, int], None] | None = None,
) -> Captured:
    """Capture a model whose inputs have these forms.

    Their tensors are inputs of these types, or constants where `known` has them.
    `report(done, total)` is told of the nodes that are done.
    """
    board = CaptureBoard(model.graph.name or "main")
    with board:
        tensors = {name: board.input(name, t.shape, t.dtype) for name, t in types.items()}
        tensors |= known
        inputs = {name: pack(form, tensors, NarrowTensor) for name, form in forms.items()}
        results, scope = run_graph(model.graph, inputs, context, report=report)
        targets: dict[str, Any] = {}
        pairs = zip(model.graph.output, results, strict=True)
        outputs = [unpack(value, info.name, targets) for info, value in pairs]
        for name, tensor in targets.items():
            board.target(name, tensor)
        board.metadata(_metadata(model) | _keys(outputs))
    named = rename_values(board.snapshot, _names(scope, board.snapshot))
    return Captured(loops(prune(named)), outputs)


def model_inputs(graph: onnx.GraphProto, states: Collection[str] = ()) -> list[onnx.ValueInfoProto]:
    """The inputs that are no initializers, and the states."""
    constants = {i.name for i in graph.initializer} - set(states)
    inputs = [i for i in graph.input if i.name not in constants]
    names = [i.name for i in inputs]
    if len(set(names)) != len(names):
        raise FormatError(f"two inputs of the graph share a name among {names}")
    return inputs


def _check_tensor(form: Form, name: str) -> None:
    if isinstance(form, Maps) or (isinstance(form, Leaf) and form.narrow is None):
        return
    kind = "an optional" if form is None else "a sequence"
    if isinstance(form, Leaf):
        kind = f"of the type {form.narrow}"
    raise CaptureError(
        f"the output {name!r} is {kind}, which a Snapshot cannot hold",
        hint="run the model with hodu.formats.onnx.backend, which takes every kind of value",
    )


def type_of_input(info: onnx.ValueInfoProto, bound: Mapping[str, Dim]) -> TensorType:
    """The declared type of an input; raises UnsupportedError for what a Snapshot cannot take."""
    dtype = _dtype(info)
    return TensorType(_shape(info, bound), dtype)


def _dtype(info: onnx.ValueInfoProto) -> Any:
    kind = info.type.WhichOneof("value")
    if kind != "tensor_type":
        raise UnsupportedError(
            f"the input {info.name!r} is of the kind {kind}, which a Snapshot cannot take",
            hint="run the model eagerly, with hodu.formats.onnx.backend.Eager",
        )
    return dtype_of(info.type.tensor_type.elem_type, f"the input {info.name!r}")


def _shape(info: onnx.ValueInfoProto, bound: Mapping[str, Dim]) -> tuple[Dim, ...]:
    tensor = info.type.tensor_type
    if not tensor.HasField("shape"):
        raise UnsupportedError(
            f"the input {info.name!r} has no rank",
            hint="give its shape in the model, with onnx.shape_inference or the exporter",
        )
    return tuple(dim_of(d, f"{info.name}_{i}", bound) for i, d in enumerate(tensor.shape.dim))


def dim_of(dim: onnx.TensorShapeProto.Dimension, fallback: str, bound: Mapping[str, Dim]) -> Dim:
    """A size, a name that is bound to one, or the symbol of the name, by default `fallback`."""
    if dim.HasField("dim_value"):
        if dim.dim_value < 0:
            raise FormatError(f"the size {dim.dim_value} of {fallback!r} is negative")
        return int(dim.dim_value)
    name = dim_name(dim.dim_param or fallback)
    return bound[name] if name in bound else symbol(name)


def _check_dims(graph: onnx.GraphProto, bound: dict[str, int]) -> None:
    known: dict[str, Dim] = {}
    for info in model_inputs(graph):
        for i, dim in enumerate(info.type.tensor_type.shape.dim):
            if not dim.HasField("dim_value"):
                known[dim_name(dim.dim_param or f"{info.name}_{i}")] = 0
    unknown = [name for name in bound if name not in known]
    if unknown:
        raise ArgumentError(
            f"the model has no dimension {', '.join(map(repr, unknown))}",
            hint=f"its named dimensions are {', '.join(known) or 'none'}",
        )


def _names(scope: Scope, snapshot: Snapshot) -> dict[Any, str]:
    """ONNX names for the results and constants of the capture, the first name of each."""
    constants = {id(snapshot.constants[v.name]): v for v in snapshot.constant_values}
    names: dict[Any, str] = {}
    for name, tensor in scope.values.items():
        if not isinstance(tensor, TensorBase):
            continue
        if tensor._data is not None:
            value = constants.get(id(tensor._data))
        else:
            value = tensor._value
        if value is not None:
            names.setdefault(value, name)
    return names


def _keys(outputs: Sequence[Form]) -> dict[str, str]:
    """The keys of each output that is a sequence of maps, whose values alone are a tensor."""
    maps = [form for form in outputs if isinstance(form, Maps)]
    return {f"onnx.keys.{form.name}": json.dumps(form.keys) for form in maps}


def _metadata(model: onnx.ModelProto) -> dict[str, str]:
    found = {p.key: p.value for p in model.metadata_props if p.key not in OWN}
    producer = f"{model.producer_name} {model.producer_version}".strip()
    if producer:
        found["onnx.producer"] = producer
    if model.doc_string or model.graph.doc_string:
        found["onnx.doc"] = model.doc_string or model.graph.doc_string
    found["onnx.opset"] = ", ".join(
        f"{o.domain or 'ai.onnx'} {o.version}" for o in model.opset_import
    )
    return found
