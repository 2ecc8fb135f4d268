"""The direct convolution on blocked channels: sums in registers, no test in the loops.

A tile is some vectors of output channels by some pixels. For every input channel and tap the
vectors of weights are loaded once and multiplied by one element of each pixel. (E. Georganas et
al., 2018; the tile is that of a matrix product.)
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from hodu.dtypes import DType, f32
from hodu.kernel.algebra import broadcast
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import Expr, Ramp, index
from hodu.kernel.intrinsics import fma
from hodu.lower.blocks.layout import Blocked, lanes_of
from hodu.lower.conv.form import (
    Form,
    Packing,
    Tiling,
    pack_bias,
    pack_weights,
    shared_packing,
    tilings,
)
from hodu.lower.index import Index, constants
from hodu.lower.stage import Stage
from hodu.lower.storage import Storage

_CHEAP = frozenset({"add", "sub", "mul", "relu", "clamp", "maximum", "minimum", "neg", "abs"})
_CHEAP |= {"requantize", "dequantize_linear"}


def is_cheap(s: Stage) -> bool:
    """Whether so little is computed from each sum that it may be written out for all of a tile."""
    return all(node.op in _CHEAP for node in s.epilogue)


@dataclass(frozen=True, slots=True)
class Tile:
    """Pixels from `row`, `column` on, in a panel of output channels of one item."""

    item: Expr
    panel: Expr
    row: Expr
    column: Expr
    rows: int
    columns: int

    def pixels(self) -> Iterator[tuple[int, int]]:
        """The pixels of the tile, row by row."""
        return ((r, c) for r in range(self.rows) for c in range(self.columns))


class Direct:
    """The kernel of one form; `source` is the input in blocks with its border.

    With `x` it lies there, and of `source` the shape and the layout count. Sums are in `dtype`,
    of so many input channels at once as are in a `word`.
    """

    dtype: DType = f32
    word = 1

    def __init__(self, s: Stage, form: Form, source: Storage, x: Buf | None = None) -> None:
        assert source.layout is not None
        self.s, self.form = s, form
        self.layout = source.layout
        self.lanes = lanes_of(s.target, form.groups * form.out)
        self.shared = self.shared_packing()
        self.tiling = self.choose()
        span = self.tiling.vectors * self.lanes
        self.packing = self.shared or Packing(self.layout.lanes, span)
        self.x = s.param(source.place, "in", "x") if x is None else x
        sizes = [d.__index__() for d in source.shape]
        item, block, *steps = self.layout.strides(sizes)
        self.item_step, self.block_step = item, block
        self.pixel_steps = (0, steps[0]) if len(steps) == 1 else (steps[0], steps[1])
        self.before = (0,) * (2 - len(steps)) + self.layout.before
        self.bias = s.table(pack_bias(form, self.lanes, self.dtype), "bias")
        self.weights = s.table(self.pack(), "weights")

    def choose(self) -> Tiling:
        """The tiles."""
        found = tilings(self.form, self.lanes, self.s.target, self.shared)
        return self.s.choose(f"direct {self.form.describe()}, input {self.layout}", found)

    def shared_packing(self) -> Packing | None:
        """The packing that several targets share, None of one alone."""
        return shared_packing(self.form, self.s.target, self.layout.lanes)

    def pack(self) -> object:
        """The weights in the order in which they are read."""
        return pack_weights(self.form, self.packing)

    @property
    def panels(self) -> int:
        """The number of panels of output channels, over all groups."""
        span = self.tiling.vectors * self.lanes
        return self.form.groups * -(-self.form.out // span)

    def write(self) -> None:
        """The loops over all tiles."""
        whole = self.form.count[0] // self.tiling.rows
        rest = self.form.count[0] % self.tiling.rows
        self.s.k.work += self.form.weights.size * self.form.items * math.prod(self.form.count)
        self._rows(index(0), whole, self.tiling.rows)
        if rest:
            self._rows(index(whole * self.tiling.rows), 1, rest)

    def _rows(self, first: Expr, count: int, rows: int) -> None:
        """Tiles of `rows` rows each, the threads' share being rows of panels."""
        total = self.form.items * self.panels * count
        with self.s.k.loop(total, kind="parallel", name="task") as task:
            item, panel, turn = self._order(task, count)
            self.row_of_tiles(item, panel, turn * rows + first, rows)

    def row_of_tiles(self, item: Expr, panel: Expr, row: Expr, rows: int) -> None:
        """The tiles of a panel in some rows from `row` on."""
        for column, tiles, columns in self.tiling.columns:
            with self.s.k.loop(tiles, name="tile") as tile:
                self._tile(Tile(item, panel, row, tile * columns + column, rows, columns))

    def _order(self, task: Expr, count: int) -> tuple[Expr, Expr, Expr]:
        """Item, panel and row; panels change first when all weights stay in the cache."""
        k, panels = self.s.k, self.panels
        if (self.form.weights.nbytes * 2 > self.s.target.l2_bytes) != self.tiling.turned:
            rest, turn = task // count, task % count
            return k.let(rest // panels), k.let(rest % panels), k.let(turn)
        rest, panel = task // panels, task % panels
        return k.let(rest // count), k.let(panel), k.let(rest % count)

    # -- one tile -------------------------------------------------------------------------------

    def _tile(self, tile: Tile) -> None:
        k, vectors = self.s.k, self.tiling.vectors
        count = tile.rows * tile.columns
        sums = k.local("sum", self.dtype, count * vectors, self.lanes)
        for j in range(vectors):
            first = k.let(self._vector(self.bias, (tile.panel * vectors + j) * self.lanes))
            for p in range(count):
                k.store(sums, p * vectors + j, first)
        self.accumulate(tile, sums, k.let(self.start(tile)))
        self._finish(tile, sums)

    def start(self, tile: Tile) -> Expr:
        """The position of the first element that the tile reads."""
        form = self.form
        axes = zip((tile.row, tile.column), form.stride, form.origin, self.before, self.pixel_steps,
                   strict=True)  # fmt: skip
        pixel: Expr = tile.item * self.item_step + self.first_block(tile) * self.block_step
        for at, stride, origin, before, step in axes:
            pixel = pixel + (at * stride + (origin + before)) * step
        return pixel

    def first_block(self, tile: Tile) -> Expr:
        """The first block of input channels that the tile's channels read."""
        group = tile.panel // (self.panels // self.form.groups)
        return group * (self.form.inner // self.layout.lanes)

    def accumulate(self, tile: Tile, sums: Buf, start: Expr) -> None:
        """Add the products of all input channels and taps to the sums."""
        k, width, span = self.s.k, self.packing.width, self.packing.span
        blocks, rest = divmod(self.form.inner, width)
        step = width // self.layout.lanes * self.block_step
        size = math.prod(self.form.kernel) * width * span
        panel = k.let(self._panel(tile))
        with k.loop(blocks, name="block") as block:
            self._block(tile, sums, start + block * step, panel + block * size, width)
        if rest:
            self._block(tile, sums, start + blocks * step, panel + blocks * size, rest)

    def _panel(self, tile: Tile) -> Expr:
        """Where the weights of a tile begin: some spans on, or inside of one."""
        columns, span = self.tiling.vectors * self.lanes, self.packing.span
        if columns % span == 0:
            return tile.panel * (columns // span * self._span_size())
        parts = span // columns
        inside = tile.panel % parts * (columns * self.word)
        return tile.panel // parts * self._span_size() + inside

    def _span_size(self) -> int:
        """How many weights the channels of a span have."""
        return math.prod(self.form.kernel) * self.form.inner * self.packing.span

    def _block(self, tile: Tile, sums: Buf, start: Expr, weights: Expr, channels: int) -> None:
        """Add the products of `channels` input channels whose weights stand together.

        They may be several blocks of the input; weights are read one after the other.
        """
        k, lanes, span = self.s.k, self.layout.lanes, self.packing.span
        whole, rest = divmod(channels, lanes)
        with self.over_taps(start) as (at, tap):
            first = weights + tap * (channels * span)
            with (
                k.loop(whole, name="part") as part,
                k.loop(lanes, step=self.word, name="c") as c,
            ):
                x = at + part * self.block_step + c
                self._multiply(tile, sums, x, first + (part * lanes + c) * span)
            if rest:
                with k.loop(rest, step=self.word, name="c") as c:
                    x = at + whole * self.block_step + c
                    self._multiply(tile, sums, x, first + (whole * lanes + c) * span)

    @contextmanager
    def over_taps(self, start: Expr) -> Iterator[tuple[Expr, Expr]]:
        """Loops over the taps: the position they read and their number."""
        form = self.form
        (high, wide), (down, right) = form.kernel, form.dilation
        rows, columns = self.pixel_steps
        with self.s.k.loop(high, name="r") as r, self.s.k.loop(wide, name="s") as s:
            yield start + r * (down * rows) + s * (right * columns), r * wide + s

    def _multiply(self, tile: Tile, sums: Buf, at: Expr, weights: Expr) -> None:
        """One input channel of one tap times its vectors of weights, for every pixel."""
        k, vectors = self.s.k, self.tiling.vectors
        at, weights = k.let(at, "at"), k.let(weights, "panel")
        w = [k.let(k.load(self.weights, weights + self._column(j), self.lanes * self.word), "w")
             for j in range(vectors)]  # fmt: skip
        for p, pixel in enumerate(tile.pixels()):
            x = k.let(self.spread(at + self.pixel(pixel)), "x")
            for j in range(vectors):
                number = p * vectors + j
                k.store(sums, number, self.add(x, w[j], k.load(sums, number)))

    def spread(self, at: Expr) -> Expr:
        """An input element as it is multiplied by vectors of weights."""
        return broadcast(self.s.k.load(self.x, at), self.lanes)

    def add(self, x: Expr, w: Expr, total: Expr) -> Expr:
        """The sum with a product."""
        return fma(x, w, total)

    def _column(self, vector: int) -> int:
        """How far the weights of a vector of channels are from those of the tile's first one."""
        spans, inside = divmod(vector * self.lanes, self.packing.span)
        return spans * self._span_size() + inside * self.word

    def pixel(self, pixel: tuple[int, int]) -> int:
        """How far the input of a pixel is from that of the tile's first one."""
        return sum(
            i * stride * step
            for i, stride, step in zip(pixel, self.form.stride, self.pixel_steps, strict=True)
        )

    def _vector(self, buf: Buf, at: Expr) -> Expr:
        return self.s.k.load(buf, at, self.lanes)

    # -- what is stored -------------------------------------------------------------------------

    def _finish(self, tile: Tile, sums: Buf) -> None:
        """Store all sums, in a loop where much is computed from each before it is stored."""
        k, vectors = self.s.k, self.tiling.vectors
        if is_cheap(self.s):
            for p, pixel in enumerate(tile.pixels()):
                for j in range(vectors):
                    value = k.load(sums, p * vectors + j)
                    self.s.write(self._position(tile, *constants((*pixel, j))), value)
            return
        count = tile.rows * tile.columns * vectors
        done = k.local("done", self.dtype, count, self.lanes)  # so that the sums may be registers
        for i in range(count):
            k.store(done, i, k.load(sums, i))
        with k.loops((tile.rows, tile.columns, vectors)) as (row, column, number):
            value = k.load(done, (row * tile.columns + column) * vectors + number)
            self.s.write(self._position(tile, row, column, number), value)

    def _position(self, tile: Tile, r: Expr, c: Expr, j: Expr) -> Index:
        (up, left), (down, right) = self.form.offset, self.form.spread
        channel = (tile.panel * self.tiling.vectors + j) * self.lanes
        row, column = (tile.row + r) * down + up, (tile.column + c) * right + left
        spatial = (row, column)[2 - len(self.layout.before) :]
        return (tile.item, Ramp(channel, self.lanes), *spatial)


class Depthwise(Direct):
    """The kernel where every channel is convolved alone: vectors of channels times weights."""

    def pack(self) -> object:
        """[c / lanes, *kernel, lanes]."""
        from hodu.lower.blocks.forms import pack_blocked

        rows = self.form.weights.reshape(1, self.form.groups, *self.form.kernel)
        return pack_blocked(rows, Blocked(self.lanes, (0, 0), (0, 0)))

    @property
    def panels(self) -> int:
        """The number of vectors of channels."""
        return -(-self.form.groups // self.lanes)

    def first_block(self, tile: Tile) -> Expr:
        """The block of the same channels."""
        return tile.panel

    def accumulate(self, tile: Tile, sums: Buf, start: Expr) -> None:
        """Add the products of all taps to the sums; few taps are written out."""
        form, k = self.form, self.s.k
        panel = k.let(tile.panel * (math.prod(form.kernel) * self.lanes))
        if math.prod(form.kernel) > 25:
            with self.over_taps(start) as (at, tap):
                self._tap(tile, sums, at, panel + tap * self.lanes)
            return
        for r in range(form.kernel[0]):
            for c in range(form.kernel[1]):
                down, right = form.dilation
                shift = r * down * self.pixel_steps[0] + c * right * self.pixel_steps[1]
                number = r * form.kernel[1] + c
                self._tap(tile, sums, start + shift, panel + number * self.lanes)

    def _tap(self, tile: Tile, sums: Buf, at: Expr, weights: Expr) -> None:
        k = self.s.k
        w = k.let(self._vector(self.weights, weights), "w")
        for p, pixel in enumerate(tile.pixels()):
            x = self._vector(self.x, at + self.pixel(pixel))
            k.store(sums, p, fma(x, w, k.load(sums, p)))
