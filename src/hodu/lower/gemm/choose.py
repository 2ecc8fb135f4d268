"""The sizes of tiles and blocks of a matrix product on a processor: a model of its cost.

A step of the depth of a tile of r rows and v vectors is r * v multiply-adds, v loads of vectors and
r of elements. It is bound by the one kind or the other, so the tile is the one with which all rows
and columns, what is left over too, take the fewest cycles within the registers. Tiles with few
accumulators take turns on several sets of them, which hides the latency of an addition.

Between the blocks of the depth the sums of a tile go to memory and back, 3 r v moves: blocks are as
deep as the caches allow. The rows of a tile are used for each panel and a panel for each tile of
rows, so both stay in the second cache, half of which holds the panels that a thread does at once;
both are streams that the processor fetches ahead by itself. Rows are copied where they would share
the sets of the first cache: when they lie a multiple of 4 KiB apart.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

from hodu.lower.gemm.tile import Tile
from hodu.plan.target import Target

_MOST_ROWS = 14
_LATENCY = 4  # cycles from one fused multiply-add to the next that needs its result
_PORTS = 2  # vector instructions a cycle
_TILES = 3  # of the ranked ones are worth measuring
_PAGE = 4096  # bytes after which addresses fall on the same set of the first cache
_LINE = 64  # bytes of a cache line
_UNKNOWN = 1 << 12  # rows, where their number is not known


@dataclass(frozen=True, slots=True)
class Blocking:
    """How a product is cut: its tile, and into how many times as many parts as usual along the
    depth, along rows and along panels.
    """

    tile: Tile
    depth_parts: int = 1
    row_parts: int = 1
    panel_parts: int = 1


def candidates(
    target: Target,
    bits: int,
    rows: int | None,
    columns: int,
    depth: int | None,
    multiple: int = 1,
) -> tuple[Blocking, ...]:
    """Blockings for a product, the one that should be the fastest first.

    The rows of a tile are a multiple of `multiple`, of which there are at least so many.
    """
    count = _UNKNOWN if rows is None else max(rows, 1)
    tiles = [t for t in _ranked(target, bits, count, max(columns, 1)) if t.rows % multiple == 0]
    found = [Blocking(tile) for tile in tiles[:_TILES]]
    best = tiles[0]
    blocks = {depth_block(target, best, depth or 1, bits // 8, parts) for parts in (1, 2)}
    if len(blocks) > 1:
        found.append(Blocking(best, depth_parts=2))
    if rows is not None and rows >= 2 * best.rows:
        found.append(Blocking(best, row_parts=2))
    if columns >= 2 * best.columns:
        found.append(Blocking(best, panel_parts=2))
    return tuple(found)


def tile_for(target: Target, bits: int, rows: int | None, columns: int) -> Tile:
    """The fastest tile for a product of this many rows (None: not known) and columns."""
    return _ranked(target, bits, _UNKNOWN if rows is None else max(rows, 1), max(columns, 1))[0]


@functools.lru_cache(256)
def _ranked(target: Target, bits: int, rows: int, columns: int) -> tuple[Tile, ...]:
    """All tiles that fit the registers, the fastest by `_cost` first."""
    lanes = _lanes(target, bits, columns)
    width = target.packed_lanes(bits, columns)
    most = target.vector_registers - 3 if target.vector_registers > 8 else 4
    sizes = [
        (r, v)
        for v in range(1, min(8, -(-columns // lanes)) + 1)
        for r in range(1, min(_MOST_ROWS, rows, target.most_rows(v)) + 1)
        if r * v + (v + 1 if r > 1 else 2) <= most + 2 and r * v <= most
        if width is None or v * lanes % width == 0 or width % (v * lanes) == 0
    ]
    sizes.sort(key=lambda size: (_cost(size, lanes, rows, columns), -size[0] * size[1]))
    return tuple(Tile(r, v, lanes, splits_for(r * v)) for r, v in sizes)


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
        total += many * full * cycles(height, v)
        total += many * cycles(height, last) if last else 0.0
    return total


def cycles(r: int, v: int) -> float:
    """Cycles of one step of a tile: arithmetic, loads, and a share of what surrounds the loop."""
    return max(r * v / _PORTS, (r + v) / _PORTS) + 0.1


def depth_block(target: Target, tile: Tile, depth: int, itemsize: int, parts: int = 1) -> int:
    """How much of the depth is done at once: all of it, or even parts.

    The rows of a tile and two panels, this one and the next, take a quarter of the second cache; it
    is `parts` times as small a part where that is said.
    """
    step = (tile.rows + 2 * tile.columns) * itemsize
    most = max(_LINE, (target.l2_bytes // 4 or target.l1_bytes // 2) // step // parts)
    if depth <= most * 3 // 2:
        return max(depth, 1)
    return _rounded(math.ceil(depth / round(depth / most)), itemsize)


def _rounded(length: int, itemsize: int) -> int:
    """Whole cache lines."""
    line = _LINE // itemsize
    return -(-length // line) * line


def share_sets(stride: int, itemsize: int) -> bool:
    """Whether rows so far apart push each other out of the first cache."""
    return stride != 0 and stride * itemsize % _PAGE == 0


def apart(length: int, itemsize: int) -> int:
    """The distance of rows of a copy: an odd number of cache lines, so that they share no set."""
    line = _LINE // itemsize
    return (_rounded(length, itemsize) // line | 1) * line


def row_blocks(target: Target, tiles: int) -> int:
    """How many tiles of rows a thread does at once."""
    return tiles if tiles < 32 else max(16, -(-tiles // 8))


def panel_block(target: Target, panels: int, panel_bytes: int, work: int, parts: int) -> int:
    """How many panels a thread does at once: half of the second cache, one of `parts` of all."""
    fitting = max(1, (target.l2_bytes or target.l1_bytes or panel_bytes) // 2 // panel_bytes)
    if work < 1 << 18:
        return max(1, panels)
    return max(1, min(fitting, -(-panels // parts)))
