"""Large arrays kept in a temporary file instead of memory.

Weights are read few times while a model is compiled: folded, packed, written. Between these times
the system holds them as pages of a file, which it may drop, and not as memory of this process.
"""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import sys
import tempfile
import weakref
from typing import Any

import numpy as np

from hodu.ops._table import Array

LEAST = 64 << 10
"""Arrays of fewer bytes stay in memory."""
_SEGMENT = 256 << 20  # of address space; a file takes only what is written


class Spill:
    """Keeps arrays in files that vanish with the last of them."""

    def __init__(self) -> None:
        self._file: Any = None
        self._mapped: Array = np.empty(0, np.uint8)
        self._used = 0

    def keep(self, array: Array) -> Array:
        """The same contents, read-only, in row-major order: in a file if they are many.

        Else, and where there is no room for a file, in memory of their own, so that no large array
        is kept for a small view of it.
        """
        if array.nbytes >= LEAST:
            with contextlib.suppress(OSError):
                return self._put(np.ascontiguousarray(array)).reshape(array.shape)
        owned = np.ascontiguousarray(array).reshape(array.shape)
        if owned.base is not None or not owned.flags.writeable:
            owned = owned.copy()
        owned.flags.writeable = False
        return owned

    def _put(self, array: Array) -> Array:
        size = array.nbytes
        if self._used + size > self._mapped.nbytes:
            self._new_segment(max(size, _SEGMENT))
        start = self._used
        self._file.seek(start)
        self._file.write(array.reshape(-1).view(np.uint8).data)
        self._file.flush()
        self._used += -(-size // mmap.PAGESIZE) * mmap.PAGESIZE
        return self._mapped[start : start + size].view(array.dtype)

    def _new_segment(self, size: int) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 (the next line closes it)
        weakref.finalize(self, self._file.close)
        self._file.truncate(size)
        mapped = mmap.mmap(self._file.fileno(), size, access=mmap.ACCESS_READ)
        self._mapped, self._used = np.frombuffer(mapped, np.uint8), 0


def release(array: Array) -> None:
    """Tell the system that a mapped file's part need not stay in memory; other arrays stay.

    It comes back from the file when it is read.
    """
    base: Any = array
    while isinstance(base, np.ndarray):
        base = base.base
    mapped = base.obj if isinstance(base, memoryview) else base
    if not isinstance(mapped, mmap.mmap) or not hasattr(mapped, "madvise"):
        return
    if not memoryview(mapped).readonly:
        return  # what was written to a private mapping would be lost
    whole = np.frombuffer(mapped, np.uint8)
    first, last = (p - _address(whole) for p in np.lib.array_utils.byte_bounds(array))
    start = -(-first // mmap.PAGESIZE) * mmap.PAGESIZE
    stop = last if last == whole.nbytes else last // mmap.PAGESIZE * mmap.PAGESIZE
    if start < stop:
        mapped.madvise(mmap.MADV_DONTNEED, start, stop - start)


def give_back_memory() -> None:
    """Return to the system what was freed; glibc keeps much of it between what is still in use."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


def _address(array: Array) -> int:
    found: int = array.__array_interface__["data"][0]
    return found
