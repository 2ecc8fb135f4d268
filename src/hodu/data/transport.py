"""How a batch travels from a worker process: its arrays by shared memory, the rest by pickle.

Large arrays are written to a file in the shared-memory file system, which the other process maps
and removes at once. So a batch is copied once, on the way in; a full file system is an error and no
crash; and what a killed worker leaves behind goes away with the folder. What is pickled here comes
from the loader's own processes.
"""

from __future__ import annotations

import mmap
import os
import pickle
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SHARED_MEMORY = Path("/dev/shm")
_SMALLEST = 1 << 16
"""Bytes below which a pipe is quicker than a file."""
_ALIGNMENT = 64


@dataclass(frozen=True, slots=True)
class Packed:
    """A batch on its way: the pickle, and where in which file its buffers are."""

    header: bytes
    path: Path | None = None
    places: tuple[tuple[int, int], ...] = ()


def make_folder() -> Path:
    """A folder of our own in shared memory, where there is such a file system."""
    home = _SHARED_MEMORY if _SHARED_MEMORY.is_dir() else None
    return Path(tempfile.mkdtemp(prefix=f"hodu-loader-{os.getpid()}-", dir=home))


def remove_folder(folder: Path) -> None:
    """Remove the folder with all that is still in it."""
    shutil.rmtree(folder, ignore_errors=True)


def pack(batch: Any, path: Path) -> Packed:
    """Write the large buffers of a batch to a file; raises OSError when there is no room."""
    buffers: list[pickle.PickleBuffer] = []
    header = pickle.dumps(batch, protocol=5, buffer_callback=buffers.append)
    views = [buffer.raw() for buffer in buffers]
    if sum(view.nbytes for view in views) < _SMALLEST:
        return Packed(pickle.dumps(batch, protocol=5))
    places: list[tuple[int, int]] = []
    with path.open("xb") as file:
        for view in views:
            file.seek(-(-file.tell() // _ALIGNMENT) * _ALIGNMENT)
            places.append((file.tell(), view.nbytes))
            file.write(view)
    return Packed(header, path, tuple(places))


def unpack(packed: Packed) -> Any:
    """The batch; its arrays lie in the mapped file, which nobody else sees any more."""
    if packed.path is None:
        return pickle.loads(packed.header)
    with packed.path.open("r+b") as file:
        data = memoryview(mmap.mmap(file.fileno(), 0))
    discard(packed)
    return pickle.loads(
        packed.header, buffers=[data[start : start + size] for start, size in packed.places]
    )


def discard(packed: Packed) -> None:
    """Remove the file of a batch."""
    if packed.path is not None:
        packed.path.unlink(missing_ok=True)
