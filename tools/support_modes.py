"""The ways in which a model is run for the table of operators, each a standard backend."""

from __future__ import annotations

from typing import Any

import onnx

from hodu._compile import compile
from hodu.formats.onnx.backend import Compiled, CompiledRep, Eager
from hodu.formats.onnx.export.writing import model_proto
from hodu.formats.onnx.importer import import_model
from hodu.plugins.interfaces import ExecutableModule
from hodu.snapshot.ir import Snapshot


class _CapturedRep(CompiledRep):
    def executable(self, snapshot: Snapshot) -> ExecutableModule:
        return compile(snapshot, compiler="interp")


class _ExportedRep(_CapturedRep):
    def executable(self, snapshot: Snapshot) -> ExecutableModule:
        return super().executable(
            import_model(model_proto(snapshot, onnx.defs.onnx_opset_version()))
        )


def _backend(rep: type[CompiledRep]) -> Any:
    class Backend(Compiled):
        @classmethod
        def prepare(cls, model: onnx.ModelProto, device: str = "CPU", **kwargs: Any) -> CompiledRep:
            return rep(model)

    return Backend


MODES: dict[str, Any] = {
    "eager": Eager,
    "captured": _backend(_CapturedRep),
    "compiled": Compiled,
    "exported": _backend(_ExportedRep),
}
