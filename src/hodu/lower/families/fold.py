"""Patches of images as columns, and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from hodu.kernel.algebra import constant
from hodu.kernel.expr import Expr
from hodu.kernel.narrow import computed
from hodu.lower.moving.moves import kind_for
from hodu.lower.rules import kernel
from hodu.lower.stage import Stage
from hodu.ops._arguments import pair
from hodu.shapes import numel


@dataclass(frozen=True, slots=True)
class _Windows:
    """Windows along one axis: elements, their distance, padding, the distance of windows."""

    taps: int
    dilation: int
    padding: int
    stride: int

    def count(self, size: Expr) -> Expr:
        """How many windows fit an axis."""
        return (size + (2 * self.padding - self.dilation * (self.taps - 1) - 1)) // self.stride + 1

    def source(self, window: Expr, tap: Expr) -> Expr:
        """The element of the axis that a window looks at; it may lie in the padding."""
        return window * self.stride + tap * self.dilation - self.padding


def _windows(s: Stage) -> tuple[_Windows, _Windows]:
    names = ("kernel_size", "dilation", "padding", "stride")
    pairs = [pair(s.attrs[name], name) for name in names]
    rows, columns = zip(*pairs, strict=True)
    return _Windows(*rows), _Windows(*columns)


@kernel("im2col")
def im2col(s: Stage) -> None:
    """The patches of images as columns; what lies in the padding is zero."""
    k, (rows, columns) = s.k, _windows(s)
    *batch, height, width = s.in_extents()
    high, wide = rows.count(height), columns.count(width)
    kind = kind_for(numel(s.out_type().shape))
    with k.loops((*batch, rows.taps, columns.taps), kind=kind) as (*at, i, j):
        channel = (at[-1] * rows.taps + i) * columns.taps + j
        with k.loops((high, wide)) as (y, x):
            row, column = rows.source(y, i), columns.source(x, j)
            found = k.local("found", computed(s.out_type().dtype), init=0)
            with k.when(_is_inside(row, height) & _is_inside(column, width)):
                k.store(found, 0, s.read(0, (*at, row, column)))
            s.write((*at[:-1], channel, y * wide + x), k.load(found))


def _is_inside(position: Expr, size: Expr) -> Expr:
    return (position >= 0) & (position < size)


@kernel("col2im")
def col2im(s: Stage) -> None:
    """Columns added up into images, each element in the order of the taps."""
    k, (rows, columns) = s.k, _windows(s)
    height, width = s.out_extents()[-2:]
    high, wide = rows.count(height), columns.count(width)
    dtype = computed(s.out_type().dtype)
    with k.loops(s.out_extents(), kind=kind_for(numel(s.out_type().shape))) as (*at, y, x):
        total = k.local("sum", dtype)
        k.store(total, 0, constant(0, dtype))
        with _touching(s, rows, y, high) as (i, row), _touching(s, columns, x, wide) as (j, column):
            channel = (at[-1] * rows.taps + i) * columns.taps + j
            value = s.read(0, (*at[:-1], channel, row * wide + column))
            k.store(total, 0, k.load(total) + value)
        s.write((*at, y, x), k.load(total))


@contextmanager
def _touching(s: Stage, windows: _Windows, at: Expr, count: Expr) -> Iterator[tuple[Expr, Expr]]:
    """A loop over the taps that touch an element, each with the window whose tap it is."""
    with s.k.loop(windows.taps) as tap:
        start = s.k.let(at + windows.padding - tap * windows.dilation, "start")
        # Division is that of non-negative numbers.
        window = start.max(0) // windows.stride
        touches = (start >= 0) & (start.max(0) % windows.stride).eq(0) & (window < count)
        with s.k.when(touches):
            yield tap, window
