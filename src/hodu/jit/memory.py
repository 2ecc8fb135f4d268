"""Which arrays a program may write in place: those whose memory no other array of the call has."""

from __future__ import annotations

import weakref
from collections.abc import Mapping

from numpy.lib.array_utils import byte_bounds

from hodu.ops._table import Array


class Bounds:
    """Where the memory of arrays begins and ends; known of those that come again by a name."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[weakref.ref[Array], int, int]] = {}

    def overlapping(self, written: Mapping[str, Array], read: Mapping[str, Array]) -> set[str]:
        """The names in `written` whose arrays may share memory with another array of the call.

        By the bounds of their memory: interleaved views count as overlapping.
        """
        spans = [self._of(name, a) for arrays in (written, read) for name, a in arrays.items()]
        found: set[str] = set()
        reach, holder = 0, ""
        for start, end, name in sorted(spans):
            if start < min(reach, end):
                found |= {name, holder}
            if end > max(reach, start):
                reach, holder = end, name
        return found & written.keys()

    def _of(self, name: str, array: Array) -> tuple[int, int, str]:
        known = self._known.get(name)
        if known is None or known[0]() is not array:
            start, end = byte_bounds(array) if array.size else (0, 0)
            known = self._known[name] = (weakref.ref(array), start, end)
        return known[1], known[2], name
