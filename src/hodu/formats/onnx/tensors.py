"""TensorProto to NumPy: raw data shared, external data mapped, sizes checked first."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

from hodu.errors import FormatError
from hodu.formats.onnx.dtypes import STRING, dtype_of
from hodu.ops._table import Array


def to_array(proto: TensorProto, folder: Path | None) -> Array:
    """The contents of a TensorProto, read-only; external data is mapped from `folder`.

    Raises FormatError when sizes disagree or a path leaves the folder, UnsupportedError for an
    element type that Hodu does not have.
    """
    what = f"tensor {proto.name!r}"
    if proto.data_type == STRING:
        return _strings(proto)
    dtype = dtype_of(proto.data_type, what)
    shape = tuple(proto.dims)
    if any(d < 0 for d in shape):
        raise FormatError(f"{what} has a negative size in {list(shape)}")
    count = math.prod(shape)
    if proto.data_location == TensorProto.EXTERNAL:
        return _external(proto, folder, dtype.numpy, shape, count)
    if proto.HasField("raw_data"):
        if len(proto.raw_data) != count * dtype.itemsize:
            raise FormatError(
                f"{what} holds {len(proto.raw_data)} bytes, its type {dtype}{list(shape)} takes "
                f"{count * dtype.itemsize}"
            )
        stored = np.frombuffer(proto.raw_data, dtype.numpy.newbyteorder("<"))
        return _frozen(stored.astype(dtype.numpy, copy=False).reshape(shape))
    return _typed(proto, count, what)


def _frozen(array: Array) -> Array:
    array.flags.writeable = False
    return array


def _strings(proto: TensorProto) -> Array:
    if len(proto.string_data) != math.prod(proto.dims):
        raise FormatError(f"tensor {proto.name!r} holds {len(proto.string_data)} strings")
    texts = np.array([s.decode("utf-8", "replace") for s in proto.string_data], dtype=object)
    return texts.reshape(tuple(proto.dims))


def _typed(proto: TensorProto, count: int, what: str) -> Array:
    """Data in the typed fields, as the onnx package decodes them."""
    field = onnx.helper.tensor_dtype_to_field(proto.data_type)
    held = len(getattr(proto, field))
    if held != count:
        raise FormatError(
            f"{what} holds {held} elements, its shape {list(proto.dims)} takes {count}"
        )
    try:
        array = numpy_helper.to_array(proto)
    except (TypeError, ValueError) as error:
        raise FormatError(f"{what}: {error}") from error
    return _frozen(array.astype(dtype_of(proto.data_type, what).numpy, copy=False))


def _external(
    proto: TensorProto, folder: Path | None, dtype: Any, shape: tuple[int, ...], count: int
) -> Array:
    entries = {e.key: e.value for e in proto.external_data}
    path = _inside(folder, entries.get("location", ""), proto.name)
    offset = _size(entries.get("offset", "0"), proto.name)
    needed = count * int(dtype.itemsize)
    length = _size(entries.get("length", str(needed)), proto.name)
    available = path.stat().st_size
    if length != needed or offset + length > available:
        raise FormatError(
            f"tensor {proto.name!r} needs {needed} bytes; its external data claims {length} at "
            f"offset {offset} of {path.name!r}, which has {available}"
        )
    if count == 0:
        return _frozen(np.empty(shape, dtype))
    return np.memmap(path, dtype, mode="r", offset=offset, shape=shape).view(np.ndarray)


def _size(text: str, name: str) -> int:
    if not text.isdecimal():
        raise FormatError(f"the external data of tensor {name!r} has a size {text[:40]!r}")
    return int(text)


def _inside(folder: Path | None, location: str, name: str) -> Path:
    if folder is None or not location:
        raise FormatError(
            f"tensor {name!r} has external data, and there is no folder to find it in",
            hint="load the model from its file",
        )
    root = folder.resolve()
    path = (root / location).resolve()
    if not path.is_relative_to(root):
        raise FormatError(f"the external data of tensor {name!r} lies outside the model's folder")
    if not path.is_file():
        raise FormatError(f"the external data of tensor {name!r} is missing: {location!r}")
    return path
