"""Which arrays a program may write in place: those whose memory no other array of the call has."""

from __future__ import annotations

from collections.abc import Sequence

from numpy.lib.array_utils import byte_bounds

from hodu.ops._table import Array


def overlapping(written: Sequence[Array], read: Sequence[Array]) -> list[bool]:
    """For each of `written`, whether it may share memory with another array of the call.

    By the bounds of their memory: interleaved views count as overlapping.
    """
    spans = [(*byte_bounds(a), i) for i, a in enumerate((*written, *read)) if a.size]
    found = [False] * (len(written) + len(read))
    reach, holder = 0, -1
    for start, end, number in sorted(spans):
        if start < reach:
            found[number] = found[holder] = True
        if end > reach:
            reach, holder = end, number
    return found[: len(written)]
