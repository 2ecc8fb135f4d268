"""The header of a safetensors file: names, dtypes, shapes and places of the tensors.

    file   = length (8 bytes, little-endian) header data
    header = {"__metadata__": {text: text}, name: {"dtype", "shape", "data_offsets": [from, to]}}

The offsets count from the start of the data and cover it without gaps or overlaps
(https://huggingface.co/docs/safetensors).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from hodu.dtypes import (
    FROM_NUMPY,
    DType,
    bf16,
    bool_,
    f8e4m3,
    f8e5m2,
    f16,
    f32,
    f64,
    i8,
    i16,
    i32,
    i64,
    u8,
    u16,
    u32,
    u64,
)
from hodu.errors import FormatError
from hodu.formats._limits import byte_count
from hodu.ops._table import Array

MAX_HEADER = 100_000_000
METADATA = "__metadata__"
DTYPES: dict[str, DType] = {
    "BOOL": bool_,
    "F8_E4M3": f8e4m3,
    "F8_E5M2": f8e5m2,
    "BF16": bf16,
    "F16": f16,
    "F32": f32,
    "F64": f64,
    "U8": u8,
    "U16": u16,
    "U32": u32,
    "U64": u64,
    "I8": i8,
    "I16": i16,
    "I32": i32,
    "I64": i64,
}
_NAMES = {dtype: name for name, dtype in DTYPES.items()}
_ALIGN = 64
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Entry:
    """One tensor: its dtype and shape, and where its bytes lie in the data."""

    dtype: DType
    shape: tuple[int, ...]
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Header:
    """A checked header; `size` is the number of bytes before the data."""

    entries: Mapping[str, Entry]
    metadata: Mapping[str, str]
    size: int


class _Info(msgspec.Struct):
    dtype: str
    shape: list[int]
    data_offsets: tuple[int, int]


def read_header(data: Array) -> Header:
    """The header of a file of these bytes; raises FormatError for whatever breaks the rules."""
    if len(data) < 8:
        raise FormatError(f"a safetensors file starts with 8 bytes, this one has {len(data)}")
    length = int.from_bytes(data[:8].tobytes(), "little")
    if length > min(MAX_HEADER, len(data) - 8):
        raise FormatError(
            f"the header claims {length} bytes; the file has {len(data)}, a header at most "
            f"{MAX_HEADER}",
            hint="it is no safetensors file, or it was cut off",
        )
    text = data[8 : 8 + length].tobytes()
    raw = decode(text, dict[str, msgspec.Raw], "the header")
    metadata = decode(raw.pop(METADATA, b"{}"), dict[str, str], METADATA)
    entries = {name: _entry(name, decode(info, _Info, repr(name))) for name, info in raw.items()}
    _check_unique(text)
    _check_cover(entries, len(data) - 8 - length)
    return Header(entries, metadata, 8 + length)


def decode(text: bytes | msgspec.Raw, type_: type[_T], what: str) -> _T:
    """JSON of a known form; raises FormatError for any other."""
    try:
        return msgspec.json.decode(text, type=type_)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{what} is damaged: {error}") from error


def _entry(name: str, info: _Info) -> Entry:
    dtype = DTYPES.get(info.dtype)
    if dtype is None:
        raise FormatError(
            f"the tensor {name!r} has the dtype {info.dtype!r}, which Hodu does not have",
            hint=f"the dtypes are {', '.join(DTYPES)}",
        )
    start, stop = info.data_offsets
    size = byte_count(info.shape, dtype, f"the tensor {name!r}")
    if stop - start != size:
        raise FormatError(
            f"the tensor {name!r} is {info.dtype}{info.shape}, which takes {size} bytes; its "
            f"offsets {start} to {stop} hold {stop - start}"
        )
    return Entry(dtype, tuple(info.shape), start, stop)


def _check_cover(entries: Mapping[str, Entry], available: int) -> None:
    position = 0
    for name, entry in sorted(entries.items(), key=lambda e: (e[1].start, e[1].stop)):
        if entry.start != position:
            raise FormatError(
                f"the tensor {name!r} starts at byte {entry.start}, the one before it ends at "
                f"{position}"
            )
        position = entry.stop
    if position != available:
        cut = "; the file was cut off" if position > available else ""
        raise FormatError(f"the tensors take {position} bytes, the file has {available}{cut}")


def _check_unique(text: bytes) -> None:
    try:
        json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(f"the header is damaged: {error}") from error


def _unique(pairs: list[tuple[str, Any]]) -> None:
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        twice = next(name for i, name in enumerate(names) if name in names[:i])
        raise FormatError(f"the header has {twice!r} twice")


def place(arrays: Mapping[str, Array]) -> dict[str, Entry]:
    """Places for arrays, in file order: wide dtypes first, so that all of them are aligned."""
    entries: dict[str, Entry] = {}
    position = 0
    for name, array in sorted(arrays.items(), key=lambda item: -item[1].itemsize):
        stop = position + array.nbytes
        entries[name] = Entry(FROM_NUMPY[array.dtype], array.shape, position, stop)
        position = stop
    return entries


def header_bytes(names: list[str], entries: Mapping[str, Entry], metadata: Any) -> bytes:
    """The length and the header, padded so that the data starts at a multiple of 64 bytes."""
    header: dict[str, Any] = {METADATA: metadata} if metadata else {}
    for name in names:
        entry = entries[name]
        header[name] = _Info(_NAMES[entry.dtype], list(entry.shape), (entry.start, entry.stop))
    text = msgspec.json.encode(header)
    text += b" " * (-(8 + len(text)) % _ALIGN)
    if len(text) > MAX_HEADER:
        raise FormatError(
            f"the header would take {len(text)} bytes, a safetensors file allows {MAX_HEADER}"
        )
    return len(text).to_bytes(8, "little") + text
