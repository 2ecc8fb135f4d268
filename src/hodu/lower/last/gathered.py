"""Convolutions of bytes in planes or in odd numbers of channels, as the first layer of a model."""

from __future__ import annotations

import math

import numpy as np

from hodu.kernel.algebra import constant
from hodu.kernel.expr import Expr, index
from hodu.lower.conv.windows import Taps
from hodu.lower.gemm.operands import WORD
from hodu.lower.last.dots import Dots, centred, pack_words
from hodu.lower.last.form import Bytes
from hodu.lower.last.layout import is_last
from hodu.lower.last.pixels import Convolution
from hodu.lower.stage import Stage


class Gathered(Convolution):
    """What a pixel reads is gathered first, with the zero point for what is outside."""

    def __init__(self, s: Stage, form: Bytes, inner: int) -> None:
        super().__init__(s, form, inner)
        self.depth = inner * math.prod(self.form.kernel)
        self.length = -(-self.depth // WORD) * WORD
        dtype = s.type(0).dtype
        self.patch = s.scratch(dtype, self.length, "patch")
        self.zero = constant(form.zero, dtype)
        value = s.node.inputs[0]
        assert value is not None
        self.is_last = is_last(s.lowering, value)
        weights = self.form.weights[0]
        weights = np.moveaxis(weights, 1, -1) if self.is_last else weights
        table = s.table(pack_words(weights.reshape(self.out, -1), self.tile), "w")
        self.dots = Dots(s, centred(s.k, self.patch, dtype, form.zero), table, self.tile)

    def write(self) -> None:
        """All output elements; what fills the last word is stored once."""
        for rest in range(self.depth, self.length):
            self.k.store(self.patch, rest, self.zero)
        super().write()

    def pixel(self, item: Expr, row: Expr, column: Expr) -> None:
        """All channels of what is gathered."""
        self._gather(item, row, column)
        with self.blocks(item, row, column) as (block, sums):
            weights = block * (self.tile * self.length)
            self.dots.add(sums, index(0), weights, index(self.length))

    def _gather(self, item: Expr, row: Expr, column: Expr) -> None:
        k, (high, wide) = self.k, self.form.kernel
        down, right = taps = self.limits(row, column)
        is_cut = (down.hi - down.lo < high) | (right.hi - right.lo < wide)
        with k.when(is_cut), k.loop(self.depth, name="i") as i:
            k.store(self.patch, i, self.zero)
        if self.is_last and self.form.dilation[1] == 1:
            self._copy_rows(item, row, column, taps)
        else:
            self._copy_taps(item, row, column, taps)

    def _copy_rows(self, item: Expr, row: Expr, column: Expr, taps: tuple[Taps, Taps]) -> None:
        """The pixels under a row of the window, which lie one after the other."""
        k, (rows, columns), (down, right) = self.k, self.bytes.windows, taps
        x, plane = self.input().buf, item * self.bytes.size[0]
        with k.loop(down.hi, down.lo, name="r", kept=True) as r:
            line = (plane + rows.source(row, r)) * self.bytes.size[1]
            start = k.let((line + columns.source(column, right.lo)) * self.inner, "start")
            patch = k.let((r * self.form.kernel[1] + right.lo) * self.inner, "patch")
            with k.loop((right.hi - right.lo) * self.inner, name="i", kept=True) as i:
                k.store(self.patch, patch + i, k.load(x, start + i))

    def _copy_taps(self, item: Expr, row: Expr, column: Expr, taps: tuple[Taps, Taps]) -> None:
        """Every channel under every tap."""
        k, (high, wide) = self.k, self.form.kernel
        (rows, columns), (down, right) = self.bytes.windows, taps
        with (
            k.loop(self.inner, name="c", kept=True) as c,
            k.loop(down.hi, down.lo, name="r", kept=True) as r,
            k.loop(right.hi, right.lo, name="q", kept=True) as q,
        ):
            source = rows.source(row, r), columns.source(column, q)
            x = self.s.read(0, self.bytes.position(item, c, *source))
            at = (r * wide + q) * self.inner + c if self.is_last else (c * high + r) * wide + q
            k.store(self.patch, at, x)
