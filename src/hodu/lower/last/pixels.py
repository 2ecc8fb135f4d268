"""Convolutions of bytes as loops over pixels: all channels of one before the next.

Nothing surrounds the input in memory: the taps outside of it are left out by the limits of loops.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hodu.kernel.buffer import Buf
from hodu.kernel.expr import Expr
from hodu.kernel.intrinsics import anew
from hodu.lower.conv.windows import Taps
from hodu.lower.last.dots import Input, bias_table, centred, channels_at_once, each_sum, start_sums
from hodu.lower.last.form import Bytes
from hodu.lower.stage import Stage


class Convolution:
    """The loops; how a pixel is summed is the subclass's. `inner` are the channels of the input.

    Where it `holds_little` while it sums, in registers, positions of results are worked out after.
    """

    holds_little = True

    def __init__(self, s: Stage, form: Bytes, inner: int) -> None:
        self.s, self.k, self.bytes, self.form, self.inner = s, s.k, form, form.form, inner
        self.out = self.form.groups * self.form.out
        self.tile = channels_at_once(self.out)
        self.bias = bias_table(s, self.form.bias, self.out)

    def write(self) -> None:
        """All output elements."""
        rows, columns = self.form.count
        with (
            self.k.loops((self.form.items, rows)) as (item, row),
            self.k.loop(columns, name="column", kept=True) as column,
        ):
            self.pixel(item, row, column)

    def pixel(self, item: Expr, row: Expr, column: Expr) -> None:
        """All channels of a pixel."""
        raise NotImplementedError

    def input(self) -> Input:
        """The whole input in memory."""
        value = self.s.node.inputs[0]
        assert value is not None
        storage = self.s.lowering.storage[value]
        buf = self.s.param(storage.place, "in")
        return centred(self.k, buf, value.type.dtype, self.bytes.zero)

    def limits(self, row: Expr, column: Expr) -> tuple[Taps, Taps]:
        """The taps of a pixel that are inside, of each axis."""
        rows, columns = self.bytes.windows
        taps = rows.taps(row), columns.taps(column)
        high, wide = (Taps(self.k.let(t.lo, "lo"), self.k.let(t.hi, "hi")) for t in taps)
        return high, wide

    @contextmanager
    def blocks(self, item: Expr, row: Expr, column: Expr) -> Iterator[tuple[Expr, list[Buf]]]:
        """A loop over blocks of channels: the number of one, and its sums, stored at its end."""
        with self.k.loop(self.out // self.tile, name="block", kept=True) as block:
            first = block * self.tile
            sums = start_sums(self.s, self.bias, first, self.tile)
            yield block, sums
            if self.holds_little:
                first = self.k.let(anew(first), "first")
            with each_sum(self.k, sums) as (channel, total):
                self.s.write(self.bytes.position(item, first + channel, row, column), total)
