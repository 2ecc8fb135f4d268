"""Convolutions whose weights are known only at run time: output channels as vectors.

The loops are those of a matrix product: pixels, read an element at a time, are its rows, so that
strides cost nothing; the weights are packed, and tiles are transposed as they are stored. A
transposed convolution is one of stride 1 for each phase of its results.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace

from hodu.kernel.expr import Expr, index
from hodu.kernel.narrow import computed
from hodu.lower.conv.axes import Axis, phases, window
from hodu.lower.conv.rows import Pair, is_among, pad_input, pair, runs
from hodu.lower.gemm import choose
from hodu.lower.gemm.finish import Across, Finish, can_write_vectors
from hodu.lower.gemm.operands import Matrices, Panels, accumulator, pack_constant
from hodu.lower.gemm.packing import pack_at_run_time
from hodu.lower.gemm.tile import Rows, Sums, Tile, accumulate
from hodu.lower.index import Index, unflat
from hodu.lower.program import Place
from hodu.lower.stage import Stage

_FINISH = 6  # cycles to transpose and store a vector of results
_PARTS = 16  # for threads


@dataclass(frozen=True, slots=True)
class Shape:
    """A convolution over two spatial axes, the first of size 1 where there is one.

    An axis is in one part, or in several phases.
    """

    items: int
    groups: int
    out: int  # channels of a group
    inner: int
    size: Pair
    kernel: Pair
    rows: list[Axis]
    columns: list[Axis]
    transposed: bool

    @property
    def parts(self) -> list[tuple[Axis, Axis]]:
        """The phases of both axes."""
        return list(itertools.product(self.rows, self.columns))

    @property
    def across(self) -> int:
        """The most pixels of a row that have the same taps."""
        return max(axis.count for axis in self.columns)


def shape_of(s: Stage, transposed: bool) -> Shape | None:
    """The sizes of a `conv` or `conv_transpose` node, None where this file has no loops for it."""
    x, w, y = s.type(0), s.type(1), s.out_type()
    sizes = (*x.shape, *w.shape, *y.shape)
    known = all(isinstance(d, int) for d in sizes) and 0 not in sizes
    dtype = computed(y.dtype)
    if not known or x.rank > 4 or not dtype.is_float or s.target.is_bare:
        return None
    spatial, groups = x.rank - 2, s.attrs["groups"]
    fill = (1,) * (2 - spatial)
    xs, ws, ys = ([int(d) for d in t.shape] for t in (x, w, y))
    out = ys[1] // groups
    if out == 1 or s.target.lanes(dtype.bits) == 1:
        return None
    kind = phases if transposed else window
    rows, columns = [
        *([Axis(1, 1)] for _ in fill),
        *map(kind, ys[2:], ws[2:], s.attrs["stride"], s.attrs["dilation"], s.attrs["padding"]),
    ]
    return Shape(
        xs[0], groups, out, xs[1] // groups, pair((*fill, *xs[2:])), pair((*fill, *ws[2:])),
        rows, columns, transposed,
    )  # fmt: skip


def is_cheaper(shape: Shape, lanes: int) -> bool:
    """Whether vectors of channels take fewer cycles than those of pixels, with stride 1.

    Both are filled up; and those of channels are transposed at the end.
    """
    ((rows, columns),) = shape.parts
    pixels = shape.out * rows.count * -(-columns.count // lanes)
    channels = rows.count * columns.count * -(-shape.out // lanes)
    depth = shape.inner * math.prod(shape.kernel)
    return channels * (1 + _FINISH / depth) * 1.05 < pixels


def reached_input(s: Stage, shape: Shape) -> tuple[Place, Pair, Pair]:
    """Planes that may be read wherever taps reach, their size, and what they begin with."""
    reach = [[axis.reach for axis in axes] for axes in (shape.rows, shape.columns)]
    first = pair(tuple(min(lo for lo, _ in ends) for ends in reach))
    last = pair(tuple(max(hi for _, hi in ends) for ends in reach))
    if min(first) >= 0 and all(hi < size for hi, size in zip(last, shape.size, strict=True)):
        value = s.node.inputs[0]
        assert value is not None
        return s.lowering.storage[value].place, shape.size, (0, 0)
    padded = pair(tuple(hi - lo + 1 for lo, hi in zip(first, last, strict=True)))
    before = (-first[0], -first[1])
    channels = shape.groups * shape.inner
    place = pad_input(s, 0, channels, shape.items, shape.size, padded, before)
    return place, padded, first


class VectorsOfChannels:
    """The loops of a convolution in tiles of pixels by vectors of output channels."""

    def __init__(self, s: Stage, shape: Shape) -> None:
        self.s, self.k, self.shape = s, s.k, shape
        self.dtype = accumulator(s.type(0).dtype)
        self.tile = choose.tile_for(s.target, self.dtype.bits, shape.across, shape.out)
        self.weights = self._weights()
        place, self.padded, self.origin = reached_input(s, shape)
        self.x, self.w = s.param(place, "in"), s.param(self.weights.place, "in")

    def _weights(self) -> Panels:
        """The weights, packed: of a group output channels by taps of all input channels.

        In those of a transposed convolution there is such a matrix for each input channel.
        """
        s, shape = self.s, self.shape
        value, data = s.node.inputs[1], s.data(1)
        assert value is not None
        taps = math.prod(shape.kernel)
        heads, depth, stride = [shape.groups], shape.inner * taps, shape.inner * taps
        if shape.transposed:
            heads, depth, stride = [shape.groups, shape.inner], taps, taps
        steps = [index(math.prod(heads[i + 1 :]) * shape.out * depth) for i in range(len(heads))]
        data = None if data is None else data.reshape(*heads, shape.out, depth)
        place = s.lowering.storage[value].place
        b = Matrices(place, index(0), tuple(steps), index(stride), index(1), data)
        batch = tuple(map(index, heads))
        if data is not None:
            return pack_constant(s.lowering, b, batch, self.tile)
        return pack_at_run_time(s.lowering, b, batch, index(depth), shape.out, self.tile)

    # -- loops ----------------------------------------------------------------------------------

    def write(self) -> None:
        """The whole convolution."""
        for rows, columns in self.shape.parts:
            self._phase(rows, columns)

    def _phase(self, rows: Axis, columns: Axis) -> None:
        """The results of one phase of each axis."""
        shape, k = self.shape, self.k
        panels = -(-shape.out // self.tile.columns)
        outer = shape.items * shape.groups * panels
        high = self._high(rows.count, outer)
        bands = -(-rows.count // high)
        k.work += math.prod((shape.items, shape.groups, shape.out, shape.inner, rows.count,
                             columns.count, rows.taps, columns.taps))  # fmt: skip
        parts = (index(shape.items), index(shape.groups), index(bands), index(panels))
        with k.loop(outer * bands, kind="parallel", name="part") as part:
            item, group, band, panel = unflat(part, parts)
            end = k.let((band * high + high).min(rows.count), "end")
            with k.loop(end, band * high, name="row") as row:
                line = _Line(item, group, row, rows, columns)
                for lo, hi, count in runs(shape.out, self.tile.columns):
                    with k.when(is_among(panel, lo, hi, panels)):
                        self._row(line, panel * self.tile.columns, count)

    def _high(self, count: int, outer: int) -> int:
        """How many rows are done with a panel: one, where all panels stay in the second cache."""
        shape = self.shape
        weights = shape.inner * shape.out * math.prod(shape.kernel) * self.dtype.itemsize
        if weights * 2 <= self.s.target.l2_bytes:
            return 1
        return -(-count // min(count, -(-_PARTS // outer)))

    def _row(self, line: _Line, channel: Expr, channels: int) -> None:
        """A row of pixels of some channels."""
        tile = replace(self.tile, vectors=-(-channels // self.tile.lanes))
        finish = self._finish(line)
        for lo, hi, pixels in runs(line.columns.count, self.tile.rows):
            with self.k.loop(hi, lo, name="tile") as number:
                pixel = number * self.tile.rows
                sums = self._sums(line, pixel, channel, replace(tile, rows=pixels))
                at = (line.item, line.group, line.row)
                finish.tile(self.s, sums, at, pixel, channel, channels)

    def _sums(self, line: _Line, pixel: Expr, channel: Expr, tile: Tile) -> Sums:
        """The sums of a tile that begins with a pixel and a channel."""
        shape, k, (rows, columns) = self.shape, self.k, (line.rows, line.columns)
        splits = choose.splits_for(tile.rows * tile.vectors)
        sums = Sums(k, replace(tile, splits=splits), self.dtype)
        high, wide = self.padded
        plane = (line.item * shape.groups + line.group) * shape.inner
        first = line.row * rows.stride + (rows.source - self.origin[0])
        across = pixel * columns.stride + (columns.source - self.origin[1])
        start = k.let((plane * high + first) * wide + across, "start")
        with k.loop(shape.inner, name="c") as c, k.loop(rows.taps, name="tap") as tap:
            at = k.let(start + (c * high + tap * rows.step) * wide, "pixels")
            heads = (line.group, c) if shape.transposed else (line.group,)
            matrix = self.weights.start(heads) + self.weights.panel(channel)
            down = tap * rows.skip + rows.tap
            down = down if shape.transposed else c * shape.kernel[0] + down
            number = down * shape.kernel[1] + columns.tap
            panel = self.weights.read(self.w, matrix, number, tile)
            panel = replace(panel, at=k.let(panel.at, "panel"),
                            stride=index(panel.stride) * columns.skip)  # fmt: skip
            pixels = Rows(self.x, at, columns.stride, columns.step)
            accumulate(k, sums, pixels, panel, columns.taps)
        return sums

    def _finish(self, line: _Line) -> Across | Finish:
        """How sums are stored: in vectors of pixels where those are side by side."""

        def write(s: Stage, at: Index, channel: Expr, pixel: Expr, value: Expr) -> None:
            item, group, row = at
            own = group * self.shape.out + channel
            if s.has(2):
                value = value + s.read(2, (own,))
            rows, columns = line.rows, line.columns
            column = pixel if columns.spread == 1 else pixel * columns.spread + columns.offset
            spatial = (row * rows.spread + rows.offset, column)[4 - s.out_type().rank :]
            s.write((item, own, *spatial), value)

        lanes = self.tile.lanes
        beside = line.columns.spread == 1
        if beside and can_write_vectors(self.s, write, self.dtype, 3, lanes):
            return Across(write, self.dtype)
        return Finish(lambda s, at, row, column, value: write(s, at, column, row, value),
                      self.dtype, False)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Line:
    """A row of results of one group of an item, and the axes of its phase."""

    item: Expr
    group: Expr
    row: Expr
    rows: Axis
    columns: Axis
