"""Which algorithm a convolution of 3x3 taps takes, and in what tiles: a count of instructions."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from hodu.lower.blocks.layout import lanes_of
from hodu.lower.conv.form import Form, Pair
from hodu.lower.conv.minimal import F2, F4, TAPS, Minimal
from hodu.lower.gemm.tile import Tile
from hodu.plan.target import Target

_HELD_BYTES = 80 << 10  # of the products of a block, on the stack
_LEAST_PARTS, _MOST_PARTS = 8, 16  # of the pixels, each with memory of its own
_MOST_ROWS = 14
_MOST_GROUPS = 4

# Costs, in the time of a multiply-add of vectors:
_ELEMENT = 5.0  # both ways of an element through a transform: arithmetic, loads, stores
_READ = 8.0  # of a vector of weights from memory
_READ_CACHED = 4.0  # from the second cache or the last: by all blocks but the first
_LOOP = 15.0  # around the products of a tile of registers at one point
_BLOCK = 200.0  # around the products of a block and a panel


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
        """The parts of the blocks that threads do on their own, of two blocks or more if many."""
        return max(_LEAST_PARTS, min(self.blocks // 2, _MOST_PARTS))

    @property
    def is_shared(self) -> bool:
        """Whether all tiles are transformed before threads share out the products."""
        return self.blocks < _LEAST_PARTS

    @property
    def covered(self) -> Pair:
        """The pixels that whole tiles cover."""
        return self.counts[0] * self.minimal.outputs, self.counts[1] * self.minimal.outputs


def plan_winograd(form: Form, target: Target) -> Plan | None:
    """The tiles for a form, None where the direct kernel is faster or the only one.

    So it is where the channels do not fill half a vector (see `lanes_of`), and in compact code:
    transformed filters take up to four times the memory.
    """
    simple = form.kernel == (TAPS, TAPS) and form.stride == form.dilation == (1, 1)
    widest = target.decider()
    is_full = all(lanes_of(widest, n) == widest.lanes(32) for n in (form.inner, form.out))
    if form.groups != 1 or not simple or not is_full or target.compact:
        return None
    sizes = (form.items, form.count, form.inner, form.out)
    plan = _best(*sizes, widest, None)
    if plan is None or widest is target:
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
    direct = max(TAPS**2 * pixels * size, _reads(TAPS**2 * size, target))
    least = math.inf if wanted else direct
    kinds = (wanted,) if wanted else (F2, F4)
    plans = [p for m in kinds for p in _plans(m, items, count, inner, vectors, target)]
    costs = [_cost(p, inner, vectors, target) for p in plans]
    best = min(costs, default=least)
    return plans[costs.index(best)] if best < least else None


def _plans(
    minimal: Minimal, items: int, count: Pair, inner: int, vectors: int, target: Target
) -> Iterator[Plan]:
    """The plans whose sums fit the registers and whose products fit the stack.

    There are several groups where those after the first find the filters in the first cache.
    """
    m, lanes = minimal.outputs, target.lanes(32)
    counts = -(-count[0] // m), -(-count[1] // m)
    width = target.packed_lanes(32, target.packed_bits) or lanes
    for v in (n for n in range(1, min(vectors, 4) + 1) if vectors % n == 0):
        if v * lanes % width and width % (v * lanes):
            continue
        for rows in range(1, min(_MOST_ROWS, target.most_rows(v)) + 1):
            plan = Plan(minimal, Tile(rows, v, lanes), 1, items, counts)
            is_kept = inner * v * lanes * 4 <= target.l1_bytes // 2
            for groups in range(1, _MOST_GROUPS + 1 if is_kept else 2):
                held = minimal.points**2 * rows * groups * v * lanes * 4
                if held <= _HELD_BYTES:
                    yield replace(plan, groups=groups)


def _reads(vectors: float, target: Target) -> float:
    """The time in which so many vectors of weights are first read; few stay from run to run."""
    is_cached = vectors * target.vector_bits / 8 <= target.l2_bytes
    return vectors * (_READ_CACHED if is_cached else _READ)


def _cost(plan: Plan, inner: int, vectors: int, target: Target) -> float:
    """The time of a plan: the first group of a block waits for the weights that it reads."""
    points, tile = plan.minimal.points**2, plan.tile
    loads = (tile.rows + tile.vectors) / (tile.rows * tile.vectors)
    group = points * vectors * (tile.rows * inner * max(1.0, loads) + _LOOP / tile.vectors)
    weights = points * inner * vectors
    products = max(group, _reads(weights, target))
    products += max(group, weights * _READ_CACHED) * (plan.blocks - 1)
    products += group * plan.blocks * (plan.groups - 1)
    transforms = points * plan.tiles * (inner / tile.lanes + vectors) * _ELEMENT
    around = plan.blocks * (vectors / tile.vectors) * _BLOCK
    return products + transforms + around
