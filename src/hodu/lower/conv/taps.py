"""The gradient of a convolution by its weight, with output channels as vectors.

For each pixel of the result, elements of the input that taps of a few input channels read are
multiplied by vectors of the gradient, whose channels stand together. Input elements are read one by
one, so that strides cost nothing. Sums over many pixels go through blocks.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

from hodu.kernel.algebra import broadcast, constant
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import Expr, index
from hodu.kernel.intrinsics import fma
from hodu.lower.conv.axes import Axis, window
from hodu.lower.conv.channels import Shape, reached_input
from hodu.lower.conv.rows import is_among, pair, runs
from hodu.lower.gemm import choose
from hodu.lower.gemm.operands import Matrices, Panels, accumulator
from hodu.lower.gemm.packing import pack_at_run_time
from hodu.lower.gemm.tile import Panel, Sums, Tile
from hodu.lower.index import unflat
from hodu.lower.stage import Stage

_MOST_TAPS = 14  # of a row, all of which are in a tile
_BLOCK = 256  # pixels at least whose products are added up by themselves
_MOST_FILL = 4  # times as large as the gradient its copy in whole vectors may be
_LATENCY = 4  # cycles from one product to the next that is added to it
_PACK = 8  # vector instructions to transpose as much of the gradient as fills a vector


@dataclass(frozen=True, slots=True)
class TapTile:
    """Some rows of taps of some input channels, by vectors of output channels."""

    inner: int
    high: int
    vectors: int


def shape_of(s: Stage) -> Shape | None:
    """The sizes of the convolution, None where this file has no loops for it."""
    x, y, w = s.type(0), s.type(1), s.out_type()
    sizes = (*x.shape, *y.shape, *w.shape)
    known = all(isinstance(d, int) for d in sizes) and 0 not in sizes
    dtype = accumulator(w.dtype)
    lanes = s.target.lanes(dtype.bits)
    if not known or x.rank > 4 or not dtype.is_float or s.target.is_bare or lanes == 1:
        return None
    spatial, groups = x.rank - 2, s.attrs["groups"]
    fill = (1,) * (2 - spatial)
    xs, ys, ws = ([int(d) for d in t.shape] for t in (x, y, w))
    if ws[-1] > _MOST_TAPS or ws[0] // groups * _MOST_FILL < lanes:
        return None
    rows, columns = [
        *([Axis(1, 1)] for _ in fill),
        *map(window, ys[2:], ws[2:], s.attrs["stride"], s.attrs["dilation"], s.attrs["padding"]),
    ]
    return Shape(
        xs[0], groups, ws[0] // groups, ws[1], pair((*fill, *xs[2:])), pair((*fill, *ws[2:])),
        rows, columns, False,
    )  # fmt: skip


def is_cheaper(shape: Shape, lanes: int) -> bool:
    """Whether vectors of channels take fewer cycles than those of pixels, with stride 1."""
    ((rows, columns),) = shape.parts
    pixels = shape.out * rows.count * -(-columns.count // lanes)
    channels = rows.count * columns.count * -(-shape.out // lanes)
    depth = shape.inner * math.prod(shape.kernel)
    return channels * (1 + _PACK / depth) * 1.05 < pixels


class SumsOfTaps:
    """The loops for a convolution of any stride."""

    def __init__(self, s: Stage, shape: Shape) -> None:
        self.s, self.k, self.shape = s, s.k, shape
        self.dtype = accumulator(s.out_type().dtype)
        self.lanes = s.target.lanes(self.dtype.bits)
        ((self.rows, self.columns),) = shape.parts
        self.tile = min(self._tiles(), key=self._cost)
        self.gradient = self._gradient()
        place, self.padded, self.origin = reached_input(s, shape)
        self.x, self.y = s.param(place, "in"), s.param(self.gradient.place, "in")

    def _tiles(self) -> Iterator[TapTile]:
        """The tiles that fit the registers, in whole numbers of which taps are cut."""
        (high, wide), registers = self.shape.kernel, self.s.target.vector_registers
        inners = [n for n in range(1, _MOST_TAPS + 1) if self.shape.inner % n == 0]
        for inner, rows, vectors in itertools.product(inners, {1, high}, range(1, 5)):
            taps = inner * rows * wide
            if taps * vectors + vectors + 1 < registers or (taps, vectors) == (wide, 1):
                yield TapTile(inner, rows, vectors)

    def _cost(self, tile: TapTile) -> float:
        """Cycles for each pixel of all taps, with the latency of sums that wait for themselves."""
        taps = tile.inner * tile.high * self.shape.kernel[1]
        number = self.shape.inner * math.prod(self.shape.kernel) // taps
        full, last = divmod(-(-self.shape.out // self.lanes), tile.vectors)
        each = [(tile.vectors, full), (last, 1 if last else 0)]
        return number * sum(
            many * max(choose.cycles(taps, vectors), _LATENCY) for vectors, many in each
        )

    def _gradient(self) -> Panels:
        """The gradient [item, group] as matrices of output channels by pixels, packed."""
        s, shape, value = self.s, self.shape, self.s.node.inputs[1]
        assert value is not None
        pixels = self.rows.count * self.columns.count
        size = shape.out * pixels
        batch = (index(shape.groups * size), index(size))
        place = s.lowering.storage[value].place
        b = Matrices(place, index(0), batch, index(pixels), index(1))
        heads = (index(shape.items), index(shape.groups))
        tile = Tile(1, self.tile.vectors, self.lanes)
        return pack_at_run_time(s.lowering, b, heads, index(pixels), shape.out, tile)

    # -- loops ----------------------------------------------------------------------------------

    def write(self) -> None:
        """All sums."""
        shape, k, tile = self.shape, self.k, self.tile
        span = tile.vectors * self.lanes
        panels = -(-shape.out // span)
        extents = (shape.groups, panels, shape.inner // tile.inner, shape.kernel[0] // tile.high)
        k.work += math.prod((shape.items, shape.groups, shape.out, shape.inner, self.rows.count,
                             self.columns.count, *shape.kernel))  # fmt: skip
        with k.loop(math.prod(extents), kind="parallel", name="part") as part:
            group, panel, block, line = unflat(part, tuple(map(index, extents)))
            first = _First(group, panel * span, block * tile.inner, line * tile.high)
            for lo, hi, channels in runs(shape.out, span):
                with k.when(is_among(panel, lo, hi, panels)):
                    self._tile(first, channels)

    def _tile(self, first: _First, channels: int) -> None:
        """The sums of a tile of so many output channels, of which those of a block go to memory."""
        k, shape, tile = self.k, self.shape, self.tile
        taps = tile.inner * tile.high * shape.kernel[1]
        whole = Tile(taps, -(-channels // self.lanes), self.lanes)
        held = k.local("totals", self.dtype, taps * whole.columns)
        with k.loop(taps * whole.columns, step=self.lanes) as i:
            k.store(held, i, constant(0, self.dtype, self.lanes))
        items = min(shape.items, -(-_BLOCK // (self.rows.count * self.columns.count)))
        with k.loop(shape.items, step=items, name="block") as block:
            sums = Sums(k, whole, self.dtype)
            end = k.let((block + items).min(shape.items), "end")
            with k.loop(end, block, name="item") as item:
                self._item(sums, item, first)
            for tap, vector in itertools.product(range(taps), range(whole.vectors)):
                at = tap * whole.columns + vector * self.lanes
                total = k.load(held, at, self.lanes) + sums.value(tap, vector)
                k.store(held, at, total)
        self._store(held, first, whole.columns, channels)

    def _item(self, sums: Sums, item: Expr, first: _First) -> None:
        """Add the products of all pixels of an item."""
        k, shape, (high, wide) = self.k, self.shape, self.padded
        plane = (item * shape.groups + first.group) * shape.inner + first.inner
        top = first.line * self.rows.step + (self.rows.source - self.origin[0])
        start = k.let((plane * high + top) * wide + (self.columns.source - self.origin[1]), "start")
        matrix = self.gradient.start((item, first.group)) + self.gradient.panel(first.channel)
        panel = self.gradient.read(self.y, k.let(matrix, "panel"), 0, sums.tile)
        count = self.columns.count
        with k.loop(self.rows.count, name="row") as row:
            at = k.let(start + row * (self.rows.stride * wide), "pixels")
            of = k.let(panel.at + row * (index(panel.stride) * count), "gradient")
            with k.loop(count, name="pixel") as pixel:
                place = at + pixel * self.columns.stride
                self._add(sums, place, panel, of + pixel * panel.stride)

    def _add(self, sums: Sums, place: Expr, panel: Panel, of: Expr) -> None:
        """The products of one pixel."""
        k, lanes = self.k, self.lanes
        vectors = [k.let(k.load(self.y, of + panel.column(v * lanes), lanes), "y")
                   for v in range(sums.tile.vectors)]  # fmt: skip
        for distance, targets in zip(self._distances(), sums.bufs[0], strict=True):
            element = k.load(self.x, place + distance).cast(self.dtype)
            spread = k.let(broadcast(element, lanes), "x")
            for target, vector in zip(targets, vectors, strict=True):
                k.store(target, 0, fma(spread, vector, k.load(target)))

    def _distances(self) -> Iterator[int]:
        """How far the taps of a tile read from its first one."""
        (high, wide), tile = self.padded, self.tile
        taps = range(tile.inner), range(tile.high), range(self.shape.kernel[1])
        for c, row, column in itertools.product(*taps):
            yield (c * high + row * self.rows.step) * wide + column * self.columns.step

    def _store(self, held: Buf, first: _First, columns: int, channels: int) -> None:
        """Store the totals of a tile of so many columns."""
        k, tile, wide = self.k, self.tile, self.shape.kernel[1]
        with k.loops((channels, tile.inner, tile.high, wide)) as (channel, c, row, column):
            at = ((c * tile.high + row) * wide + column) * columns + channel
            own = first.group * self.shape.out + first.channel + channel
            taps = (first.line + row, column)[4 - self.s.out_type().rank :]
            value = k.let(k.load(held, at), "total")
            self.s.write((own, first.inner + c, *taps), value)


@dataclass(frozen=True, slots=True)
class _First:
    """The first output channel, input channel and row of taps of a tile of a group."""

    group: Expr
    channel: Expr
    inner: Expr
    line: Expr
