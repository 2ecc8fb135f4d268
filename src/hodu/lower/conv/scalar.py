"""Convolutions for processors without vectors: tiles of channels and pixels in scalar registers.

A tile of m output channels by n pixels of a row reads each input element once for all channels and
all taps of the row that use it, and each weight once for all pixels. Which taps of which pixels lie
inside of the input is known when the code is written: pixels at the edges of a row are tiles of
their own, so that nothing is tested in a loop. Taps of other axes are limits of loops.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from hodu.kernel.algebra import constant
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import Const, Expr, index
from hodu.kernel.narrow import computed
from hodu.lower.conv.windows import Window
from hodu.lower.index import ZERO, Extents, Index, product
from hodu.lower.rules import SCALAR
from hodu.lower.stage import Stage
from hodu.shapes import Shape

_MOST_CHANNELS, _MOST_PIXELS = 8, 8
_MOST_EDGE = 4  # pixels of a row that need code of their own


@dataclass(frozen=True, slots=True)
class Row:
    """The last axis: input `size`, output `count`, the window, all of them known numbers."""

    size: int
    count: int
    kernel: int
    stride: int
    dilation: int
    before: int

    def source(self, pixel: int, tap: int) -> int:
        """The input position that a tap of a pixel reads."""
        return pixel * self.stride + tap * self.dilation - self.before

    def has(self, pixel: int, tap: int) -> bool:
        """Whether this position is inside of the input."""
        return 0 <= self.source(pixel, tap) < self.size

    @property
    def inside(self) -> tuple[int, int]:
        """The pixels, from and below, all of whose taps are inside."""
        first = min(-(-self.before // self.stride), self.count)
        room = self.size - 1 + self.before - (self.kernel - 1) * self.dilation
        return first, max(first, min(room // self.stride + 1, self.count))

    def span(self, pixels: int) -> int:
        """How many input elements the taps of so many pixels side by side read."""
        sources = {self.source(p, t) for p in range(pixels) for t in range(self.kernel)}
        return len(sources)


@dataclass(frozen=True, slots=True)
class Tile:
    """`channels` by `pixels` sums."""

    channels: int
    pixels: int


@dataclass(frozen=True, slots=True)
class _At:
    """Where a tile begins: its item, group, first channel of the group, outer axes and pixel."""

    item: Expr
    group: Expr
    block: Expr
    outer: Index
    pixel: Expr


@functools.lru_cache(256)
def choose_tile(row: Row, out: int, registers: int) -> Tile:
    """The tile with the fewest instructions for the pixels inside of a row."""
    low, high = row.inside
    pixels = row.count if row.count <= _MOST_PIXELS else high - low
    tiles = [
        Tile(m, n)
        for m in range(1, _MOST_CHANNELS + 1)
        if out % m == 0
        for n in range(1, min(_MOST_PIXELS, max(pixels, 1)) + 1)
        if m * n + min(row.span(n), n + 2) + m + 1 <= registers or m * n == 1
    ]
    return min(tiles, key=lambda tile: (_cost(tile, row, pixels), -tile.channels * tile.pixels))


def _cost(tile: Tile, row: Row, pixels: int) -> float:
    """Instructions for each output channel and step of the loops around the taps of a row."""
    whole, rest = divmod(pixels, tile.pixels)
    total = whole * _step(tile.channels, tile.pixels, row)
    return (total + (_step(tile.channels, rest, row) if rest else 0)) / tile.channels


def _step(m: int, n: int, row: Row) -> float:
    """A product and a sum for each tap, a load of each element and weight, the loop."""
    return 2 * m * n * row.kernel + row.span(n) + m * row.kernel + 3


def convolve_scalar(s: Stage, windows: Sequence[Window]) -> bool:
    """Write the loops of a convolution of known sizes; false where there is no such form."""
    extents = s.out_extents()
    sizes = [*extents, *(w.size for w in windows)]
    if s.target.vector_bits or not all(isinstance(x, Const) for x in sizes):
        return False
    form = _Form(s, windows, extents)
    low, high = form.row.inside
    if form.row.count > _MOST_PIXELS and max(low, form.row.count - high) > _MOST_EDGE:
        return False
    form.write()
    return True


class _Form:
    def __init__(self, s: Stage, windows: Sequence[Window], extents: Extents) -> None:
        self.s, self.k = s, s.k
        self.groups = int(s.attrs["groups"])
        out, inner = (d.__index__() for d in s.type(1).shape[:2])
        self.out, self.inner = out // self.groups, inner
        self.dtype = computed(s.out_type().dtype)
        self.items = extents[0]
        self.is_flat = _is_flat(s, windows)
        self.windows = () if self.is_flat else tuple(windows[:-1])
        self.outer = () if self.is_flat else extents[2:-1]
        self.spatial = len(windows)
        self.row = self._row(windows, extents)
        registers = s.target.vector_registers
        self.tile = choose_tile(self.row, self.out, registers)
        self.weights = self._packed()

    def _row(self, windows: Sequence[Window], extents: Extents) -> Row:
        last = windows[-1]
        size, count = last.size, extents[-1]
        if self.is_flat:
            size = count = product(extents[2:])
        assert isinstance(size, Const) and isinstance(count, Const)
        return Row(
            int(size.value), int(count.value), last.kernel, last.stride, last.dilation, last.before
        )

    def _packed(self) -> Buf | None:
        """Constant weights in the order in which tiles read them."""
        data = self.s.data(1)
        if data is None:
            return None
        blocks = data.reshape(-1, self.tile.channels, *data.shape[1:])
        return self.s.table(np.ascontiguousarray(np.moveaxis(blocks, 1, -1)), "w")

    # -- loops ----------------------------------------------------------------------------------

    def write(self) -> None:
        """All output elements."""
        blocks = self.out // self.tile.channels
        head = (self.items, index(self.groups), index(blocks))
        with (
            self.k.loops(head, kind="parallel") as (item, group, block),
            self.k.loops(self.outer) as outer,
        ):
            taps = [w.taps(i) for w, i in zip(self.windows, outer, strict=True)]
            limits = [(self.k.let(t.lo, "lo"), self.k.let(t.hi, "hi")) for t in taps]
            for pixel, pixels in self._tiles():
                self._sum(_At(item, group, block, outer, pixel), pixels, limits)

    def _tiles(self) -> Iterator[tuple[Expr, int]]:
        """The tiles of a row: edges, whole ones inside, and what these leave."""
        low, high = self.row.inside
        if self.row.count <= self.tile.pixels:
            yield index(0), self.row.count
            return
        if low:
            yield index(0), low
        whole = low + (high - low) // self.tile.pixels * self.tile.pixels
        with self.k.loop(whole, low, step=self.tile.pixels, name="p") as pixel:
            yield pixel, self.tile.pixels
        if high > whole:
            yield index(whole), high - whole
        if self.row.count > high:
            yield index(high), self.row.count - high

    def _sum(self, at: _At, pixels: int, limits: Sequence[tuple[Expr, Expr]]) -> None:
        """Sum and store the elements of a tile."""
        sums = [self._start(at, channel, pixels) for channel in range(self.tile.channels)]
        with self.k.loop(self.inner, name="c") as c, self._over(limits) as taps:
            self._add(at, sums, c, taps)
        for channel, row in enumerate(sums):
            for pixel, total in enumerate(row):
                where = self._position(self._channel(at, channel), at.outer, at.pixel + pixel)
                self.s.write((at.item, *where), self.k.load(total))

    def _start(self, at: _At, channel: int, pixels: int) -> list[Buf]:
        """The sums of a channel, with the bias in them."""
        first: Expr = constant(0, self.dtype)
        if self.s.has(2):
            first = self.s.read(2, (self._channel(at, channel),))
        return [self.k.local("sum", self.dtype, init=first) for _ in range(pixels)]

    def _channel(self, at: _At, number: int) -> Expr:
        return at.group * self.out + at.block * self.tile.channels + number

    def _position(self, channel: Expr, outer: Index, pixel: Expr) -> Index:
        """Of a flat row, its pixels lie one after the other from the first on."""
        zeros = (ZERO,) * (self.spatial - 1) if self.is_flat else ()
        return (channel, *zeros, *outer, pixel)

    @contextmanager
    def _over(self, limits: Sequence[tuple[Expr, Expr]]) -> Iterator[Index]:
        """Loops over the taps of all axes but the last."""
        if not limits:
            yield ()
            return
        low, high = limits[0]
        with self.k.loop(high, low, name="k") as tap, self._over(limits[1:]) as rest:
            yield (tap, *rest)

    # -- a tile ---------------------------------------------------------------------------------

    def _add(self, at: _At, sums: Sequence[Sequence[Buf]], c: Expr, taps: Index) -> None:
        """Add the products of the taps of a row to all sums."""
        row, k = self.row, self.k
        for tap in range(row.kernel):
            used = [p for p in range(len(sums[0])) if self._is_read(at.pixel, p, tap)]
            weights = [self._weight(at, n, c, (*taps, index(tap))) for n in range(len(sums))]
            for pixel in used:
                x = self._input(at, c, taps, at.pixel * row.stride + row.source(pixel, tap))
                for weight, totals in zip(weights, sums, strict=True):
                    k.store(totals[pixel], 0, k.load(totals[pixel]) + x * weight)

    def _is_read(self, first: Expr, pixel: int, tap: int) -> bool:
        """Whether the tap is inside; the pixels of a loop are all so."""
        return not isinstance(first, Const) or self.row.has(int(first.value) + pixel, tap)

    def _input(self, at: _At, c: Expr, taps: Index, source: Expr) -> Expr:
        outer = tuple(w.source(i, t) for w, i, t in zip(self.windows, at.outer, taps, strict=True))
        where = self._position(at.group * self.inner + c, outer, source)
        return self.s.read(0, (at.item, *where))

    def _weight(self, at: _At, number: int, c: Expr, taps: Index) -> Expr:
        if self.is_flat:
            taps = (ZERO,) * self.spatial
        if self.weights is None:
            return self.s.read(1, (self._channel(at, number), c, *taps))
        m = self.tile.channels
        block = at.group * (self.out // m) + at.block
        flat = block * self.inner + c
        for size, tap in zip(self.s.type(1).shape[2:], taps, strict=True):
            flat = flat * size.__index__() + tap
        return self.k.load(self.weights, flat * m + number)


def _is_flat(s: Stage, windows: Sequence[Window]) -> bool:
    """Whether pixels can be numbered through: each is computed from the one in its place, and all
    that is read and written there lies as the pixels do."""
    simple = all(w.kernel == w.stride == 1 and w.before == 0 for w in windows)
    whole: Shape = s.out_type().shape[2:]
    if not simple or s.stored(0) is None or s.type(0).shape[2:] != whole:
        return False
    for node in s.epilogue:
        shapes = [v.type.shape for v in node.inputs if v is not None]
        if node.op not in SCALAR or not all(_lies_as(shape, whole) for shape in shapes):
            return False
    return True


def _lies_as(shape: Shape, whole: Shape) -> bool:
    own = shape[-len(whole) :]
    return own == whole or all(d == 1 for d in own)
