"""TensorProto to NumPy: raw data shared, external data mapped, sizes checked first."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

from hodu.dtypes import u8
from hodu.errors import FormatError
from hodu.formats._limits import array_over, byte_count, empty_bytes
from hodu.formats.onnx.dtypes import NARROW, STRING, dtype_of
from hodu.formats.onnx.narrow import narrow_bits
from hodu.formats.onnx.wire import place_of
from hodu.ops._table import Array


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a model comes from: the folder of its external data, and its file while it is open."""

    folder: Path | None = None
    file: BinaryIO | None = None


NOWHERE = Origin()


def to_array(proto: TensorProto, origin: Origin) -> Array:
    """The contents of a TensorProto, read-only; external data is mapped.

    Raises FormatError when sizes disagree or a path leaves the folder, UnsupportedError for an
    element type that Hodu does not have.
    """
    what = f"tensor {proto.name!r}"
    if proto.data_type == STRING:
        return _strings(proto)
    if proto.data_type in NARROW:
        return _narrow(proto, origin, what)
    dtype, shape = dtype_of(proto.data_type, what), tuple(proto.dims)
    needed, count = byte_count(shape, dtype, what), math.prod(shape)
    raw = _raw(proto, origin, needed, what)
    if raw is not None:
        return _frozen(array_over(raw, shape, dtype, what))
    held = len(getattr(proto, onnx.helper.tensor_dtype_to_field(proto.data_type)))
    if held != count:
        raise FormatError(f"{what} holds {held} elements, its shape {list(shape)} takes {count}")
    return _decoded(proto, dtype.numpy, what)


def to_dense(proto: onnx.SparseTensorProto, origin: Origin) -> Array:
    """The contents of a SparseTensorProto, with zeros where it has none."""
    values, indices = to_array(proto.values, origin), to_array(proto.indices, origin)
    what, shape = f"sparse tensor {proto.values.name!r}", tuple(proto.dims)
    if values.ndim != 1 or indices.dtype != np.int64 or indices.shape[:1] != values.shape:
        raise FormatError(f"{what} has values {values.shape} at indices {indices.shape}")
    size = byte_count(shape, dtype_of(proto.values.data_type, what), what)
    dense = empty_bytes(size, what).view(values.dtype)
    dense[:] = 0
    try:
        places = indices if indices.ndim == 1 else np.ravel_multi_index(tuple(indices.T), shape)
        dense[places] = values
    except (IndexError, ValueError) as error:
        raise FormatError(f"{what} of shape {list(shape)}: {error}") from error
    return _frozen(dense.reshape(shape))


def _check_bytes(held: int, needed: int, what: str) -> None:
    if held != needed:
        raise FormatError(f"{what} holds {held} bytes, its type and shape take {needed}")


def _frozen(array: Array) -> Array:
    array.flags.writeable = False
    return array


def _strings(proto: TensorProto) -> Array:
    if len(proto.string_data) != byte_count(tuple(proto.dims), u8, f"tensor {proto.name!r}"):
        raise FormatError(f"tensor {proto.name!r} holds {len(proto.string_data)} strings")
    texts = np.array([s.decode("utf-8", "replace") for s in proto.string_data], dtype=object)
    return texts.reshape(tuple(proto.dims))


def _narrow(proto: TensorProto, origin: Origin, what: str) -> Array:
    """Elements of less than a byte come packed; the onnx package takes them apart."""
    dtype = NARROW[proto.data_type]
    packed = -(-byte_count(tuple(proto.dims), u8, what) * narrow_bits(dtype) // 8)
    raw = _raw(proto, origin, packed, what)
    if raw is not None:
        data = raw.tobytes()
        proto = TensorProto(data_type=proto.data_type, dims=proto.dims, raw_data=data)
    return _decoded(proto, dtype, what)


def _raw(proto: TensorProto, origin: Origin, needed: int, what: str) -> Array | None:
    """The bytes of a tensor that does not hold its elements one by one."""
    if proto.data_location == TensorProto.EXTERNAL:
        return _external(proto, origin.folder, needed)
    place = place_of(proto)
    if place is not None:
        _check_bytes(place[1], needed, what)
        return _cut(origin, *place, what)
    if not proto.HasField("raw_data"):
        return None
    data = proto.raw_data  # Read once: every access copies it.
    _check_bytes(len(data), needed, what)
    return np.frombuffer(data, np.uint8)


def _cut(origin: Origin, offset: int, size: int, what: str) -> Array:
    """The bytes of a tensor that the reader left in the file of the model."""
    assert origin.file is not None
    data = empty_bytes(size, what)
    origin.file.seek(offset)
    if origin.file.readinto(data.data) != size:  # type: ignore[attr-defined]
        raise FormatError(f"{what} is cut short: the file has changed while it was read")
    data.flags.writeable = False
    return data


def _decoded(proto: TensorProto, dtype: Any, what: str) -> Array:
    try:
        array = numpy_helper.to_array(proto)
        return _frozen(array.astype(dtype, copy=False).reshape(tuple(proto.dims)))
    except (TypeError, ValueError) as error:
        raise FormatError(f"{what}: {error}") from error


def _external(proto: TensorProto, folder: Path | None, needed: int) -> Array:
    """The bytes of a tensor that lie in another file, mapped."""
    entries = {e.key: e.value for e in proto.external_data}
    path = _inside(folder, entries.get("location", ""), proto.name)
    offset = _size(entries.get("offset", "0"), proto.name)
    length = _size(entries.get("length", str(needed)), proto.name)
    available = path.stat().st_size
    if length != needed or offset + length > available:
        raise FormatError(
            f"tensor {proto.name!r} needs {needed} bytes; its external data claims {length} at "
            f"offset {offset} of {path.name!r}, which has {available}"
        )
    if needed == 0:
        return np.empty(0, np.uint8)
    return np.memmap(path, np.uint8, mode="r", offset=offset, shape=needed).view(np.ndarray)


def _size(text: str, name: str) -> int:
    if not text.isdecimal() or len(text) > 20:
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
    try:
        path = (root / location).resolve()
        found = path.is_relative_to(root) and path.is_file()
    except (OSError, ValueError) as error:
        raise FormatError(f"{location[:40]!r} of tensor {name!r} cannot be a path") from error
    if not path.is_relative_to(root):
        raise FormatError(f"the external data of tensor {name!r} lies outside the model's folder")
    if not found:
        raise FormatError(f"the external data of tensor {name!r} is missing: {location!r}")
    return path
