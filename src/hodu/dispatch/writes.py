"""Which memory was written, and when: how a backward pass knows that what it kept is intact.

Every write to the memory of a tensor advances a clock and is noted with the array that owns that
memory. A node of the tape remembers the time at which it was made; nothing that it kept may have
been written since. Views, detached tensors and NumPy arrays of one memory are thus all covered.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable

import numpy as np

from hodu.ops._table import Array
from hodu.source import Mark, mark

ARRAY = np.ndarray
_clock = 0
_watching = False


class _Write(weakref.ref):  # type: ignore[type-arg]
    """The last write to the memory that an array owns; goes away with that array."""

    __slots__ = ("key", "place", "time")
    key: int
    place: Mark | None
    time: int


_last: dict[int, _Write] = {}


def begin() -> None:
    """Note writes from here on; before the first node of a tape there is no need to."""
    global _watching
    _watching = True


def now() -> int:
    """The time: how many writes there were."""
    return _clock


def wrote(*arrays: Array) -> None:
    """Note that the memory of `arrays` was written."""
    if not _watching:
        return
    global _clock
    _clock += 1
    place = mark()
    for array in arrays:
        owner = owner_of(array)
        write = _last.get(id(owner))
        if write is None or write() is not owner:
            write = _last[id(owner)] = _Write(owner, _forget)
            write.key = id(owner)
        write.time, write.place = _clock, place


def written_since(time: int, arrays: Iterable[Array]) -> Mark | None:
    """Where one of the arrays was written after `time`; None if none was.

    The arrays must have been alive since then.
    """
    if time == _clock:
        return None
    for array in arrays:
        write = _last.get(id(owner_of(array)))
        if write is not None and write.time > time:
            return write.place or Mark("", None, 0)
    return None


def owner_of(array: Array) -> Array:
    """The array that owns the memory of this one."""
    while type(array.base) is np.ndarray:
        array = array.base
    return array


def _forget(write: _Write) -> None:
    if _last.get(write.key) is write:
        del _last[write.key]
