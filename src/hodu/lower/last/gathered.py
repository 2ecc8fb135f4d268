"""Convolutions of bytes in planes or in odd numbers of channels, as the first layer of a model."""

from __future__ import annotations

import math

from hodu.kernel.algebra import constant
from hodu.kernel.expr import Expr, index
from hodu.lower.gemm.operands import WORD
from hodu.lower.last.dots import Dots, centred, pack_words
from hodu.lower.last.form import Bytes
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
        table = s.table(pack_words(self.form.weights[0].reshape(self.out, -1), self.tile), "w")
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
        down, right = self.limits(row, column)
        is_cut = (down.hi - down.lo < high) | (right.hi - right.lo < wide)
        with k.when(is_cut), k.loop(self.depth, name="i") as i:
            k.store(self.patch, i, self.zero)
        with (
            k.loop(self.inner, name="c", kept=True) as c,
            k.loop(down.hi, down.lo, name="r", kept=True) as r,
            k.loop(right.hi, right.lo, name="q", kept=True) as q,
        ):
            source = self.rows.source(row, r), self.columns.source(column, q)
            x = self.s.read(0, self.bytes.position(item, c, *source))
            k.store(self.patch, (c * high + r) * wide + q, x)
