"""How an input and an output of a kernel may lie over one another.

No element may be written before the last read of what lies there. The input may begin any number
of bytes after the output that is at least `least`, where every write is below all that is read
later; and it may begin at other distances, at which the two meet element by element, as when both
begin or end together. (P. Blacker, C. P. Bridges and S. Hadfield, "Diagonal Memory Optimisation for
Machine Learning on Micro-controllers", 2020.)
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from hodu.kernel.accesses import NEVER_READ, NEVER_WRITTEN, UnknownOrderError, access_times
from hodu.kernel.buffer import Buf
from hodu.kernel.ir import Kernel, Overlap
from hodu.kernel.narrow import stored
from hodu.ops._table import Array


def find_overlaps(
    kernel: Kernel, sources: Sequence[Buf], targets: Sequence[Buf]
) -> tuple[Overlap, ...]:
    """For each of some inputs and outputs, the distances at which no input is lost.

    Loops are taken to run turn after turn. There are none where the order of the accesses depends
    on data.
    """
    try:
        times = access_times(kernel, [*sources, *targets])
    except UnknownOrderError:
        return ()
    written = times[len(sources) :]
    return tuple(
        _overlap(source, before.read, target, after.written)
        for source, before in zip(sources, times, strict=False)
        for target, after in zip(targets, written, strict=True)
    )


def _overlap(source: Buf, read: Array, target: Buf, written: Array) -> Overlap:
    sizes = _bytes(source), _bytes(target)
    unit = math.gcd(*sizes)
    read, written = np.repeat(read, sizes[0] // unit), np.repeat(written, sizes[1] // unit)
    least = max(_least(read, written), -len(read))
    ends = {0, len(written) - len(read)}
    exact = [d for d in sorted(ends) if d < least and _is_safe(read, written, d)]
    return Overlap(source.name, target.name, least * unit, tuple(d * unit for d in exact))


def _bytes(buf: Buf) -> int:
    return stored(buf.dtype).itemsize


def _least(read: Array, written: Array) -> int:
    """The distance from which on what is written lies below all that is read later."""
    used = np.flatnonzero(read != NEVER_READ)
    made = np.flatnonzero(written != NEVER_WRITTEN)
    if not used.size or not made.size:
        return -len(read)
    order = np.argsort(read[used], kind="stable")
    when, lowest = read[used][order], np.minimum.accumulate(used[order][::-1])[::-1]
    later = np.searchsorted(when, written[made], side="right")
    late = later < len(when)
    gaps = made[late] + 1 - lowest[later[late]]
    return int(np.max(gaps, initial=-len(read)))


def _is_safe(read: Array, written: Array, distance: int) -> bool:
    """Whether no unit is written before the last read of the one of the source that lies there."""
    start, stop = max(0, distance), min(len(written), distance + len(read))
    if start >= stop:
        return True
    return bool((written[start:stop] > read[start - distance : stop - distance]).all())
