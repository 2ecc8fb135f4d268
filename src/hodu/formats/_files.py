"""Reading files by mapping them, and writing them whole or not at all."""

from __future__ import annotations

import contextlib
import mmap
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from hodu.errors import FormatError
from hodu.ops._table import Array


def map_bytes(path: Path) -> Array:
    """The bytes of a file, mapped into memory read-only; raises FormatError if it has none."""
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size == 0:
                raise FormatError(f"{str(path)!r} is empty")
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        if isinstance(error, FormatError):
            raise
        reason = getattr(error, "strerror", None) or error
        raise FormatError(f"cannot read {str(path)!r}: {reason}") from error
    return np.frombuffer(mapped, np.uint8)


@contextlib.contextmanager
def atomic_write(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes the place of `path` when the block ends without an error.

    It is written beside `path` and renamed, so that readers and mappings of the old file are
    not disturbed. A symbolic link stays, its target is replaced. A device or a pipe is written to,
    because a file in its place would be the end of it.
    """
    if _is_special(path):
        with path.open("wb") as device:
            yield device
        return
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        raise FormatError(f"no such folder: {str(target.parent)!r}")
    temporary = target.with_name(f".{target.name[:100]}.{os.urandom(8).hex()}.tmp")
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            temporary.chmod(stat.S_IMODE(target.stat().st_mode))
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _is_special(path: Path) -> bool:
    return path.exists() and not (path.is_file() or path.is_dir())


def chunks(array: Array, elements: int = 1 << 20) -> Iterator[memoryview]:
    """The bytes of an array in row-major order, without a copy of the whole.

    A chunk is valid until the next one is taken.
    """
    raw = array.view(np.dtype(f"u{array.dtype.itemsize}"))
    if raw.flags.c_contiguous:
        yield raw.reshape(-1).view(np.uint8).data
        return
    for chunk in np.nditer(raw, ["external_loop", "buffered"], order="C", buffersize=elements):
        yield np.ascontiguousarray(chunk).view(np.uint8).data
