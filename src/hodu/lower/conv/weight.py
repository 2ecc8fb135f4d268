"""The gradient of a convolution by its weight: products of the input with what it was convolved to.

With stride 1 both are read as rows of vectors, padded with zeros, and a tile of sums, a few output
channels by the taps of a row, is held in registers over all pixels of all items.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from hodu.kernel.expr import Expr, index
from hodu.kernel.intrinsics import fma, reduce_lanes
from hodu.kernel.narrow import computed
from hodu.lower.conv.rows import Shape, is_among, is_vector, pad_input, pair, runs
from hodu.lower.gemm.tile import Sums, Tile
from hodu.lower.index import unflat
from hodu.lower.program import Place
from hodu.lower.reducing.rows import loops_between
from hodu.lower.stage import Stage

_MOST_TAPS = 8
_MOST_ROWS = 8
_MANY_TAPS = 3  # below this, several input channels share what is read of the output


def shape_of(s: Stage) -> Shape | None:
    """The sizes of the convolution, None where this file has no fast loops for it."""
    x, y, w = s.type(0), s.type(1), s.out_type()
    sizes = (*x.shape, *y.shape, *w.shape)
    spatial = x.rank - 2
    known = all(isinstance(d, int) for d in sizes) and 0 not in sizes
    if not known or spatial > 2 or set(s.attrs["stride"]) != {1} or not is_vector(s, w.dtype):
        return None
    groups, fill = s.attrs["groups"], (1,) * (2 - spatial)
    xs, ys, ws = ([int(d) for d in t.shape] for t in (x, y, w))
    if ws[-1] > _MOST_TAPS:
        return None
    before = (*(0 for _ in fill), *s.attrs["padding"][:spatial])
    return Shape(
        xs[0], groups, ws[0] // groups, ws[1],
        pair((*fill, *xs[2:])), pair((*fill, *ys[2:])),
        pair((*fill, *ws[2:])), pair(before), pair((*fill, *s.attrs["dilation"])),
    )  # fmt: skip


class SumsOverPixels:
    """The loops for a convolution of stride 1."""

    def __init__(self, s: Stage, shape: Shape) -> None:
        self.s, self.k, self.shape = s, s.k, shape
        self.dtype = s.out_type().dtype
        self.lanes = s.target.lanes(self.dtype.bits)
        taps = shape.kernel[1]
        shares = taps < _MANY_TAPS and shape.inner % 4 == 0
        self.inner = 4 if shares else 1  # input channels of a tile
        self.taps = taps * self.inner
        most = max(1, min(_MOST_ROWS, (s.target.vector_registers - 6) // self.taps))
        self.rows = -(-shape.out // -(-shape.out // most))
        self.across = -(-shape.count[1] // self.lanes)
        self.input, self.output = self._places()

    def _places(self) -> tuple[Place, Place]:
        shape, width = self.shape, self.across * self.lanes
        padded = shape.padded(self.lanes)
        x = pad_input(self.s, 0, shape.groups * shape.inner, shape.items, shape.size, padded,
                      shape.before)  # fmt: skip
        size = (shape.count[0], width)
        y = pad_input(self.s, 1, shape.groups * shape.out, shape.items, shape.count, size, (0, 0))
        return x, y

    def write(self) -> None:
        """All sums."""
        shape, k = self.shape, self.k
        self.x, self.y = self.s.param(self.input, "in"), self.s.param(self.output, "in")
        blocks = -(-shape.out // self.rows)
        extents = (shape.groups, blocks, shape.inner // self.inner, shape.kernel[0])
        k.work += math.prod((shape.items, shape.groups, shape.out, shape.inner,
                             *shape.count, *shape.kernel))  # fmt: skip
        with k.loop(math.prod(extents), kind="parallel", name="part") as part:
            group, block, c, tap = unflat(part, tuple(map(index, extents)))
            for lo, hi, rows in runs(shape.out, self.rows):
                with k.when(is_among(block, lo, hi, blocks)):
                    self._tile(group, block * self.rows, rows, c * self.inner, tap)

    def _tile(self, group: Expr, first: Expr, rows: int, c: Expr, tap: Expr) -> None:
        """The sums of some output channels with the taps of one row of some input channels."""
        shape, k = self.shape, self.k
        sums = Sums(k, Tile(rows, self.taps, self.lanes), self.dtype)
        high, wide = shape.padded(self.lanes)
        lines = shape.count[0], self.across * self.lanes
        with k.loop(shape.items, name="item") as item:
            x = (item * shape.groups + group) * shape.inner + c
            y = (item * shape.groups + group) * shape.out + first
            x_at = k.let((x * high + tap * shape.dilation[0]) * wide, "left")
            y_at = k.let(y * (lines[0] * lines[1]), "right")
            with k.loop(lines[0], name="row") as row, k.loop(self.across, name="vector") as v:
                at = k.let(x_at + row * wide + v * self.lanes, "pixels")
                of = k.let(y_at + row * lines[1] + v * self.lanes, "sums_at")
                self._add(sums, self._taps(at, high * wide), of, lines[0] * lines[1])
        for r in range(rows):
            for number in range(self.taps):
                channel, column = divmod(number, shape.kernel[1])
                total = reduce_lanes("add", sums.value(r, number))
                taps = (tap, index(column)) if self.s.out_type().rank == 4 else (index(column),)
                position = (group * shape.out + first + r, c + channel, *taps)
                self.s.write(position, k.let(total, "total"))

    def _taps(self, at: Expr, plane: int) -> list[Expr]:
        """Where the pixels of the taps of a tile begin."""
        step = self.shape.dilation[1]
        return [at + c * plane + t * step
                for c in range(self.inner) for t in range(self.shape.kernel[1])]  # fmt: skip

    def _add(self, sums: Sums, taps: Sequence[Expr], of: Expr, plane: int) -> None:
        k, lanes = self.k, self.lanes
        rows = [k.let(k.load(self.y, of + r * plane, lanes), "y") for r in range(sums.tile.rows)]
        for number, at in enumerate(taps):
            pixels = k.let(k.load(self.x, at, lanes), "x")
            for row, targets in zip(rows, sums.bufs[0], strict=True):
                target = targets[number]
                k.store(target, 0, fma(row, pixels, k.load(target)))


def one_by_one(s: Stage) -> None:
    """The plain loops, for any stride and dtype."""
    k, dtype = s.k, computed(s.out_type().dtype)
    groups, spatial = s.attrs["groups"], s.type(0).rank - 2
    sizes, counts = s.in_extents(0), s.in_extents(1)
    outer = counts[1] // groups
    axes = [s.attrs[name][:spatial] for name in ("stride", "dilation", "padding")]
    with k.loops(s.out_extents(), kind="parallel") as (oc, c, *taps):
        total = k.local("sum", dtype, init=0)
        channel = k.let(oc // outer * s.out_extents()[1] + c, "channel")
        spans = []
        for tap, step, spread, before, size, count in zip(
            taps, *axes, sizes[2:], counts[2:], strict=True
        ):
            start = before - tap * spread
            lo = (start + (step - 1)).max(0) // step
            hi = (start + size + (step - 1)).max(0) // step
            spans.append((k.let(lo, "lo"), k.let(hi.min(count), "hi")))
        with k.loop(counts[0], name="item") as item, loops_between(k, spans) as at:
            places = [
                a * step + tap * spread - before
                for a, tap, step, spread, before in zip(at, taps, *axes, strict=True)
            ]
            product = s.read(0, (item, channel, *places)) * s.read(1, (item, oc, *at))
            k.store(total, 0, k.load(total) + product)
        s.write((oc, c, *taps), k.load(total))
