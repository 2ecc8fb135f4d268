"""Depthwise convolutions of bytes: each channel alone, four at a time."""

from __future__ import annotations

import math

import numpy as np

from hodu.dtypes import i8, i16, i32
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import Expr
from hodu.lower.gemm.operands import WORD
from hodu.lower.last.dots import Input
from hodu.lower.last.form import Bytes
from hodu.lower.last.pixels import Convolution
from hodu.lower.stage import Stage


class Depthwise(Convolution):
    """Bytes 0 and 2 of a word are in one pair of halves, 1 and 3 in the other."""

    def __init__(self, s: Stage, form: Bytes, inner: int) -> None:
        super().__init__(s, form, inner)
        self.tile = WORD
        taps = self.form.weights.reshape(-1, WORD, math.prod(self.form.kernel))
        self.weights = Input(s.table(np.ascontiguousarray(taps.swapaxes(1, 2)), "w"), i8)
        self.x = self.input()

    def pixel(self, item: Expr, row: Expr, column: Expr) -> None:
        """The taps of a pixel that are inside."""
        k, (high, wide) = self.k, self.form.kernel
        down, right = self.limits(row, column)
        with (
            self.blocks(item, row, column) as (block, sums),
            k.loop(down.hi, down.lo, name="r", kept=True) as r,
            k.loop(right.hi, right.lo, name="q", kept=True) as q,
        ):
            start = self.start(item, self.rows.source(row, r), self.columns.source(column, q))
            at = start + block * WORD
            w = ((block * high + r) * wide + q) * WORD
            self._add(sums, self.x.pairs(k, at), self.weights.pairs(k, w))

    def _add(self, sums: list[Buf], x: tuple[Expr, Expr], w: tuple[Expr, Expr]) -> None:
        for channel, total in enumerate(sums):
            pairs = x[channel % 2], w[channel % 2]
            a, b = (p >> 16 if channel >= 2 else p.cast(i16).cast(i32) for p in pairs)
            self.k.store(total, 0, self.k.load(total) + a * b)
