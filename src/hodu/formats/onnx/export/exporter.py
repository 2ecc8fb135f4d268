"""A Snapshot as an ONNX model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import onnx
from onnx import helper

from hodu._version import __version__
from hodu.errors import UnsupportedError, ValueRangeError
from hodu.formats.onnx.export import families  # noqa: F401  (fills the registry)
from hodu.formats.onnx.export.custom import versions_of
from hodu.formats.onnx.export.emitter import Emitter
from hodu.formats.onnx.export.infos import type_info
from hodu.formats.onnx.export.registry import export_of
from hodu.formats.onnx.states import state_entries
from hodu.ops._table import Array
from hodu.passes.expand import expand
from hodu.snapshot.ir import Snapshot, Value

OPSET = 21
OLDEST = 18
_OWN = ("onnx.producer", "onnx.opset", "onnx.doc")


def export_model(
    snapshot: Snapshot, opset: int | None = None
) -> tuple[onnx.ModelProto, dict[str, Array]]:
    """The model without its constants, and the constants by name.

    A composite goes out as the ONNX operator if there is one, else as what it is written in.
    States are inputs with a default; what replaces them are outputs, and the metadata says so.
    Raises UnsupportedError listing every node that has no ONNX form, ValueRangeError for an opset
    that is not written.
    """
    version = _checked(opset)
    plain = expand(snapshot, lambda node: export_of(node, version) is not None)
    g = Emitter(version)
    inputs = [g.declare(g.names.fresh(v.name), v) for v in plain.inputs]
    results = g.inline(plain, inputs, _wanted(g, plain))
    if g.problems:
        raise UnsupportedError(
            f"{len(g.problems)} nodes of {snapshot.name!r} cannot be written in ONNX opset "
            f"{version}:\n  " + "\n  ".join(g.problems),
            hint="save it as .hdss, which holds every Snapshot",
        )
    outputs = [g.output(result, name) for result, name in zip(results, plain.outputs, strict=True)]
    graph = helper.make_graph(
        g.nodes,
        snapshot.name,
        _infos(inputs, plain.inputs),
        _infos(outputs, plain.outputs.values()),
        doc_string=snapshot.metadata.get("onnx.doc", ""),
    )
    domains = {"": version} | versions_of(g.operators)
    return _model(graph, snapshot, domains), g.constants | dict(snapshot.states)


def _checked(opset: int | None) -> int:
    newest = onnx.defs.onnx_opset_version()
    version = min(OPSET, newest) if opset is None else opset
    if not isinstance(version, int) or not OLDEST <= version <= newest:
        raise ValueRangeError(
            f"opset {opset!r} cannot be written",
            hint=f"the opsets are {OLDEST} to {newest}; older readers may take a model that "
            "onnx.version_converter made of it",
        )
    return version


def _wanted(g: Emitter, snapshot: Snapshot) -> dict[Value, str]:
    """The names of outputs for the values that they are, as far as these are results of nodes."""
    wanted: dict[Value, str] = {}
    for name, value in snapshot.outputs.items():
        if value.producer is not None and value not in wanted:
            wanted[value] = g.reserve(name)
    return wanted


def _infos(names: Iterable[str], values: Iterable[Value]) -> list[onnx.ValueInfoProto]:
    return [type_info(n, v.type) for n, v in zip(names, values, strict=True)]


def _model(
    graph: onnx.GraphProto, snapshot: Snapshot, domains: Mapping[str, int]
) -> onnx.ModelProto:
    imports = [helper.make_opsetid(domain, version) for domain, version in domains.items()]
    model = helper.make_model(
        graph,
        opset_imports=imports,
        ir_version=helper.find_min_ir_version_for(imports[:1]),
        producer_name="hodu",
        producer_version=__version__,
    )
    helper.set_model_props(model, _properties(snapshot))
    return model


def _properties(snapshot: Snapshot) -> dict[str, str]:
    kept = {k: v for k, v in snapshot.metadata.items() if k not in _OWN}
    return kept | dict(state_entries(snapshot))
