"""Reading ONNX files: parsing, version checks and conversion."""

from __future__ import annotations

import contextlib
import mmap
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import google.protobuf.message
import onnx
import onnx.defs
import onnx.version_converter

from hodu.errors import FormatError, UnsupportedError
from hodu.formats.onnx.broadcasts import without_axes
from hodu.formats.onnx.names import check_names
from hodu.formats.onnx.tensors import Origin
from hodu.formats.onnx.wire import without_tensors

OLDEST = 7


@contextlib.contextmanager
def open_model(path: Path) -> Iterator[tuple[onnx.ModelProto, Origin]]:
    """A model file, parsed without its external data and without what large tensors hold.

    These are read from the origin as long as the file is open. Raises FormatError if the file is
    damaged, or is written to until then.
    """
    with path.open("rb") as file:
        state = _state(file)
        try:
            model = _read(file)
        except FormatError as error:
            error.where = error.where or str(path)
            raise
        yield model, Origin(path.parent, file)
        if _state(file) != state:
            raise FormatError("the file was written to while it was read", where=str(path))


def _state(file: BinaryIO) -> tuple[int, int] | None:
    """What shows that somebody wrote to a file, None of what is no file."""
    found = os.fstat(file.fileno())
    return (found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else None


def _read(file: BinaryIO) -> onnx.ModelProto:
    """The model in a file; one that must be converted is parsed whole."""
    data = _without_tensors(file)
    model = None if data is None else parse(data)
    if model is None or version_of(model) < OLDEST:
        model = parse(file.read())
    return prepared(model)


def _without_tensors(file: BinaryIO) -> bytes | None:
    try:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):  # an empty file, a pipe
        return None
    with mapped, memoryview(mapped) as data:
        return without_tensors(data)


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


def version_of(model: onnx.ModelProto) -> int:
    """The opset of the default domain."""
    versions = {o.domain: o.version for o in model.opset_import}
    return versions.get("", versions.get("ai.onnx", OLDEST))


def prepared(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model in an opset that the importer knows, converted upwards if it is older."""
    version = version_of(model)
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
    if model.functions:  # the converter writes them out, however often they call one another
        raise UnsupportedError(
            f"the model is of opset {version} and has functions, which came with opset 15",
            hint=f"export it again with opset {OLDEST} or a newer one",
        )
    try:
        return onnx.version_converter.convert_version(without_axes(model), OLDEST)
    except UnsupportedError:
        raise
    except Exception as error:
        raise UnsupportedError(
            f"the model is of opset {version}, and converting it to {OLDEST} failed: {error}",
            hint="export it again with a newer opset",
        ) from error
