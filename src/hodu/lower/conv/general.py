"""Convolutions of any form and dtype: loops over output elements, a few channels at once.

Where the stride of the last axis is 1 the middle of a row, whose windows are inside of the input,
is computed in vectors. Narrow floats are summed in f32; integers wrap around.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

from hodu.kernel.algebra import constant
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import Expr, Ramp, index
from hodu.kernel.narrow import computed
from hodu.lower.conv.windows import Taps, TransposedWindow, Window
from hodu.lower.index import Index
from hodu.lower.point import CannotVectorizeError
from hodu.lower.pointwise import has_wide_vectors
from hodu.lower.stage import Stage

AnyWindow: TypeAlias = Window | TransposedWindow
_CHANNELS = 4  # output channels that share what is read of the input


@dataclass(frozen=True, slots=True)
class _Tile:
    """The output elements that are summed together: channels of a group at one position, whose
    last component may stand for the next `lanes` ones."""

    item: Expr
    group: Expr
    first: Expr
    channels: int
    at: Index
    lanes: int


Read: TypeAlias = "Callable[[int, Index], Expr]"
"""(input, position): an element of an input as it is multiplied."""


def convolve(
    s: Stage, windows: Sequence[AnyWindow], transposed: bool = False, read: Read | None = None
) -> None:
    """Write the loops of a convolution, with vectors where there is such a form."""
    bits = computed(s.out_type().dtype).bits
    lanes = s.target.lanes(bits) if bits >= 32 else 1
    form = _Form(s, windows, transposed, read or s.read)
    if lanes > 1 and windows[-1].stride == 1:
        restart = s.attempt()
        try:
            form.write(lanes)
        except CannotVectorizeError:
            restart()
        else:
            if has_wide_vectors(s.k.finish()):
                return
            restart()
    form.write(1)


class _Form:
    def __init__(
        self, s: Stage, windows: Sequence[AnyWindow], transposed: bool, read: Read
    ) -> None:
        self.s = s
        self.read = read
        self.windows = windows
        self.transposed = transposed
        self.groups = int(s.attrs["groups"])
        weight = [d.__index__() for d in s.type(1).shape[:2]]
        self.out = weight[1] if transposed else weight[0] // self.groups
        self.inner = weight[0] // self.groups if transposed else weight[1]
        self.dtype = computed(s.out_type().dtype)

    def write(self, lanes: int) -> None:
        """All output elements, the last axis in vectors of `lanes` where it can be."""
        channels = next(c for c in (_CHANNELS, 2, 1) if self.out % c == 0)
        extents = self.s.out_extents()
        head = (extents[0], index(self.groups), index(self.out // channels))
        with (
            self.s.k.loops(head, kind="parallel") as (item, group, block),
            self.s.k.loops(extents[2:-1]) as outer,
        ):
            for lo, hi, width in self._sections(extents[-1], lanes):
                with self.s.k.loop(hi, lo, step=width) as i:
                    at = (*outer, i)
                    self._sum(_Tile(item, group, block * channels, channels, at, width))

    def _sections(self, count: Expr, lanes: int) -> Iterator[tuple[Expr, Expr, int]]:
        """Parts of the last axis, each with its number of lanes."""
        if lanes == 1:
            yield index(0), count, 1
            return
        lo, hi = self.windows[-1].inside(count)
        whole = lo + (hi - lo) // lanes * lanes
        yield index(0), lo, 1
        yield lo, whole, lanes
        yield whole, count, 1

    def _sum(self, tile: _Tile) -> None:
        """Sum and store the elements of a tile."""
        sums = [self._start(tile, c) for c in range(tile.channels)]
        taps = [self._taps(w, i) for w, i in zip(self.windows, tile.at, strict=True)]
        if tile.lanes > 1:
            taps[-1] = Taps(index(0), index(self.windows[-1].kernel))
        with self.s.k.loop(self.inner, name="c") as c, self._over(tile.at, taps) as tap:
            self._add(tile, sums, c, tap)
        for number, total in enumerate(sums):
            self.s.write(self._position(tile, number), self.s.k.load(total))

    def _start(self, tile: _Tile, channel: int) -> Buf:
        """The sum of a channel, with the bias in it."""
        first: Expr = constant(0, self.dtype)
        if self.s.has(2):
            first = self.s.read(2, (self._channel(tile, channel),))
        return self.s.k.local("sum", self.dtype, 1, tile.lanes, first)

    def _channel(self, tile: _Tile, number: int) -> Expr:
        return tile.group * self.out + tile.first + number

    def _position(self, tile: _Tile, number: int) -> Index:
        at = tile.at if tile.lanes == 1 else (*tile.at[:-1], Ramp(tile.at[-1], tile.lanes))
        return (tile.item, self._channel(tile, number), *at)

    def _taps(self, window: AnyWindow, at: Expr) -> Taps:
        taps, k = window.taps(at), self.s.k
        return Taps(k.let(taps.lo, "lo"), k.let(taps.hi, "hi"), taps.step)

    @contextmanager
    def _over(self, at: Index, taps: Sequence[Taps]) -> Iterator[Index]:
        """Loops over the taps of all axes."""
        if not taps:
            yield ()
            return
        window, first, k = self.windows[len(self.windows) - len(taps)], taps[0], self.s.k
        position = at[len(at) - len(taps)]
        with k.loop(first.hi, first.lo, step=first.step, name="k") as tap:
            condition = window.is_exact(position, tap)
            if condition is None:
                with self._over(at, taps[1:]) as rest:
                    yield (tap, *rest)
            else:
                with k.when(condition), self._over(at, taps[1:]) as rest:
                    yield (tap, *rest)

    def _add(self, tile: _Tile, sums: Sequence[Buf], c: Expr, tap: Index) -> None:
        """Add the product of one input element with its weight to the sum of each channel."""
        s = self.s
        pairs = zip(self.windows, tile.at, tap, strict=True)
        sources = [w.source(i, t) for w, i, t in pairs]
        if tile.lanes > 1:
            sources[-1] = Ramp(sources[-1], tile.lanes)
        inner = tile.group * self.inner + c
        x = self.read(0, (tile.item, inner, *sources))
        for number, total in enumerate(sums):
            own = tile.first + number
            pair = (inner, own) if self.transposed else (tile.group * self.out + own, c)
            s.k.store(total, 0, s.k.load(total) + x * self.read(1, (*pair, *tap)))
