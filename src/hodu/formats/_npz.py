"""NPZ archives: a zip file of npy files, read without trusting what it says of its sizes."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import numpy as np

from hodu.errors import ArgumentError, FormatError, HoduError
from hodu.formats import _npy
from hodu.formats._files import atomic_write
from hodu.formats._limits import empty_bytes
from hodu.ops._table import Array

SUFFIX = ".npy"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DEFLATE_RATIO = 1032
"""The most that deflate can shrink by (https://zlib.net/zlib_tech.html)."""
_BOMB_RATIO, _BOMB_BYTES = 100, 1 << 28
"""An archive that grows more than this many times, to more than this size, is refused."""


def read_npz(path: Path) -> dict[str, Array]:
    """The arrays of an archive by name; raises FormatError for any damage."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_members(members, path.stat().st_size)
            return {_name(info): _read(archive, info) for info in members}
    except HoduError as error:
        error.where = error.where or str(path)
        raise
    except Exception as error:  # zipfile raises whatever it stumbles upon
        raise FormatError(f"{str(path)!r} is a damaged npz file: {error}") from error


def _check_members(members: list[zipfile.ZipInfo], file_size: int) -> None:
    names = [info.filename for info in members]
    if len(set(names)) != len(names):
        twice = next(name for i, name in enumerate(names) if name in names[:i])
        raise FormatError(f"the archive has {twice!r} twice")
    for info in members:
        _check_member(info)
    packed, full = sum(i.compress_size for i in members), sum(i.file_size for i in members)
    if packed > file_size:
        raise FormatError("the members of the archive overlap")
    if full > max(_BOMB_BYTES, _BOMB_RATIO * file_size):
        raise FormatError(
            f"the archive has {file_size} bytes and would take {full}",
            hint="if you trust it, load it with NumPy and save it uncompressed (numpy.savez)",
        )


def _check_member(info: zipfile.ZipInfo) -> None:
    if info.flag_bits & 1:
        raise FormatError(f"the member {info.filename!r} is encrypted")
    if not info.filename.endswith(SUFFIX):
        raise FormatError(f"the member {info.filename!r} is no npy file")
    if info.compress_type not in _METHODS:
        raise FormatError(f"the member {info.filename!r} is packed by another method than deflate")
    stored = info.compress_type == zipfile.ZIP_STORED
    if info.file_size > info.compress_size * (1 if stored else _DEFLATE_RATIO):
        raise FormatError(f"the member {info.filename!r} claims more bytes than it can have")


def _name(info: zipfile.ZipInfo) -> str:
    return info.filename[: -len(SUFFIX)]


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Array:
    what = f"the member {info.filename!r}"
    with archive.open(info) as stream:
        prefix = stream.read(_npy.PREFIX)
        raw = prefix + stream.read(_npy.header_size(prefix, what) - len(prefix))
        header = _npy.parse_header(raw, what)
        if header.size + header.count != info.file_size:
            raise FormatError(
                f"{what} is {header.dtype}{list(header.shape)}, which takes {header.count} bytes; "
                f"the archive says {info.file_size - header.size}"
            )
        data = empty_bytes(header.count, what)
        _fill(stream, data, what)
    return _npy.array_of(header, data, what)


def _fill(stream: IO[bytes], data: Array, what: str) -> None:
    """Read all of `data`, and to the end of the stream, where the checksum is checked."""
    position = 0
    for chunk in iter(lambda: stream.read(1 << 20), b""):
        if position + len(chunk) > len(data):
            raise FormatError(f"{what} is longer than it says")
        data[position : position + len(chunk)] = np.frombuffer(chunk, np.uint8)
        position += len(chunk)
    if position != len(data):
        raise FormatError(f"{what} ends after {position} of {len(data)} bytes")


def write_npz(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write an uncompressed archive; the same arrays give the same bytes."""
    for name, array in arrays.items():
        _npy.check_writable(array, name, "npz")
        if "\0" in name or len(name.encode()) > 60_000:
            raise ArgumentError(f"{name[:80]!r} cannot be the name of a file in an archive")
    with atomic_write(path) as file, zipfile.ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            with archive.open(zipfile.ZipInfo(name + SUFFIX), "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)


def recognizes(head: bytes) -> bool:
    """Whether this is the start of a zip file whose first member is an npy file."""
    if head[:4] == b"PK\5\6":
        return True
    length = int.from_bytes(head[26:28], "little")
    return head[:4] == b"PK\3\4" and head[30 : 30 + length].endswith(SUFFIX.encode())
