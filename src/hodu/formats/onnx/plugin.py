"""ONNX as a format plugin. The onnx package is imported when a model is read or written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from hodu._tensor import Tensor
from hodu._version import __version__
from hodu.errors import UnsupportedError
from hodu.plugins.interfaces import Capability, LoadOptions
from hodu.snapshot.ir import Snapshot
from hodu.snapshot.problem import Problem


class OnnxFormat:
    """Reads and writes .onnx models."""

    name = "onnx"
    version = __version__
    extensions: tuple[str, ...] = (".onnx",)
    capabilities: frozenset[Capability] = frozenset({"load_model", "save_model"})
    save_options = ("opset", "external")

    def recognizes(self, head: bytes) -> bool:
        """An ONNX file starts with the field `ir_version`, a small number."""
        return len(head) > 2 and head[0] == 0x08 and 0 < head[1] < 64

    def load_model(self, path: Path, options: LoadOptions) -> Snapshot:
        """Read a model; see `importer.import_model`."""
        from hodu.formats.onnx.importer import import_model
        from hodu.formats.onnx.reader import open_model

        with open_model(path) as (model, origin):
            return import_model(model, origin, options)

    def diagnose(self, path: Path, options: LoadOptions) -> list[Problem]:
        """Every node that keeps a model from being a Snapshot; see `diagnose.diagnose`."""
        from hodu.formats.onnx.diagnose import diagnose
        from hodu.formats.onnx.reader import open_model

        with open_model(path) as (model, origin):
            return diagnose(model, origin, options.dims)

    def save_model(
        self,
        snapshot: Snapshot,
        path: Path,
        *,
        opset: int | None = None,
        external: bool | None = None,
    ) -> None:
        """Write a model; see `export.writing.save_model`."""
        from hodu.formats.onnx.export.writing import save_model

        save_model(snapshot, path, opset, external)

    def load_tensors(self, path: Path) -> dict[str, Tensor]:
        """A model is not a set of tensors."""
        raise UnsupportedError("reading an .onnx file as tensors", hint="load the model")

    def save_tensors(self, tensors: Mapping[str, Tensor], path: Path) -> None:
        """A model is not a set of tensors."""
        raise UnsupportedError("writing tensors as .onnx", hint="use .safetensors, .hdt or .npz")


plugin = OnnxFormat()
