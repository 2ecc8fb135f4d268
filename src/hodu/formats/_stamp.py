"""The mark by which Hodu's own safetensors files are known: JSON under the metadata key "hodu".

It says the format and its version. A minor version adds what older readers may ignore, a major
version is for what they must refuse.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from hodu._version import __version__
from hodu.errors import FormatError
from hodu.formats._header import METADATA, decode

KEY = "hodu"


class Stamp(msgspec.Struct):
    """A format, its version and what wrote the file."""

    format: str
    version: tuple[int, int]
    by: str = f"hodu {__version__}"


def read_stamp(metadata: Mapping[str, str], format: str, major: int) -> bytes:
    """The JSON of a file that is of this format and of a known version, else FormatError."""
    if KEY not in metadata:
        raise FormatError(
            f"this safetensors file is no .{format} file: its metadata lacks {KEY!r}",
            hint="if it holds tensors, load it with format='safetensors'",
        )
    text = metadata[KEY].encode()
    stamp = decode(text, Stamp, f"the metadata {KEY!r}")
    if stamp.format != format:
        raise FormatError(f"this is a .{stamp.format} file, not a .{format} file")
    if stamp.version[0] != major:
        age = "a newer" if stamp.version[0] > major else "an unknown"
        raise FormatError(
            f"this .{format} file has the version {stamp.version[0]}.{stamp.version[1]}: written "
            f"by {age} Hodu ({stamp.by[:80]}); this one reads version {major}",
            hint="update Hodu",
        )
    return text


def recognizes(head: bytes, format: str) -> bool:
    """Whether a file that starts so carries the mark of this format."""
    start = f'{{"{METADATA}":{{"{KEY}":"{{\\"format\\":\\"{format}\\"'
    return head[8:].startswith(start.encode())
