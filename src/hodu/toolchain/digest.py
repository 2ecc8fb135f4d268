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
_READ = 256 << 10  # of a file at once
_MOST_THREADS = 8


def new_hash(data: bytes | memoryview = b"") -> blake2b:
    """BLAKE2b with a digest of 20 bytes."""
    return blake2b(data, digest_size=20)


def digest_buffer(data: memoryview) -> str:
    """The hash of contiguous bytes."""
    return _digest(len(data), lambda state, at, stop: state.update(data[at:stop]))


def digest_file(path: Path) -> str:
    """The hash of a file's contents, the same as that of a buffer with them."""
    descriptor = os.open(path, os.O_RDONLY)

    def feed(state: blake2b, at: int, stop: int) -> None:
        for start in range(at, stop, _READ):
            state.update(os.pread(descriptor, min(_READ, stop - start), start))

    try:
        return _digest(os.fstat(descriptor).st_size, feed)
    finally:
        os.close(descriptor)


def _digest(size: int, feed: Callable[[blake2b, int, int], None]) -> str:
    """The hash of the hashes of all pieces, and of the size.

    `feed(state, at, stop)` takes bytes into the hash of a piece.
    """
    count = -(-size // PIECE)
    found: list[bytes] = [b""] * count

    def work(first: int, step: int) -> None:
        for i in range(first, count, step):
            state = new_hash()
            feed(state, i * PIECE, min((i + 1) * PIECE, size))
            found[i] = state.digest()

    helpers = min(count, os.cpu_count() or 1, _MOST_THREADS)
    threads = [threading.Thread(target=work, args=(i, helpers)) for i in range(1, helpers)]
    for thread in threads:
        thread.start()
    if count:
        work(0, helpers)
    for thread in threads:
        thread.join()
    return new_hash(size.to_bytes(8, "little") + b"".join(found)).hexdigest()
