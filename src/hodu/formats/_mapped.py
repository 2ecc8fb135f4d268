"""Safetensors files as mapped arrays: opening one reads the header and no weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hodu.errors import ArgumentError, FormatError
from hodu.formats._files import atomic_write, chunks, map_bytes
from hodu.formats._header import METADATA, header_bytes, place, read_header
from hodu.formats._limits import array_over
from hodu.ops._table import Array


@dataclass(frozen=True, slots=True)
class Mapped:
    """The contents of a safetensors file: read-only arrays over the file, and its metadata."""

    arrays: dict[str, Array]
    metadata: Mapping[str, str]


def read_mapped(path: Path) -> Mapped:
    """Map a file; raises FormatError if it is damaged."""
    data = map_bytes(path)
    try:
        header = read_header(data)
        body = data[header.size :]
        arrays = {
            name: array_over(body[e.start : e.stop], e.shape, e.dtype, f"the tensor {name!r}")
            for name, e in header.entries.items()
        }
    except FormatError as error:
        error.where = str(path)
        raise
    return Mapped(arrays, header.metadata)


def write_mapped(path: Path, arrays: Mapping[str, Array], metadata: Mapping[str, str]) -> None:
    """Write arrays by name; they are streamed, and listed in the order given."""
    if METADATA in arrays:
        raise ArgumentError(f"a tensor in a safetensors file cannot be called {METADATA!r}")
    entries = place(arrays)
    header = header_bytes(list(arrays), entries, metadata)
    with atomic_write(path) as file:
        file.write(header)
        for name in entries:
            for chunk in chunks(arrays[name]):
                file.write(chunk)
