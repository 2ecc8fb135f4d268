"""`.json`: tensors that people and other languages can read.

    {"dtype": "f32", "shape": [2, 3], "data": [[1.0, 2.0, "nan"], [4.0, "inf", "-inf"]]}

is one nameless tensor, an object of such objects is several by name. Numbers are written in the
fewest digits that read back to the same value of their dtype.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from hodu._tensor import Tensor
from hodu.dtypes import ALL, FROM_NUMPY
from hodu.errors import FormatError
from hodu.formats._base import TensorFormat, arrays_of, tensors_of
from hodu.formats._files import atomic_write, map_bytes
from hodu.formats._header import decode
from hodu.formats._limits import byte_count
from hodu.formats._numbers import array_from, nested
from hodu.ops._table import Array

_DTYPES = {dtype.name: dtype for dtype in ALL}


class TensorRecord(msgspec.Struct, forbid_unknown_fields=True):
    """One tensor: nested lists as deep as the shape is long."""

    dtype: str
    shape: list[int]
    data: Any


class JsonFormat(TensorFormat):
    """Tensors of all dtypes as text; what NaNs carry besides being NaN is not kept."""

    name = "json"
    extensions = (".json",)

    def recognizes(self, head: bytes) -> bool:
        """Whether the file starts with an object that has a key or is empty."""
        text = head.lstrip()
        return text[:1] == b"{" and text[1:].lstrip()[:1] in (b'"', b"}")

    def load_tensors(self, path: Path) -> dict[str, Tensor]:
        """Read the tensors of a file."""
        try:
            return tensors_of(_parse(map_bytes(path).tobytes()))
        except FormatError as error:
            error.where = str(path)
            raise

    def save_tensors(self, tensors: Mapping[str, Tensor], path: Path) -> None:
        """Write tensors by name, or one nameless tensor."""
        arrays = arrays_of(tensors)
        single = arrays.keys() == {""}
        with atomic_write(path) as file:
            if single:
                file.write(_encode(arrays[""]) + b"\n")
                return
            for i, (name, array) in enumerate(arrays.items()):
                file.write(b",\n " if i else b"{\n ")
                file.write(msgspec.json.encode(name) + b": " + _encode(array))
            file.write(b"\n}\n" if arrays else b"{}\n")


def _encode(array: Array) -> bytes:
    record = TensorRecord(FROM_NUMPY[array.dtype].name, list(array.shape), nested(array))
    return msgspec.json.encode(record)


def _parse(text: bytes) -> dict[str, Array]:
    raw = decode(text, dict[str, msgspec.Raw], "the file")
    if bytes(raw.get("dtype", b""))[:1] == b'"':
        return {"": _tensor(text, "the tensor")}
    return {name: _tensor(content, f"the tensor {name!r}") for name, content in raw.items()}


def _tensor(text: bytes | msgspec.Raw, what: str) -> Array:
    record = decode(text, TensorRecord, what)
    dtype = _DTYPES.get(record.dtype)
    if dtype is None:
        raise FormatError(
            f"{what} has the unknown dtype {record.dtype[:80]!r}",
            hint=f"the dtypes are {', '.join(_DTYPES)}",
        )
    byte_count(record.shape, dtype, what)
    return array_from(record.data, record.shape, dtype, what)


plugin = JsonFormat()
