"""TensorProto to NumPy: raw data shared, external data mapped, sizes checked first."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

from hodu.errors import FormatError
from hodu.formats.onnx.dtypes import NARROW, STRING, dtype_of, narrow_bits
from hodu.ops._table import Array


def to_array(proto: TensorProto, folder: Path | None) -> Array:
    """The contents of a TensorProto, read-only; external data is mapped from `folder`.

    Raises FormatError when sizes disagree or a path leaves the folder, UnsupportedError for an
    element type that Hodu does not have.
    """
    what = f"tensor {proto.name!r}"
    if proto.data_type == STRING:
        return _strings(proto)
    shape = tuple(proto.dims)
    if any(d < 0 for d in shape):
        raise FormatError(f"{what} has a negative size in {list(shape)}")
    if proto.data_type in NARROW:
        return _narrow(proto, folder, what)
    dtype, count = dtype_of(proto.data_type, what), math.prod(shape)
    if proto.data_location == TensorProto.EXTERNAL:
        return _external(proto, folder, dtype.numpy, shape)
    if proto.HasField("raw_data"):
        data = proto.raw_data  # Read once: every access copies it.
        _check_bytes(len(data), count * dtype.itemsize, what)
        stored = np.frombuffer(data, dtype.numpy.newbyteorder("<"))
        return _frozen(stored.astype(dtype.numpy, copy=False).reshape(shape))
    held = len(getattr(proto, onnx.helper.tensor_dtype_to_field(proto.data_type)))
    if held != count:
        raise FormatError(f"{what} holds {held} elements, its shape {list(shape)} takes {count}")
    return _decoded(proto, dtype.numpy, what)


def _check_bytes(held: int, needed: int, what: str) -> None:
    if held != needed:
        raise FormatError(f"{what} holds {held} bytes, its type and shape take {needed}")


def _frozen(array: Array) -> Array:
    array.flags.writeable = False
    return array


def _strings(proto: TensorProto) -> Array:
    if len(proto.string_data) != math.prod(proto.dims):
        raise FormatError(f"tensor {proto.name!r} holds {len(proto.string_data)} strings")
    texts = np.array([s.decode("utf-8", "replace") for s in proto.string_data], dtype=object)
    return texts.reshape(tuple(proto.dims))


def _narrow(proto: TensorProto, folder: Path | None, what: str) -> Array:
    """Elements of less than a byte come packed; the onnx package takes them apart."""
    dtype, count = NARROW[proto.data_type], math.prod(proto.dims)
    packed = -(-count * narrow_bits(dtype) // 8)
    if proto.data_location == TensorProto.EXTERNAL:
        data = _external(proto, folder, np.dtype(np.uint8), (packed,)).tobytes()
        proto = TensorProto(data_type=proto.data_type, dims=proto.dims, raw_data=data)
    if proto.HasField("raw_data"):
        _check_bytes(len(proto.raw_data), packed, what)
    return _decoded(proto, dtype, what)


def _decoded(proto: TensorProto, dtype: Any, what: str) -> Array:
    try:
        array = numpy_helper.to_array(proto)
        return _frozen(array.astype(dtype, copy=False).reshape(tuple(proto.dims)))
    except (TypeError, ValueError) as error:
        raise FormatError(f"{what}: {error}") from error


def _external(proto: TensorProto, folder: Path | None, dtype: Any, shape: tuple[int, ...]) -> Array:
    entries = {e.key: e.value for e in proto.external_data}
    path = _inside(folder, entries.get("location", ""), proto.name)
    offset = _size(entries.get("offset", "0"), proto.name)
    needed = math.prod(shape) * int(dtype.itemsize)
    length = _size(entries.get("length", str(needed)), proto.name)
    available = path.stat().st_size
    if length != needed or offset + length > available:
        raise FormatError(
            f"tensor {proto.name!r} needs {needed} bytes; its external data claims {length} at "
            f"offset {offset} of {path.name!r}, which has {available}"
        )
    if needed == 0:
        return _frozen(np.empty(shape, dtype))
    return np.memmap(path, dtype, mode="r", offset=offset, shape=shape).view(np.ndarray)


def _size(text: str, name: str) -> int:
    if not text.isdecimal() or len(text) > 99:
        raise FormatError(f"the external data of tensor {name!r} has a size {text[:40]!r}")
    return int(text)


def _inside(folder: Path | None, location: str, name: str) -> Path:
    if not location or "\0" in location:
        raise FormatError(
            f"the external data of tensor {name!r} names no file: its location is {location!r}"
        )
    if folder is None:
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
