"""Writing ONNX files: constants in the model or beside it, whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import onnx.checker
from onnx import TensorProto

from hodu.dtypes import FROM_NUMPY
from hodu.errors import UnsupportedError
from hodu.formats._files import atomic_write, chunks
from hodu.formats.onnx.export.exporter import export_model
from hodu.ops._table import Array
from hodu.snapshot.ir import Snapshot

_LIMIT = (1 << 31) - (1 << 20)  # Protocol Buffers hold less than 2 GiB.
_SMALL = 1024
_ALIGN = 64


def save_model(
    snapshot: Snapshot, path: Path, opset: int | None = None, external: bool | None = None
) -> None:
    """Write a Snapshot as an ONNX model that the checker of ONNX accepts.

    With `external`, which is the default above 2 GB, large constants lie in a file beside it that
    is called as the model is, with `.data`. Raises UnsupportedError; see `export_model`.
    """
    model, constants = export_model(snapshot, opset)
    beside = sum(a.nbytes for a in constants.values()) > _LIMIT if external is None else external
    large = {n: a for n, a in constants.items() if beside and a.nbytes >= _SMALL}
    for name, array in constants.items():
        if name not in large:
            model.graph.initializer.append(_inside(name, array))
    _check(model, large)
    if large:
        data = path.with_name(path.name + ".data")
        with atomic_write(data) as file:
            offset = 0
            for name, array in large.items():
                offset += file.write(b"\0" * (-offset % _ALIGN))
                model.graph.initializer.append(_outside(name, array, data.name, offset))
                offset += sum(file.write(part) for part in chunks(array))
    with atomic_write(path) as file:
        file.write(model.SerializeToString(deterministic=True))


def model_proto(snapshot: Snapshot, opset: int | None = None) -> onnx.ModelProto:
    """The whole model in memory, checked."""
    model, constants = export_model(snapshot, opset)
    model.graph.initializer.extend(_inside(n, a) for n, a in constants.items())
    _check(model, {})
    return model


def _check(model: onnx.ModelProto, absent: Mapping[str, Array]) -> None:
    """Let ONNX check the model, with inputs in the place of constants that are elsewhere."""
    checked = model
    if absent:
        checked = onnx.ModelProto()
        checked.CopyFrom(model)
        checked.graph.input.extend(
            onnx.helper.make_tensor_value_info(n, FROM_NUMPY[a.dtype].onnx, a.shape)
            for n, a in absent.items()
            if n not in {i.name for i in model.graph.input}
        )
    try:
        onnx.checker.check_model(checked, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        raise UnsupportedError(
            f"the checker of ONNX refuses the model: {error}", hint="save it as .hdss"
        ) from error


def _head(name: str, array: Array) -> TensorProto:
    return TensorProto(name=name, dims=array.shape, data_type=FROM_NUMPY[array.dtype].onnx)


def _inside(name: str, array: Array) -> TensorProto:
    tensor = _head(name, array)
    tensor.raw_data = np.ascontiguousarray(array).tobytes()
    return tensor


def _outside(name: str, array: Array, location: str, offset: int) -> TensorProto:
    tensor = _head(name, array)
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", location), ("offset", offset), ("length", array.nbytes)):
        tensor.external_data.add(key=key, value=str(value))
    return tensor
