"""Convolutions in as little code as can be: one nest of loops that layers of all sizes share.

Some channels of one pixel are summed at once. Taps are the limits of loops, and input channels the
innermost loop, whose weights lie in the order in which they are read. What tells layers apart has
names (`KernelBuilder.named`), so that nothing is written otherwise where it is 0 or 1, and
`lower/unite.py` can make one kernel of all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from hodu.dtypes import f32
from hodu.kernel.algebra import constant
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import Const, Expr, index
from hodu.lower.conv.scalar import is_flat
from hodu.lower.conv.windows import Window
from hodu.lower.gemm.compact import bounded
from hodu.lower.index import ZERO, Index, product
from hodu.lower.stage import Stage
from hodu.ops._table import Array

_CHANNELS = (8, 4, 2, 1)  # summed at once: as many as one instruction loads weights of


def convolve_compact(s: Stage, windows: Sequence[Window]) -> bool:
    """Write the loops of a convolution with constant weights; false where that is not asked for."""
    is_real = s.type(0).dtype is f32 and s.type(1).dtype is f32
    if not (is_real and s.target.compact and not s.target.vector_bits) or s.data(1) is None:
        return False
    _Form(s, windows).write()
    return True


class _Form:
    def __init__(self, s: Stage, windows: Sequence[Window]) -> None:
        self.s, self.k = s, s.k
        self.groups = int(s.attrs["groups"])
        self.has_bias = s.has(2) and s.data(2) is not None
        self.rank = len(windows)
        self.windows = () if is_flat(s, windows) else tuple(windows)
        extents = s.out_extents()
        self.items = extents[0]
        self.pixels = extents[2:] if self.windows else (product(extents[2:]),)
        self.out = s.type(1).shape[0].__index__() // self.groups
        self.inner = s.type(1).shape[1].__index__()
        self.channels = next(m for m in _CHANNELS if self.out % m == 0)
        self.kernel: Index = ()

    def write(self) -> None:
        """All output elements."""
        k = self.k
        pixels = product((self.items, *self.pixels))
        k.work += self.s.data(1).size * (int(pixels.value) if isinstance(pixels, Const) else 1)
        self.weights = self.s.table(self._packed(), "w")
        self.kernel = tuple(k.named(w.kernel, "taps") for w in self.windows)
        self.steps = tuple(k.named(w.stride, "step") for w in self.windows)
        self.before = tuple(k.named(w.before, "before") for w in self.windows)
        blocks = self.out // self.channels
        with (
            k.loop(self.items, name="item") as item,
            k.loop(self.groups, name="group") as group,
            k.loop(blocks, name="block", kept=self.channels > 1) as block,
        ):
            number = k.let(group * blocks + block, "number")
            with self._over(self.pixels) as pixel:
                self._sum(item, group, number, pixel)

    def _packed(self) -> Array:
        """Weights as [groups and blocks, *kernel, inner channels, channels of a block].

        The bias of the channels of a block stands before them.
        """
        data = self.s.data(1)
        blocks = data.reshape(-1, self.channels, *data.shape[1:])
        blocks = np.moveaxis(blocks, (1, 2), (-1, -2)).reshape(len(blocks), -1)
        if self.has_bias:
            blocks = np.concatenate([self.s.data(2).reshape(-1, self.channels), blocks], axis=1)
        return np.ascontiguousarray(blocks)

    @contextmanager
    def _over(self, extents: Sequence[Expr]) -> Iterator[Index]:
        """Loops over all positions, kept where there is only one."""
        if not extents:
            yield ()
            return
        with self.k.loop(extents[0], kept=True) as i, self._over(extents[1:]) as rest:
            yield (i, *rest)

    def _sum(self, item: Expr, group: Expr, number: Expr, pixel: Index) -> None:
        """Sum and store the channels of a block at a pixel."""
        k, first = self.k, number * self.channels
        origins = tuple(
            k.let((i + w.first) * step - before, "origin")
            for i, w, step, before in zip(
                pixel, self.windows, self.steps, self.before, strict=False
            )
        )
        block = k.let(number * self._block_size(), "at")
        sums = self._starts(first, block)
        with self._taps(origins) as taps:
            sources = tuple(
                origin + tap * w.dilation
                for origin, tap, w in zip(origins, taps, self.windows, strict=True)
            )
            at = k.let(block + self._weight(taps), "at")
            with k.loop(self.inner, name="c", kept=self.channels > 1) as c:
                channel = group * self.inner + c
                where = sources or (*(ZERO,) * (self.rank - 1), *pixel)
                x = self.s.read(0, (item, channel, *where))
                self._add(sums, x, at + c * self.channels)
        self._store(item, first, pixel, sums)

    def _starts(self, first: Expr, block: Expr) -> list[Buf]:
        """The sums with the bias in them."""
        k, numbers = self.k, range(self.channels)
        starts: list[Expr] = [constant(0, f32) for _ in numbers]
        if self.has_bias:
            starts = [k.let(k.load(self.weights, block + n), "bias") for n in numbers]
        elif self.s.has(2):
            starts = [self.s.read(2, (first + n,)) for n in numbers]
        return [k.local("sum", f32, init=start) for start in starts]

    @contextmanager
    def _taps(self, origins: Index) -> Iterator[Index]:
        """Loops over the taps that lie inside of the input."""
        if not origins:
            yield ()
            return
        number = len(self.windows) - len(origins)
        window, kernel, origin = self.windows[number], self.kernel[number], origins[0]
        reach, end = window.dilation - 1, window.size - origin
        low = (index(reach) - origin).max(0) // window.dilation
        if reach:
            end = (end + reach).max(0) // window.dilation
        with self.k.loop(end.min(kernel), low, name="tap") as tap, self._taps(origins[1:]) as rest:
            yield (tap, *rest)

    def _block_size(self) -> Expr:
        """How many numbers the weights of a block are, with its bias."""
        size: Expr = index(self.inner * self.channels)
        for taps in self.kernel:
            size = size * taps
        return size + self.channels * self.has_bias

    def _weight(self, taps: Index) -> Expr:
        """Where in its block the weights of a tap begin."""
        at: Expr = ZERO
        for size, tap in zip(self.kernel, taps, strict=True):
            at = at * size + tap
        return at * (self.inner * self.channels) + self.channels * self.has_bias

    def _add(self, sums: Sequence[Buf], x: Expr, at: Expr) -> None:
        weights = [self.k.let(self.k.load(self.weights, at + n), "w") for n in range(len(sums))]
        for total, weight in zip(sums, weights, strict=True):
            self.k.store(total, 0, self.k.load(total) + x * weight)

    def _store(self, item: Expr, first: Expr, pixel: Index, sums: Sequence[Buf]) -> None:
        """Store the sums in a loop, so that what follows is written once."""
        k, pixel = self.k, (*(ZERO,) * (self.rank - len(pixel)), *pixel)
        if len(sums) == 1:
            self.s.write((item, first, *pixel), bounded(self.s, k.load(sums[0])))
            return
        done = k.local("done", f32, len(sums))
        for number, total in enumerate(sums):
            k.store(done, number, k.load(total))
        with k.loop(len(sums), name="n") as n:
            self.s.write((item, first + n, *pixel), bounded(self.s, k.load(done, n)))
