"""The NPY header: dtype, order and shape of one array, as a Python dict in plain text.

Hodu reads it with its own grammar, so that no header is ever evaluated
(https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hodu.dtypes import ALL, DType
from hodu.errors import DTypeError, FormatError
from hodu.formats._limits import array_over, byte_count
from hodu.ops._table import Array

MAGIC = b"\x93NUMPY"
MAX_HEADER = 10_000
PREFIX = 12
_CODES = {d.numpy.str[1:]: d for d in ALL if d.numpy.kind in "biuf" and d.numpy.isbuiltin == 1}
_DTYPE = re.compile(r"([<>=|])([a-z]\d)")
_FIELD = re.compile(
    r"""\s*['"](?P<key>descr|fortran_order|shape)['"]\s*:\s*"""
    r"""(?P<value>'[^'\\]*'|"[^"\\]*"|True|False|\([\d\s,]*\)|\[.*\])\s*(?:,|(?=\}))"""
)


@dataclass(frozen=True, slots=True)
class NpyHeader:
    """A checked header; `size` is the number of bytes before the data, `count` that of the data."""

    dtype: DType
    swapped: bool
    fortran: bool
    shape: tuple[int, ...]
    size: int
    count: int


def header_size(prefix: bytes, what: str) -> int:
    """How many bytes the header takes, told by the first twelve bytes of the file."""
    if len(prefix) < PREFIX or prefix[:6] != MAGIC:
        raise FormatError(f"{what} is no npy file: it does not start with {MAGIC!r}")
    if prefix[6] not in (1, 2, 3) or prefix[7] != 0:
        raise FormatError(f"{what} has the unknown npy version {prefix[6]}.{prefix[7]}")
    start = 10 if prefix[6] == 1 else 12
    length = int.from_bytes(prefix[8:start], "little")
    if length > MAX_HEADER:
        raise FormatError(f"{what} claims a header of {length} bytes, at most {MAX_HEADER} are")
    return start + length


def parse_header(raw: bytes, what: str) -> NpyHeader:
    """The header of a file, from all of its bytes; raises FormatError."""
    if len(raw) != header_size(raw[:PREFIX], what):
        raise FormatError(f"{what} ends inside its header")
    text = raw[10 if raw[6] == 1 else 12 :].decode("latin-1").strip()
    fields = _fields(text, what)
    swapped, dtype = _dtype(fields["descr"], what)
    shape = tuple(int(n) for n in re.findall(r"\d+", fields["shape"]))
    if not re.fullmatch(r"\(\s*(\d+\s*,\s*)*(\d+\s*)?\)", fields["shape"]):
        raise FormatError(f"{what} has the damaged shape {fields['shape'][:80]}")
    if fields["fortran_order"] not in ("True", "False"):
        raise FormatError(f"{what} has a damaged fortran_order")
    count = byte_count(shape, dtype, what)
    return NpyHeader(dtype, swapped, fields["fortran_order"] == "True", shape, len(raw), count)


def _fields(text: str, what: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    position = 1
    while match := _FIELD.match(text, position):
        fields[match["key"]] = match["value"]
        position = match.end()
    if text[:1] != "{" or text[position:].strip() != "}" or len(fields) != 3:
        raise FormatError(f"{what} has a damaged header: {text[:80]!r}")
    return fields


def _dtype(descr: str, what: str) -> tuple[bool, DType]:
    name = descr[1:-1]
    match = _DTYPE.fullmatch(name)
    if match and match[2] in _CODES:
        return match[1] == ">" and _CODES[match[2]].itemsize > 1, _CODES[match[2]]
    if descr.startswith("["):
        raise FormatError(f"{what} is a structured array", hint="save its fields one by one")
    if name[1:2] == "O":
        raise FormatError(
            f"{what} holds Python objects, which only pickle reads; Hodu never unpickles",
            hint="save plain arrays, or each object's arrays as an .npz",
        )
    if name[1:2] == "V" or name == "<f1":
        raise FormatError(
            f"{what} has the dtype {name!r}: npy cannot say whether that is bf16, f8e4m3 or f8e5m2",
            hint="save such tensors as .hdt or .safetensors",
        )
    raise FormatError(f"{what} has the dtype {name[:20]!r}, which Hodu does not have")


def array_of(header: NpyHeader, data: Array, what: str) -> Array:
    """The array over the bytes that follow the header; a view where order and bytes allow."""
    if len(data) != header.count:
        raise FormatError(
            f"{what} is {header.dtype}{list(header.shape)}, which takes {header.count} bytes; "
            f"it has {len(data)}"
        )
    shape = header.shape[::-1] if header.fortran else header.shape
    array = array_over(data, shape, header.dtype, what)
    if header.swapped:
        array = array.byteswap()
        array.flags.writeable = data.flags.writeable
    return array.transpose() if header.fortran else array


def check_writable(array: Array, name: str, suffix: str) -> None:
    """Raise DTypeError for a dtype that npy cannot name."""
    if array.dtype.str[1:] not in _CODES:
        raise DTypeError(
            f"{name!r} is {array.dtype}, which {suffix} files cannot name",
            hint="save it as .hdt or .safetensors, or cast it, as in x.to('f32')",
        )
