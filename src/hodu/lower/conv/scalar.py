"""Convolutions for processors without vectors: tiles of channels and pixels in scalar registers.

A tile of m output channels by n pixels of a row reads each input element once for all channels and
all taps of the row that use it, and each weight once for all pixels. The pixels at the edges of a
row and those that make no whole tile are done one by one in a loop, whose taps are limits of loops;
a row that is one tile has no such loop: which of its taps lie inside is known when it is written.
Forms that differ in sizes alone have the same loops, so that firmware holds them once.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from hodu.kernel.algebra import constant
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import Const, Expr, index, select
from hodu.kernel.narrow import computed
from hodu.lower.conv.windows import Window
from hodu.lower.index import ZERO, Extents, Index, product
from hodu.lower.rules import SCALAR
from hodu.lower.stage import Stage
from hodu.shapes import Shape

_MOST_CHANNELS, _MOST_PIXELS = 8, 8
_PIXELS = 3  # of a tile in firmware: a fourth would take 3 % of the time and 20 % more code
_LOOP = 3  # instructions around those of a tile
_STACK = 128  # bytes of a tile's input that are kept on the stack, others in the arena


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
        first = max(0, min(-(-self.before // self.stride), self.count))
        room = self.size - 1 + self.before - (self.kernel - 1) * self.dilation
        return first, max(first, min(room // self.stride + 1, self.count))

    @property
    def tiled(self) -> int:
        """How many pixels tiles have to cover: all of a short row, else those inside."""
        low, high = self.inside
        return self.count if self.count <= _MOST_PIXELS else high - low

    def span(self, pixels: int) -> int:
        """How many input elements the taps of so many pixels side by side read."""
        sources = {self.source(p, t) for p in range(pixels) for t in range(self.kernel)}
        return len(sources)


@dataclass(frozen=True, slots=True)
class Tile:
    """`channels` by `pixels` sums."""

    channels: int
    pixels: int


Limits: TypeAlias = "tuple[Expr, Expr]"
"""The first tap and the one after the last."""


@dataclass(frozen=True, slots=True)
class _At:
    """Where a tile begins: its item, group, block of channels of the group, outer axes and pixel.

    `kept` is a copy of what it reads.
    """

    item: Expr
    group: Expr
    block: Expr
    outer: Index
    pixel: Expr
    kept: Buf | None = None


@functools.lru_cache(256)
def choose_tile(row: Row, out: int, registers: int, uniform: bool) -> Tile:
    """The tile with the fewest instructions for the pixels inside of a row.

    A `uniform` one is as wide for all rows but short ones, so that they can share code.
    """
    tiles = [
        Tile(m, n)
        for m in range(1, _MOST_CHANNELS + 1)
        if out % m == 0
        for n in _widths(row, uniform)
        if m * n + min(row.span(n), n + 2) + m + 1 <= registers or m * n == 1
    ]
    return min(tiles, key=lambda tile: (_cost(tile, row), -tile.channels * tile.pixels))


def _widths(row: Row, uniform: bool) -> set[int]:
    if not uniform:
        return set(range(1, min(_MOST_PIXELS, max(row.tiled, 1)) + 1))
    return {1, _PIXELS, row.count} if row.count <= 2 * _PIXELS else {1, _PIXELS}


def _cost(tile: Tile, row: Row) -> float:
    """Instructions for each output channel and step of the loops around the taps of a row."""
    whole, rest = divmod(row.tiled, tile.pixels)
    m, n = tile.channels, tile.pixels
    step = 2 * m * n * row.kernel + row.span(n) + m * row.kernel + _LOOP
    single = (2 * m + 1 + m + _LOOP) * row.kernel
    return (whole * step + rest * single) / m


def convolve_scalar(s: Stage, windows: Sequence[Window]) -> bool:
    """Write the loops of a convolution of known sizes; false where there is no such form."""
    extents = s.out_extents()
    sizes = [*extents, *(w.size for w in windows)]
    if s.target.vector_bits or not all(isinstance(x, Const) for x in sizes):
        return False
    _Form(s, windows, extents).write()
    return True


class _Form:
    def __init__(self, s: Stage, windows: Sequence[Window], extents: Extents) -> None:
        self.s, self.k = s, s.k
        self.groups = int(s.attrs["groups"])
        out, inner = (d.__index__() for d in s.type(1).shape[:2])
        self.out, self.inner = out // self.groups, inner
        self.dtype = computed(s.out_type().dtype)
        self.items = extents[0]
        self.is_flat = is_flat(s, windows)
        self.windows = () if self.is_flat else tuple(windows[:-1])
        self.outer = () if self.is_flat else extents[2:-1]
        self.spatial = len(windows)
        self.row = self._row(windows, extents)
        self.last = replace(windows[-1], size=index(self.row.size))
        registers = s.target.vector_registers
        self.tile = choose_tile(self.row, self.out, registers, s.target.is_bare)
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
        if self._is_gathered(blocks):
            self._write_pixels(blocks)
            return
        head = (self.items, index(self.groups), index(blocks))
        with (
            self.k.loops(head, kind="parallel") as (item, group, block),
            self.k.loops(self.outer) as outer,
        ):
            limits = [self._limits(w, i) for w, i in zip(self.windows, outer, strict=True)]
            for pixel, pixels in self._tiles():
                at = _At(item, group, block, outer, pixel)
                self._sum(at, pixels, limits)

    def _is_gathered(self, blocks: int) -> bool:
        """Whether to keep the input of a tile while all channels of its pixels are computed.

        The output can then lie where the input does. It takes a copy of each element.
        """
        if not (self.is_flat and self.s.target.is_bare and self.groups == 1 and blocks > 1):
            return False
        sizes = f"{self.row.count} pixels, {self.inner} to {self.out} channels"
        return self.s.choose(f"input of {sizes} kept", (False, True))

    def _write_pixels(self, blocks: int) -> None:
        """All output elements, tile by tile of a row that has no edges."""
        size = self.inner * self.tile.pixels
        is_small = size * self.dtype.bits <= 8 * _STACK
        local, scratch = self.k.local, self.s.scratch
        kept = local("kept", self.dtype, size) if is_small else scratch(self.dtype, size, "kept")
        with self.k.loops((self.items,)) as (item,):
            for pixel, pixels in self._tiles():
                at = _At(item, ZERO, ZERO, (), pixel)
                self._keep(kept, at, pixels or 1)
                with self.k.loop(blocks, name="block") as block:
                    self._sum(replace(at, block=block, kept=kept), pixels or 1, ())

    def _keep(self, kept: Buf, at: _At, pixels: int) -> None:
        """Copy what a tile reads: the pixels of a channel side by side."""
        with self.k.loop(self.inner, name="c", kept=True) as c:
            for pixel in range(pixels):
                x = self._input(at, c, (), at.pixel + pixel)
                self.k.store(kept, c * pixels + pixel, x)

    def _limits(self, window: Window, at: Expr) -> Limits:
        taps = window.taps(at)
        return self.k.let(taps.lo, "lo"), self.k.let(taps.hi, "hi")

    def _tiles(self) -> Iterator[tuple[Expr, int | None]]:
        """The tiles of a row: whole ones, then single pixels, which have no number."""
        (low, high), n, count = self.row.inside, self.tile.pixels, self.row.count
        if count == n:
            yield index(0), n
            return
        whole = low + (high - low) // n * n
        if whole > low > 0 and self._is_in_order():
            yield from self._in_order(whole)
            return
        if whole > low:
            with self.k.loop(whole, low, step=n, name="p", kept=True) as pixel:
                yield pixel, n
        with self.k.loop(low + count - whole, name="q", kept=True) as q:
            yield self.k.let(select(q < low, q, q + (whole - low)), "p", (0, count - 1)), None

    def _is_in_order(self) -> bool:
        """Whether to compute the pixels of a row from the first to the last.

        Where channels do not mix, the output can then begin where the input does. It takes a loop
        more.
        """
        if not (self.s.target.is_bare and self.inner == 1 and self.groups > 1):
            return False
        sizes = f"{self.row.size} to {self.row.count} pixels, {self.groups} channels"
        return self.s.choose(f"row of {sizes} in order", (False, True))

    def _in_order(self, whole: int) -> Iterator[tuple[Expr, int | None]]:
        """Single pixels up to those inside, whole tiles, and single pixels from `whole` on."""
        k, (low, _), n = self.k, self.row.inside, self.tile.pixels
        with k.loop(2, name="side", kept=True) as side:
            end = select(side < 1, index(low), index(self.row.count))
            with k.loop(end, side * whole, name="q", kept=True) as pixel:
                yield pixel, None
            with k.loop((1 - side) * whole, low, step=n, name="p", kept=True) as pixel:
                yield pixel, n

    def _sum(self, at: _At, pixels: int | None, limits: Sequence[Limits]) -> None:
        """Sum and store the elements of a tile, or of a single pixel."""
        rows = [self._start(at, channel, pixels or 1) for channel in range(self.tile.channels)]
        if pixels is None:
            limits = [*limits, self._limits(self.last, at.pixel)]
        with self.k.loop(self.inner, name="c", kept=True) as c, self._over(limits) as taps:
            if pixels is None:
                self._add_one(at, rows, c, taps)
            else:
                self._add(at, rows, c, taps)
        for channel, row in enumerate(rows):
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
    def _over(self, limits: Sequence[Limits]) -> Iterator[Index]:
        """Loops over the taps of some axes."""
        if not limits:
            yield ()
            return
        low, high = limits[0]
        with self.k.loop(high, low, name="k") as tap, self._over(limits[1:]) as rest:
            yield (tap, *rest)

    # -- a tile ---------------------------------------------------------------------------------

    def _add(self, at: _At, sums: Sequence[Sequence[Buf]], c: Expr, taps: Index) -> None:
        """Add the products of the taps of a row to all sums."""
        k, pixels = self.k, range(len(sums[0]))
        pairs = [
            (tap, pixel)
            for tap in range(self.row.kernel)
            for pixel in pixels
            if self._is_read(at.pixel, pixel, tap)
        ]
        sources = sorted({self.row.source(pixel, tap) for tap, pixel in pairs})
        start = at.pixel * self.row.stride
        xs = {
            source: self._input(at, c, taps, start + source)
            if at.kept is None
            else k.let(k.load(at.kept, c * len(pixels) + source), "x")
            for source in sources
        }
        weights: dict[int, list[Expr]] = {}
        for tap, pixel in pairs:
            if tap not in weights:
                every = range(len(sums))
                weights[tap] = [self._weight(at, n, c, (*taps, index(tap))) for n in every]
            x = xs[self.row.source(pixel, tap)]
            for weight, totals in zip(weights[tap], sums, strict=True):
                k.store(totals[pixel], 0, k.load(totals[pixel]) + x * weight)

    def _add_one(self, at: _At, sums: Sequence[Sequence[Buf]], c: Expr, taps: Index) -> None:
        """Add the products of one tap to the sums of a single pixel."""
        k, tap = self.k, taps[-1]
        x = self._input(at, c, taps[:-1], self.last.source(at.pixel, tap))
        for number, (total,) in enumerate(sums):
            weight = self._weight(at, number, c, taps)
            k.store(total, 0, k.load(total) + x * weight)

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
        return self.k.let(self.k.load(self.weights, flat * m + number), "w")


def is_flat(s: Stage, windows: Sequence[Window]) -> bool:
    """Whether pixels can be numbered through: each is computed from the one in its place, and all
    that is read and written there lies as the pixels do."""
    simple = all(w.kernel == w.stride == 1 and w.before == 0 for w in windows)
    whole: Shape = s.out_type().shape[2:]
    if not simple or s.stored(0) is None or s.type(0).shape[2:] != whole:
        return False
    if s.epilogue and whole[-1] == 1 and any(d != 1 for d in whole):
        return False  # positions on the last axis would be taken for those of a broadcast one
    for node in s.epilogue:
        shapes = [v.type.shape for v in node.inputs if v is not None]
        if node.op not in SCALAR or not all(_lies_as(shape, whole) for shape in shapes):
            return False
    return True


def _lies_as(shape: Shape, whole: Shape) -> bool:
    own = shape[-len(whole) :]
    return own == whole or all(d == 1 for d in own)
