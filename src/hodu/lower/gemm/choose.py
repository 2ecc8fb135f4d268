"""The sizes of tiles and blocks of a matrix product on a processor."""

from __future__ import annotations

import functools
import math

from hodu.lower.gemm.tile import Tile
from hodu.plan.target import Target

_MOST_ROWS = 14
_LATENCY = 4  # cycles from one fused multiply-add to the next that needs its result
_PORTS = 2  # vector instructions a cycle
_DEPTH = 256  # of a block: a panel of B stays in the first cache
_UNKNOWN = 1 << 12  # rows, where their number is not known


def tile_for(target: Target, bits: int, rows: int | None, columns: int) -> Tile:
    """The fastest tile for a product of this many rows (None: not known) and columns."""
    return _best(target, bits, _UNKNOWN if rows is None else max(rows, 1), max(columns, 1))


@functools.lru_cache(256)
def _best(target: Target, bits: int, rows: int, columns: int) -> Tile:
    lanes = _lanes(target, bits, columns)
    width = target.packed_lanes(bits, columns)
    most = target.vector_registers - 3 if target.vector_registers > 8 else 4
    sizes = [
        (r, v)
        for r in range(1, min(_MOST_ROWS, rows) + 1)
        for v in range(1, min(8, -(-columns // lanes)) + 1)
        if r * v + (v + 1 if r > 1 else 2) <= most + 2 and r * v <= most
        if width is None or v * lanes % width == 0 or width % (v * lanes) == 0
    ]
    r, v = min(sizes, key=lambda size: (_cost(size, lanes, rows, columns), -size[0] * size[1]))
    return Tile(r, v, lanes, splits_for(r * v))


def _lanes(target: Target, bits: int, columns: int) -> int:
    """The lanes of a vector; fewer where there are not even so many columns."""
    most = target.lanes(bits)
    return min(most, 1 << max(columns - 1, 0).bit_length())


def splits_for(accumulators: int) -> int:
    """How many sets of accumulators hide the latency of an addition."""
    return max(1, _LATENCY * _PORTS // accumulators)


def _cost(size: tuple[int, int], lanes: int, rows: int, columns: int) -> float:
    """Cycles for each step of the depth of the whole product."""
    r, v = size
    full_rows, last_rows = divmod(rows, r)
    vectors = -(-columns // lanes)
    full, last = divmod(vectors, v)
    total = 0.0
    for height, many in ((r, full_rows), (last_rows, 1 if last_rows else 0)):
        total += many * full * _cycles(height, v)
        total += many * _cycles(height, last) if last else 0.0
    return total


def _cycles(r: int, v: int) -> float:
    """Cycles of one step of a tile: arithmetic, loads, and a share of what surrounds the loop."""
    return max(r * v / _PORTS, (r + v) / _PORTS) + 0.1


def depth_block(depth: int) -> int:
    """How much of the depth is done at once: all of it, or even parts of about `_DEPTH`."""
    if depth <= _DEPTH * 3 // 2:
        return max(depth, 1)
    return math.ceil(depth / round(depth / _DEPTH))


def row_blocks(target: Target, tiles: int) -> int:
    """How many tiles of rows a thread does at once."""
    return tiles if tiles < 32 else max(16, -(-tiles // 8))


def panel_block(target: Target, panels: int, panel_bytes: int, work: int) -> int:
    """How many panels a thread does at once: half of the second cache, a part of the work."""
    fitting = max(1, (target.l2_bytes or target.l1_bytes or panel_bytes) // 2 // panel_bytes)
    if work < 1 << 18:
        return max(1, panels)
    return max(1, min(fitting, -(-panels // 8)))
