"""Winograd's convolution of 3x3 taps on blocked channels: transforms of tiles around products.

The pixels are covered by tiles of m x m, each of which reads n x n = (m + 2) x (m + 2) elements.
With E and I the matrices of `Minimal.evaluate` and `interpolate`, and F that of the filters:

    V[point, channel, tile] = E d E'    a tile at n x n points
    M[point, tile, out]     = V U       a matrix product for each point; U[point] = F w F'
    y                       = I M I'    the pixels of a tile

The last tiles may reach over the edge: what is read there is zeros, and what is computed there is
not stored. (A. Lavin and S. Gray, "Fast Algorithms for Convolutional Neural Networks", 2016.)
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from hodu.dtypes import f32
from hodu.kernel.buffer import Buf, Role
from hodu.kernel.expr import Expr, Ramp, index
from hodu.lower.conv.choose import Plan
from hodu.lower.conv.direct import is_cheap
from hodu.lower.conv.form import Form, pack_bias
from hodu.lower.conv.minimal import Minimal
from hodu.lower.gemm.tile import Panel, Rows, Sums, accumulate
from hodu.lower.index import Index, constants, dot, unflat
from hodu.lower.program import Place
from hodu.lower.stage import Stage
from hodu.lower.storage import Storage
from hodu.ops._table import Array


class Winograd:
    """The kernels of one form; `source` is the input in blocks with its border."""

    def __init__(self, s: Stage, form: Form, source: Storage, plan: Plan) -> None:
        assert source.layout is not None
        self.s, self.form, self.source, self.plan = s, form, source, plan
        self.minimal, self.lanes = plan.minimal, source.layout.lanes
        self.points = plan.minimal.points**2
        self.before = source.layout.before
        self.steps = source.layout.strides([d.__index__() for d in source.shape])
        self.channels = -(-form.inner // self.lanes)
        self.panels = -(-form.out // plan.tile.columns)
        target = s.target
        self.width = target.packed_lanes(32, target.packed_bits) or plan.tile.columns
        self.block_size = self.points * self.channels * plan.span * self.lanes
        count = plan.blocks if plan.is_shared else plan.parts
        self.held = Place(s.lowering.new_slot("tiles", f32, count * self.block_size, "arena"))
        self.x: Buf
        self.tiles: Buf
        self.weights: Buf
        self.bias: Buf

    def write(self) -> None:
        """All kernels: two where threads share the tiles at all points, else one."""
        if self.plan.is_shared:
            self._write_shared()
        else:
            self._write_parts()

    def _write_parts(self) -> None:
        """Parts of the blocks, each in memory of its own, which stays in the second cache."""
        s, plan = self.s, self.plan
        s.split("winograd")
        self._take_input("inout")
        self._take_weights("inout")
        with s.k.loop(plan.parts, kind="parallel", name="part") as part:
            first, last = (s.k.let((part + i) * plan.blocks // plan.parts) for i in (0, 1))
            with s.k.loop(last, first, name="block") as block:
                with s.k.loop(self.channels, name="channel") as channel:
                    self._evaluate(block, channel, part)
                with s.k.loop(self.panels, name="panel") as panel:
                    self._multiply(block, panel, part)

    def _write_shared(self) -> None:
        """All tiles, then all products, a thread's share being panels of the weights."""
        s, blocks = self.s, self.plan.blocks
        s.split("winograd_tiles")
        self._take_input("out")
        with s.k.loop(blocks * self.channels, kind="parallel", name="task") as task:
            block, channel = unflat(task, constants((blocks, self.channels)))
            self._evaluate(block, channel, block)
        s.split("winograd")
        self._take_weights("in")
        with s.k.loop(self.panels * blocks, kind="parallel", name="task") as task:
            panel, block = unflat(task, constants((self.panels, blocks)))
            self._multiply(block, panel, block)

    def _take_input(self, role: Role) -> None:
        self.x = self.s.param(self.source.place, "in", "x")
        self.tiles = self.s.param(self.held, role, "tiles")

    def _take_weights(self, role: Role) -> None:
        self.tiles = self.s.param(self.held, role, "tiles")
        self.bias = self.s.table(pack_bias(self.form, self.lanes), "bias")
        self.weights = self.s.table(pack_filters(self.form, self.minimal, self.width), "weights")
        self.s.k.work += self.block_size * self.plan.blocks * self.panels * self.plan.tile.columns

    # -- tiles at all points --------------------------------------------------------------------

    def _evaluate(self, block: Expr, channel: Expr, to: Expr) -> None:
        """A vector of channels of the tiles of a block; a block filled up repeats the last tile."""
        k, n, plan = self.s.k, self.minimal.points, self.plan
        _, channel_step, down, right = self.steps
        target = k.let(to * self.block_size + channel * (plan.span * self.lanes))
        with k.loop(plan.span, name="t") as t:
            corner = self._corner((block * plan.span + t).min(plan.tiles - 1))
            at = k.let(corner + channel * channel_step)
            columns = []
            for j in range(n):
                places = (at + (i * down + j * right) for i in range(n))
                d = [k.let(k.load(self.x, place, self.lanes)) for place in places]
                columns.append(self.minimal.evaluate(k, d))
            for i, row in enumerate(zip(*columns, strict=True)):
                for j, value in enumerate(self.minimal.evaluate(k, row)):
                    point = (i * n + j) * self.channels * plan.span
                    k.store(self.tiles, target + (t + point) * self.lanes, value)

    def _corner(self, number: Expr) -> Expr:
        """The position of the first element that a tile reads."""
        item, *pixel = self._pixel(number)
        item_step, _, *steps = self.steps
        borders = zip(pixel, self.form.origin, self.before, strict=True)
        return item * item_step + dot([p + (o + b) for p, o, b in borders], constants(steps))

    def _pixel(self, number: Expr) -> Index:
        """The item, row and column of a tile's first pixel."""
        k, m = self.s.k, self.minimal.outputs
        counts = constants((self.plan.items, *self.plan.counts))
        item, row, column = unflat(k.let(number), counts)
        return k.let(item), k.let(row * m), k.let(column * m)

    # -- products -------------------------------------------------------------------------------

    def _multiply(self, block: Expr, panel: Expr, of: Expr) -> None:
        """A panel of output channels of the tiles of a block, which lie at `of`."""
        k, plan = self.s.k, self.plan
        rows, vectors = plan.tile.rows, plan.tile.vectors
        products = k.local("products", f32, self.points * plan.span * vectors, self.lanes)
        with k.loop(self.points, name="point") as point, k.loop(plan.groups, name="group") as group:
            sums = self._sums(of, panel, point, group)
            at = k.let((point * plan.groups + group) * (rows * vectors))
            for i, (r, c) in enumerate(itertools.product(range(rows), range(vectors))):
                k.store(products, at + i, sums.value(r, c))
        first = k.let(block * plan.span)
        with k.loop((index(plan.tiles) - first).min(plan.span), name="t") as t:
            pixel = self._pixel(first + t)
            with k.loop(vectors, name="v") as v:
                channel = (panel * vectors + v) * self.lanes
                self._interpolate(products, t * vectors + v, pixel, channel)

    def _sums(self, of: Expr, panel: Expr, point: Expr, group: Expr) -> Sums:
        """The products of all channels at one point."""
        k, plan, lanes, width = self.s.k, self.plan, self.lanes, self.width
        left = (point * (self.channels * plan.span) + group * plan.tile.rows) * lanes
        left = k.let(of * self.block_size + left)
        size = self.form.inner * width
        right = k.let(self._filters(panel, self.points * size) + point * size)
        sums = Sums(k, plan.tile, f32)
        whole, rest = divmod(self.form.inner, lanes)

        def add(channel: Expr, depth: int) -> None:
            tiles = Rows(self.tiles, k.let(left + channel * (plan.span * lanes)), lanes)
            at = k.let(right + channel * (lanes * width))
            filters = Panel(self.weights, at, width, width=width, apart=self.points * size)
            accumulate(k, sums, tiles, filters, depth)

        with k.loop(whole, name="channel") as channel:
            add(channel, lanes)
        if rest:
            add(index(whole), rest)
        return sums

    def _filters(self, panel: Expr, size: int) -> Expr:
        """Where the filters of a panel begin: panels of `size` weights on, or inside of one."""
        columns = self.plan.tile.columns
        if columns % self.width == 0:
            return panel * (columns // self.width * size)
        parts = self.width // columns
        return panel // parts * size + panel % parts * columns

    # -- pixels ---------------------------------------------------------------------------------

    def _interpolate(self, products: Buf, at: Expr, pixel: Index, channel: Expr) -> None:
        """The pixels of a tile in one vector of output channels."""
        k, n, vectors = self.s.k, self.minimal.points, self.plan.tile.vectors
        bias = k.let(k.load(self.bias, channel, self.lanes))
        start, columns = k.let(at), []
        for j in range(n):
            places = (start + (i * n + j) * (self.plan.span * vectors) for i in range(n))
            columns.append(
                self.minimal.interpolate(k, [k.let(k.load(products, p)) for p in places])
            )
        rows = list(zip(*columns, strict=True))
        if is_cheap(self.s):
            self._write_pixels(rows, bias, pixel, channel)
        else:
            self._write_in_loop(rows, bias, pixel, channel)

    def _write_pixels(
        self, rows: Sequence[Sequence[Expr]], bias: Expr, pixel: Index, channel: Expr
    ) -> None:
        for r, row in enumerate(rows):
            with self._within(pixel, 0, r):
                for c, value in enumerate(self.minimal.interpolate(self.s.k, row)):
                    with self._within(pixel, 1, c):
                        at = self._position(pixel, channel, *constants((r, c)))
                        self.s.write(at, value + bias)

    def _write_in_loop(
        self, rows: Sequence[Sequence[Expr]], bias: Expr, pixel: Index, channel: Expr
    ) -> None:
        """The same where much is computed from each sum before it is stored."""
        k, m = self.s.k, self.minimal.outputs
        done = k.local("done", f32, m * m, self.lanes)
        for r, row in enumerate(rows):
            for c, value in enumerate(self.minimal.interpolate(k, row)):
                k.store(done, r * m + c, value + bias)
        height, width = (
            (index(n) - p).min(m) for n, p in zip(self.form.count, pixel[1:], strict=True)
        )
        with k.loop(height, name="r") as i, k.loop(width, name="c") as j:
            self.s.write(self._position(pixel, channel, i, j), k.load(done, i * m + j))

    @contextmanager
    def _within(self, pixel: Index, axis: int, offset: int) -> Iterator[None]:
        """What is done if the pixel at an offset in a tile is one of the image's."""
        size, first = self.form.count[axis], pixel[1 + axis]
        rest = size % self.minimal.outputs
        if rest == 0 or offset < rest:
            yield
            return
        with self.s.k.when(first + offset < size):
            yield

    def _position(self, pixel: Index, channel: Expr, r: Expr, c: Expr) -> Index:
        item, row, column = pixel
        (up, left), (down, right) = self.form.offset, self.form.spread
        return (item, Ramp(channel, self.lanes), (row + r) * down + up, (column + c) * right + left)


def pack_filters(form: Form, minimal: Minimal, span: int) -> Array:
    """Filters at all points, rounded once: [out / span, points, inner, span]."""
    matrix = minimal.filters()
    panels = -(-form.out // span)
    packed = np.zeros((panels, minimal.points**2, form.inner, span), np.float32)
    for panel, first in zip(packed, range(0, form.out, span), strict=True):
        w = form.weights[0, first : first + span].transpose(2, 3, 1, 0)
        rows = _combined(matrix, np.ascontiguousarray(w, np.float64))
        for to, point in zip(
            panel, (p for row in rows for p in _combined(matrix, row)), strict=True
        ):
            to[:, : w.shape[3]] = point
    return packed


def _combined(matrix: Array, arrays: Array) -> list[Array]:
    """The sums of arrays times the rows of a matrix.

    They take turns, so that nothing is left to the threads of a BLAS, which wait for one another.
    """
    return [sum(f * x for f, x in zip(row, arrays, strict=True) if f) for row in matrix]
