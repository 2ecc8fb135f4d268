"""Reading ONNX files: parsing, version checks and conversion."""

from __future__ import annotations

from pathlib import Path

import google.protobuf.message
import onnx
import onnx.defs
import onnx.version_converter

from hodu.errors import FormatError, UnsupportedError
from hodu.formats.onnx.names import check_names

OLDEST = 7


def read_model(path: Path) -> onnx.ModelProto:
    """Parse a model file without its external data; raises FormatError if it is damaged."""
    try:
        return prepared(parse(path.read_bytes()))
    except FormatError as error:
        error.where = error.where or str(path)
        raise


def parse(data: bytes) -> onnx.ModelProto:
    """The ModelProto in these bytes."""
    model = onnx.ModelProto()
    try:
        model.ParseFromString(data)
    except (google.protobuf.message.DecodeError, RecursionError) as error:
        raise FormatError("this is not an ONNX model, or it is damaged or cut short") from error
    if not model.HasField("graph") or not model.opset_import:
        raise FormatError("this is not an ONNX model: it has no graph or imports no opset")
    check_names(model)
    return model


def prepared(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model in an opset that the importer knows, converted upwards if it is older."""
    versions = {o.domain: o.version for o in model.opset_import}
    version = versions.get("", versions.get("ai.onnx", OLDEST))
    newest = onnx.defs.onnx_opset_version()
    if version > newest:
        raise UnsupportedError(
            f"the model needs opset {version}; the installed onnx package knows up to {newest}",
            hint="pip install -U onnx",
        )
    if version < 1:
        raise FormatError(f"the model imports the opset {version}; they count from 1")
    if version >= OLDEST:
        return model
    try:
        return onnx.version_converter.convert_version(model, OLDEST)
    except Exception as error:
        raise UnsupportedError(
            f"the model is of opset {version}, and converting it to {OLDEST} failed: {error}",
            hint="export it again with a newer opset",
        ) from error
