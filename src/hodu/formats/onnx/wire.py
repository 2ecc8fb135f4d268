"""ONNX files in the wire format of Protocol Buffers, before they become messages.

A message holds what it was parsed from a second time. So the contents of large tensors are cut out
of the bytes that are parsed: such a tensor says instead where in the file its contents lie.

Format: https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from onnx import TensorProto

LEAST = 4096
"""Contents of fewer bytes stay in the message."""
_KEY = os.urandom(16).hex()  # no file can carry it
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_RAW_DATA, _EXTERNAL_DATA, _DATA_LOCATION = 9, 13, 14

_Children: TypeAlias = "Mapping[int, _Children | None]"
# Fields by number, down to the tensors of initializers and of attributes of nodes.
_ATTRIBUTE: _Children = {5: None}
_NODE: _Children = {5: _ATTRIBUTE}
_GRAPH: _Children = {1: _NODE, 5: None}
_MODEL: _Children = {7: _GRAPH}


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of a message: its tag begins at `start`, its value lies from `body` to `stop`."""

    number: int
    kind: int
    start: int
    body: int
    stop: int


def without_tensors(model: memoryview) -> bytes | None:
    """A ModelProto without the contents of its large tensors; see `place_of`.

    None if the bytes are no messages.
    """
    try:
        return _message(model, 0, len(model), _MODEL)
    except ValueError:
        return None


def place_of(tensor: TensorProto) -> tuple[int, int] | None:
    """The offset and the size in the file of contents that were cut out, None if none were."""
    entries = tensor.external_data
    if not entries or entries[-1].key != _KEY:
        return None
    offset, size = entries[-1].value.split()
    return int(offset), int(size)


def _message(data: memoryview, start: int, stop: int, children: _Children) -> bytes:
    """A message in which the large ones of some fields are cut."""
    pieces: list[bytes | memoryview] = []
    kept = start
    for field in _fields(data, start, stop):
        if field.number not in children or field.kind != _BYTES:
            continue
        if field.stop - field.body < LEAST:
            continue
        inner = children[field.number]
        if inner is None:
            cut = _tensor(data, field.body, field.stop)
        else:
            cut = _message(data, field.body, field.stop, inner)
        tag = field.number << 3 | _BYTES
        pieces += [data[kept : field.start], _varint(tag), _varint(len(cut)), cut]
        kept = field.stop
    return b"".join([*pieces, data[kept:stop]])


def _tensor(data: memoryview, start: int, stop: int) -> bytes:
    """A TensorProto, cut if it holds its contents as large raw data."""
    fields = list(_fields(data, start, stop))
    raw = [f for f in fields if f.number == _RAW_DATA]
    elsewhere = any(f.number in (_EXTERNAL_DATA, _DATA_LOCATION) for f in fields)
    if elsewhere or len(raw) != 1 or raw[0].kind != _BYTES or raw[0].stop - raw[0].body < LEAST:
        return bytes(data[start:stop])
    place = TensorProto()
    place.external_data.add(key=_KEY, value=f"{raw[0].body} {raw[0].stop - raw[0].body}")
    rest = (data[start : raw[0].start], data[raw[0].stop : stop])
    return b"".join([*rest, place.SerializeToString()])


def _fields(data: memoryview, start: int, stop: int) -> Iterator[_Field]:
    """The fields of a message in order; raises ValueError where it is damaged."""
    at = start
    while at < stop:
        tag, body = _read_varint(data, at, stop)
        end = _end(data, tag & 7, body, stop)
        if end[1] > stop:
            raise ValueError("a field is cut short")
        yield _Field(tag >> 3, tag & 7, at, *end)
        at = end[1]


def _end(data: memoryview, kind: int, at: int, stop: int) -> tuple[int, int]:
    """Where the value of a field begins and ends whose tag ends at `at`."""
    if kind == _VARINT:
        return at, _read_varint(data, at, stop)[1]
    if kind == _BYTES:
        size, body = _read_varint(data, at, stop)
        return body, body + size
    if kind in (_FIXED32, _FIXED64):
        return at, at + (4 if kind == _FIXED32 else 8)
    raise ValueError(f"no field of ONNX is of the kind {kind}")


def _read_varint(data: memoryview, at: int, stop: int) -> tuple[int, int]:
    """A number in pieces of 7 bits, the least first, and where it ends."""
    value = 0
    for i in range(min(10, stop - at)):
        byte = data[at + i]
        value |= (byte & 127) << 7 * i
        if byte < 128:
            return value, at + i + 1
    raise ValueError("a number has no end")


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])
