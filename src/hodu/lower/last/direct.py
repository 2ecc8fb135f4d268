"""Convolutions of bytes that lie in whole words of channels."""

from __future__ import annotations

import math

import numpy as np

from hodu.kernel.expr import Expr, index
from hodu.lower.last.dots import Dots, pack_words
from hodu.lower.last.pixels import Convolution


class Direct(Convolution):
    """Taps side by side are read as one run of words."""

    holds_little = False

    def write(self) -> None:
        """All output elements."""
        depth = math.prod(self.form.kernel) * self.inner
        weights = np.moveaxis(self.form.weights[0], 1, -1).reshape(self.out, depth)
        table = self.s.table(pack_words(weights, self.tile), "w")
        self.dots = Dots(self.s, self.input(), table, self.tile)
        self.loops()

    def loops(self) -> None:
        """The loops over pixels."""
        super().write()

    def pixel(self, item: Expr, row: Expr, column: Expr) -> None:
        """The taps of a pixel that are inside."""
        k, (high, wide), step = self.k, self.form.kernel, self.inner * self.tile
        (rows, columns), (down, right) = self.bytes.windows, self.limits(row, column)
        plane = item * self.bytes.size[0]
        with (
            self.blocks(item, row, column) as (block, sums),
            k.loop(down.hi, down.lo, name="r", kept=True) as r,
        ):
            line = (plane + rows.source(row, r)) * self.bytes.size[1]
            weights = (block * high + r) * wide

            def add(tap: Expr, count: Expr) -> None:
                start = k.let((line + columns.source(column, tap)) * self.inner, "start")
                panel = k.let((weights + tap) * step, "panel")
                self.dots.add(sums, start, panel, count)

            if columns.dilation == 1:
                add(right.lo, (right.hi - right.lo) * self.inner)
            else:
                with k.loop(right.hi, right.lo, name="q") as q:
                    add(q, index(self.inner))


class Pointwise(Direct):
    """A tap of one pixel; pixels are numbered through."""

    holds_little = True

    def loops(self) -> None:
        """The loops over pixels, which lie one after the other from the first row on."""
        pixels = math.prod(self.form.count)
        with (
            self.k.loop(self.form.items, name="item") as item,
            self.k.loop(pixels, name="pixel", kept=True) as pixel,
        ):
            start = self.k.let((item * pixels + pixel) * self.inner, "start")
            with self.blocks(item, index(0), pixel) as (block, sums):
                weights = block * (self.tile * self.inner)
                self.dots.add(sums, start, weights, index(self.inner))
