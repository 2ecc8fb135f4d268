"""Hashes of much data: in pieces, on all cores, without a copy of it in memory.

`hashlib` would load OpenSSL, which takes more memory than all of Hodu's own code that runs a model;
its BLAKE2 is a module of its own.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

try:
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

PIECE = 4 << 20
_MOST_THREADS = 8


def new_hash(data: bytes | memoryview = b"") -> blake2b:
    """BLAKE2b with a digest of 20 bytes."""
    return blake2b(data, digest_size=20)


def digest_buffer(data: memoryview) -> str:
    """The hash of contiguous bytes."""
    return _digest(len(data), lambda at, size: data[at : at + size])


def digest_file(path: Path) -> str:
    """The hash of a file's contents, the same as that of a buffer with them."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        size = os.fstat(descriptor).st_size
        return _digest(size, lambda at, count: os.pread(descriptor, count, at))
    finally:
        os.close(descriptor)


def _digest(size: int, piece: Callable[[int, int], bytes | memoryview]) -> str:
    """The hash of the hashes of all pieces, and of the size."""
    count = -(-size // PIECE)
    found: list[bytes] = [b""] * count

    def work(first: int, step: int) -> None:
        for i in range(first, count, step):
            found[i] = new_hash(piece(i * PIECE, min(PIECE, size - i * PIECE))).digest()

    helpers = min(count, os.cpu_count() or 1, _MOST_THREADS)
    threads = [threading.Thread(target=work, args=(i, helpers)) for i in range(1, helpers)]
    for thread in threads:
        thread.start()
    if count:
        work(0, helpers)
    for thread in threads:
        thread.join()
    return new_hash(size.to_bytes(8, "little") + b"".join(found)).hexdigest()
