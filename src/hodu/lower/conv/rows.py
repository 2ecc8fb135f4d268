"""Convolutions whose weights are known only at run time: rows of pixels as vectors.

The input is copied with its zeros around it, so that each tap of a tile of pixels is a load of
whole vectors (direct convolution). A tile is a few output channels by a few vectors of pixels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from hodu.dtypes import DType, bool_
from hodu.kernel.algebra import constant
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import Expr, Ramp, index
from hodu.kernel.narrow import computed
from hodu.lower.gemm.tile import Panel, Rows, Sums, Tile, accumulate
from hodu.lower.index import unflat
from hodu.lower.program import Place
from hodu.lower.stage import Stage

Pair = tuple[int, int]
_MOST_VECTORS = 4
_MOST_ROWS = 12


@dataclass(frozen=True, slots=True)
class Shape:
    """A convolution of stride 1 over two spatial axes (the first of size 1 where there is one).

    The output pixel (i, j) reads the input at (i - before[0] + tap * dilation[0], ...).
    """

    items: int
    groups: int
    out: int  # channels of a group
    inner: int
    size: Pair
    count: Pair
    kernel: Pair
    before: Pair
    dilation: Pair

    def padded(self, lanes: int) -> Pair:
        """The size of a copy of the input that whole vectors of pixels can be read from."""
        rows = self.count[0] + (self.kernel[0] - 1) * self.dilation[0]
        columns = -(-self.count[1] // lanes) * lanes + (self.kernel[1] - 1) * self.dilation[1]
        return rows, columns


def shape_of(s: Stage, transposed: bool) -> Shape | None:
    """The sizes of a `conv` or `conv_transpose` node, None where this file has no loops for it."""
    x, w, y = s.type(0), s.type(1), s.out_type()
    sizes = (*x.shape, *w.shape, *y.shape)
    spatial = x.rank - 2
    known = all(isinstance(d, int) for d in sizes) and 0 not in sizes
    if not known or spatial > 2 or set(s.attrs["stride"]) != {1} or not is_vector(s, y.dtype):
        return None
    groups, fill = s.attrs["groups"], (1,) * (2 - spatial)
    xs, ws, ys = ([int(d) for d in t.shape] for t in (x, w, y))
    kernel, dilation = (*fill, *ws[2:]), (*fill, *s.attrs["dilation"])
    before = (*(0 for _ in fill), *s.attrs["padding"][:spatial])
    if transposed:
        before = tuple((k - 1) * d - b for k, d, b in zip(kernel, dilation, before, strict=True))
    return Shape(
        xs[0], groups, ys[1] // groups, xs[1] // groups,
        pair((*fill, *xs[2:])), pair((*fill, *ys[2:])),
        pair(kernel), pair(before), pair(dilation),
    )  # fmt: skip


def pair(values: tuple[int, ...]) -> Pair:
    """The two values, as such a tuple."""
    return values[0], values[1]


def is_vector(s: Stage, dtype: DType) -> bool:
    """Whether there are vectors of this dtype, which needs no conversion."""
    plain = dtype.is_float and dtype.bits >= 32 and not s.target.is_bare
    return plain and s.target.lanes(dtype.bits) > 1


def pad_input(
    s: Stage, number: int, channels: int, items: int, size: Pair, to: Pair, before: Pair
) -> Place:
    """A copy of an input [items, channels, *size] with planes of another size, zeros around it.

    Element (i, j) of a plane goes to (i + before[0], j + before[1]) where that is inside.
    """
    place = Place(
        s.lowering.new_slot(
            "padded", s.type(number).dtype, items * channels * math.prod(to), "arena"
        )
    )
    copy = Stage(s.lowering, s.node)
    k, target, source = copy.k, copy.param(place, "out"), copy.stored(number)
    assert source is not None, "a convolution reads its operands from memory"
    first, start = max(0, -before[1]), min(to[1], max(0, before[1]))
    width = max(0, min(size[1] - first, to[1] - start))
    top = min(to[0], max(0, before[0]))
    bottom = min(to[0], max(top, size[0] + before[0]))
    with k.loop(items * channels, kind="parallel", name="plane") as plane:
        at = k.let(plane * (to[0] * to[1]), "at")
        _zeros(copy, target, at, 0, top * to[1])
        with k.loop(bottom, top, name="row") as row:
            line = k.let(at + row * to[1], "line")
            _zeros(copy, target, line, 0, start)
            origin = (plane * size[0] + row - before[0]) * size[1] + first
            k.copy(target, line + start, source, origin, width)
            _zeros(copy, target, line, start + width, to[1])
        _zeros(copy, target, at, bottom * to[1], to[0] * to[1])
    copy.finish()
    return place


def _zeros(s: Stage, target: Buf, at: Expr, lo: int, hi: int) -> None:
    lanes, dtype = s.target.lanes(target.dtype.bits), computed(target.dtype)
    whole = lo + (hi - lo) // lanes * lanes
    with s.k.loop(whole, lo, step=lanes) as i:
        s.k.store(target, at + i, constant(0, dtype, lanes))
    with s.k.loop(hi, whole) as i:
        s.k.store(target, at + i, constant(0, dtype))


class RowsOfPixels:
    """The loops of a convolution in tiles of channels by vectors of pixels."""

    def __init__(self, s: Stage, shape: Shape, transposed: bool) -> None:
        self.s, self.k, self.shape, self.transposed = s, s.k, shape, transposed
        self.dtype = s.out_type().dtype
        self.lanes = s.target.lanes(self.dtype.bits)
        self.padded = shape.padded(self.lanes)
        self.across = -(-shape.count[1] // self.lanes)  # vectors in a row of pixels
        self.wide = min(self.across, _MOST_VECTORS)
        self.high = min(shape.count[0], max(1, _MOST_VECTORS // self.across))
        vectors = self.wide * self.high  # in registers of their own, beside the sums
        most = (s.target.vector_registers - 2 - vectors) // vectors
        blocks = -(-shape.out // max(1, min(most, _MOST_ROWS)))
        self.channels = -(-shape.out // blocks)

    def write(self, padded: Place) -> None:
        """The whole convolution of an input that `pad_input` has copied."""
        shape, k = self.shape, self.k
        self.x, self.w = self.s.param(padded, "in"), self._weights()
        blocks = -(-shape.out // self.channels)
        bands = -(-shape.count[0] // self.high)
        k.work += math.prod((shape.items, shape.groups, shape.out, shape.inner,
                             *shape.count, *shape.kernel))  # fmt: skip
        parts = (index(shape.items), index(shape.groups), index(bands), index(blocks))
        total = shape.items * shape.groups * bands * blocks
        with k.loop(total, kind="parallel", name="part") as part:
            item, group, band, block = unflat(part, parts)
            first, row = block * self.channels, band * self.high
            for lo, hi, high in runs(shape.count[0], self.high):
                for start, end, channels in runs(shape.out, self.channels):
                    here = (is_among(band, lo, hi, bands), is_among(block, start, end, blocks))
                    with k.when(here[0]), k.when(here[1]):
                        self._band(item, group, first, channels, row, high)

    def _weights(self) -> Buf:
        found = self.s.stored(1)
        assert found is not None, "a convolution reads its operands from memory"
        return found

    def _band(
        self, item: Expr, group: Expr, first: Expr, channels: int, row: Expr, high: int
    ) -> None:
        """Some rows of pixels of some channels."""
        count = self.shape.count[1]
        span = self.wide * self.lanes
        whole = count // span * span
        with self.k.loop(whole, step=span, name="column") as column:
            self._tile(item, group, first, channels, row, high, column, span)
        if whole < count:
            self._tile(item, group, first, channels, row, high, index(whole), count - whole)

    def _tile(
        self, item: Expr, group: Expr, first: Expr, channels: int,
        row: Expr, high: int, column: Expr, count: int,
    ) -> None:  # fmt: skip
        shape, k, lanes = self.shape, self.k, self.lanes
        wide = -(-count // lanes)
        splits = 2 if channels * high * wide < 8 else 1
        sums = Sums(k, Tile(channels, high * wide, lanes, splits), self.dtype)
        plane = self.padded[0] * self.padded[1]
        source = (item * shape.groups + group) * shape.inner * plane + row * self.padded[1] + column
        start = k.let(source, "start")
        with k.loop(shape.inner, name="c") as c, k.loop(shape.kernel[0], name="tap") as tap:
            at = start + c * plane + tap * (shape.dilation[0] * self.padded[1])
            pixels = Panel(self.x, k.let(at, "pixels"), shape.dilation[1],
                           width=wide * lanes, apart=self.padded[1])  # fmt: skip
            accumulate(k, sums, self._filters(group, first, c, tap), pixels, shape.kernel[1])
        for channel in range(channels):
            own = group * shape.out + first + channel
            for vector in range(high * wide):
                value = sums.value(channel, vector)
                if self.s.has(2):
                    bias = self.s.read(2, (own,))
                    value = value + bias
                at_column = column + vector % wide * lanes
                left = min(lanes, count - vector % wide * lanes)
                self._store(item, own, row + vector // wide, at_column, value, left)

    def _filters(self, group: Expr, first: Expr, c: Expr, tap: Expr) -> Rows:
        """The weights of the taps of one row; those of a transposed convolution are reversed."""
        shape, (height, width) = self.shape, self.shape.kernel
        if self.transposed:
            matrix = (group * shape.inner + c) * shape.out + first
            at = (matrix * height + (height - 1 - tap)) * width + (width - 1)
            return Rows(self.w, self.k.let(at, "filters"), height * width, -1)
        matrix = (group * shape.out + first) * shape.inner + c
        at = (matrix * height + tap) * width
        return Rows(self.w, self.k.let(at, "filters"), shape.inner * height * width)

    def _store(
        self, item: Expr, channel: Expr, row: Expr, column: Expr, value: Expr, count: int
    ) -> None:
        """Store the first `count` elements of a vector of pixels."""
        rows = (row,) if self.s.out_type().rank == 4 else ()
        if count == self.lanes:
            self.s.write((item, channel, *rows, Ramp(column, self.lanes)), value)
            return
        held, start, lanes = self.k.local("held", self.dtype, self.lanes), 0, self.lanes
        self.k.store(held, 0, value)
        while start < count:
            lanes //= 2
            if count - start >= lanes:
                at = column + start
                last = Ramp(at, lanes) if lanes > 1 else at
                self.s.write((item, channel, *rows, last), self.k.load(held, start, lanes))
                start += lanes


def runs(count: int, step: int) -> list[tuple[int, int, int]]:
    """Runs of steps of one size: (first step, end, size)."""
    whole, rest = divmod(count, step)
    runs = [(0, whole, step), (whole, whole + 1, rest)]
    return [(lo, hi, size) for lo, hi, size in runs if size and lo < hi]


def is_among(number: Expr, lo: int, hi: int, count: int) -> Expr:
    """Whether a step is in a run of them; no test where the run is all of them."""
    if (lo, hi) == (0, count):
        return constant(True, bool_)
    return number < hi if lo == 0 else number.eq(lo)
