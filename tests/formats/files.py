"""Damaged and hostile files, made by hand."""

from __future__ import annotations

import json
import struct
import zipfile
from pathlib import Path
from typing import Any


def safetensors(header: Any, data: bytes = b"", length: int | None = None) -> bytes:
    """A safetensors file of a header (text, or made of an object) and data."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def entry(dtype: str, shape: list[Any], start: Any, stop: Any) -> dict[str, Any]:
    """One tensor of a header."""
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, stop]}


def hdss(
    graph: Any, tensors: dict[str, Any] | None = None, data: bytes = b"", **stamp: Any
) -> bytes:
    """A .hdss file of a graph record."""
    file = {"format": "hdss", "version": [1, 0], "by": "test", "graph": graph, **stamp}
    return safetensors({"__metadata__": {"hodu": json.dumps(file)}, **(tensors or {})}, data)


def graph(**fields: Any) -> dict[str, Any]:
    """A graph record; what is not given is empty."""
    lists = {k: [] for k in ("symbols", "inputs", "constants", "nodes", "outputs")}
    return {"name": "g", **lists, "states": {}, "aliases": {}, "metadata": {}, **fields}


def npy(header: str, data: bytes = b"", version: int = 1, length: int | None = None) -> bytes:
    """An npy file of a header text and data."""
    text = header.encode() + b"\n"
    size = len(text) if length is None else length
    return (
        b"\x93NUMPY"
        + bytes([version, 0])
        + size.to_bytes(2 if version == 1 else 4, "little")
        + (text + data)
    )


def npz(path: Path, members: list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> None:
    """A zip file of these members."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, method)
