"""Which algorithm a convolution of 3x3 taps takes, and in what tiles: a count of instructions."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from hodu.lower.conv.form import Form, Pair
from hodu.lower.conv.minimal import F2, F4, TAPS, Minimal
from hodu.lower.gemm.tile import Tile
from hodu.plan.target import Target

_HELD_BYTES = 80 << 10  # of the products of a block, on the stack
_PARTS = 16  # blocks of pixels with which threads are busy
_MOST_ROWS = 14
_MOST_GROUPS = 4

# Costs, in the time of a multiply-add of vectors:
_ELEMENT = 5.0  # both ways of an element through a transform: arithmetic, loads, stores
_CACHED_BYTES = 8.0  # of weights that come from the last cache
_READ_BYTES = 6.0  # of weights that come from memory
_BLOCK = 200.0  # what surrounds the products of a block and a panel


@dataclass(frozen=True, slots=True)
class Plan:
    """Winograd's algorithm on blocks of `groups` times `tile.rows` tiles of pixels.

    `counts` are the tiles along each axis of one of `items`.
    """

    minimal: Minimal
    tile: Tile
    groups: int
    items: int
    counts: Pair

    @property
    def tiles(self) -> int:
        """The tiles of all items."""
        return self.items * math.prod(self.counts)

    @property
    def span(self) -> int:
        """The tiles of a block."""
        return self.tile.rows * self.groups

    @property
    def blocks(self) -> int:
        """The number of blocks of tiles; the last one may be filled up."""
        return -(-self.tiles // self.span)

    @property
    def parts(self) -> int:
        """The parts of the blocks that threads do on their own."""
        return min(self.blocks, _PARTS)

    @property
    def is_shared(self) -> bool:
        """Whether all tiles are transformed before threads share out the products."""
        return self.blocks < _PARTS

    @property
    def covered(self) -> Pair:
        """The pixels that whole tiles cover."""
        return self.counts[0] * self.minimal.outputs, self.counts[1] * self.minimal.outputs


def plan_winograd(form: Form, target: Target) -> Plan | None:
    """The tiles for a form, None where the direct kernel is faster or the only one."""
    simple = form.kernel == (TAPS, TAPS) and form.stride == form.dilation == (1, 1)
    if form.groups != 1 or not simple:
        return None
    sizes = (form.items, form.count, form.inner, form.out)
    plan = _best(*sizes, target.decider(), None)
    if plan is None or target.decider() is target:
        return plan
    return _best(*sizes, target, plan.minimal)


@functools.lru_cache(1024)
def _best(
    items: int, count: Pair, inner: int, out: int, target: Target, wanted: Minimal | None
) -> Plan | None:
    """The plan of least cost, of a `wanted` kind even if the direct kernel costs less."""
    lanes = target.lanes(32)
    vectors = -(-out // lanes)
    size = float(inner * vectors)
    pixels = items * math.prod(count)
    reads = TAPS**2 * size * lanes * 4 / _READ_BYTES
    direct = math.inf if wanted else max(TAPS**2 * pixels * size, reads)
    plans = [
        p
        for m in ((wanted,) if wanted else (F2, F4))
        for p in _plans(m, items, count, vectors, target)
    ]
    costs = [_cost(p, inner, vectors) for p in plans]
    least = min(costs, default=direct)
    return plans[costs.index(least)] if least < direct else None


def _plans(
    minimal: Minimal, items: int, count: Pair, vectors: int, target: Target
) -> Iterator[Plan]:
    """The plans whose sums fit the registers and whose products fit the stack."""
    m, lanes = minimal.outputs, target.lanes(32)
    counts = -(-count[0] // m), -(-count[1] // m)
    width = target.packed_lanes(32, target.packed_bits) or lanes
    for v in (n for n in range(1, min(vectors, 4) + 1) if vectors % n == 0):
        if v * lanes % width and width % (v * lanes):
            continue
        for rows in range(1, min(_MOST_ROWS, (target.vector_registers - v - 1) // v) + 1):
            plan = Plan(minimal, Tile(rows, v, lanes), 1, items, counts)
            for groups in range(1, _MOST_GROUPS + 1):
                held = minimal.points**2 * rows * groups * v * lanes * 4
                if held <= _HELD_BYTES:
                    yield replace(plan, groups=groups)


def _cost(plan: Plan, inner: int, vectors: int) -> float:
    """The time of a plan."""
    points, tile = plan.minimal.points**2, plan.tile
    loads = (tile.rows + tile.vectors) / (tile.rows * tile.vectors)
    cached = tile.lanes * 4 / plan.span / _CACHED_BYTES
    each = max(1.0, loads, cached)
    products = points * plan.blocks * plan.span * inner * vectors * each
    reads = points * inner * vectors * tile.lanes * 4 / _READ_BYTES
    transforms = points * plan.tiles * (inner / tile.lanes + vectors) * _ELEMENT
    around = plan.blocks * (vectors / tile.vectors) * _BLOCK
    return max(products, reads) + transforms + around
