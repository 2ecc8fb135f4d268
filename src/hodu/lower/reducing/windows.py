"""Reductions of sliding windows, one axis after the other.

For a row of the result, the rows of the input under its windows are combined first, a vector of
elements at a time, in a buffer with the padding at its ends; then every window of that buffer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from hodu.dtypes import DType
from hodu.kernel.algebra import bounds
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import Const, Expr, Ramp, index
from hodu.lower.index import Extents, Index
from hodu.lower.pointwise import is_large
from hodu.lower.reducing.folds import Fold
from hodu.lower.reducing.rows import lanes_for, vectorized
from hodu.lower.stage import Stage

Ints: TypeAlias = tuple[int, ...]
Finish: TypeAlias = "Callable[[Index, Expr], Expr]"
COLUMNS = 1024  # of a row of the result that are computed at a time
LOCAL = 1 << 13  # elements of the buffer that a stack holds
UNROLLED = 16


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows of the trailing axes; `padding` has all begins, then all ends."""

    kernel: Ints
    stride: Ints
    padding: Ints
    dilation: Ints

    @property
    def rank(self) -> int:
        """The number of axes."""
        return len(self.kernel)

    def start(self, axis: int, at: Expr) -> Expr:
        """Where a window starts, which may be in the padding."""
        return at * self.stride[axis] - self.padding[axis]

    def taps(self, axis: int, at: Expr, size: Expr) -> tuple[Expr, Expr]:
        """The first tap of a window inside an axis of this size, and the end of such taps."""
        step, start = self.dilation[axis], self.start(axis, at)
        first = ((-start).max(0) + (step - 1)) // step
        end = ((size - start + (step - 1)).max(0) // step).min(self.kernel[axis])
        return first, end


def windows_of(attrs: Mapping[str, Any], kernel: str = "kernel_size") -> Windows:
    """The windows that the attributes of a pooling op describe."""
    return Windows(attrs[kernel], attrs["stride"], attrs["padding"], attrs["dilation"])


def fold_windows(
    s: Stage, windows: Windows, fold: Fold, dtype: DType, padding: Const, finish: Finish
) -> None:
    """Store `finish(position, all elements of a window)`; padding counts as `padding`."""
    vectorized(
        s,
        lanes_for(s, dtype),
        lambda lanes: _Folding(s, windows, fold, dtype, padding, finish, lanes).write(),
    )


class _Folding:
    """The kernel of `fold_windows` with vectors of `lanes`."""

    def __init__(
        self,
        s: Stage,
        windows: Windows,
        fold: Fold,
        dtype: DType,
        padding: Const,
        finish: Finish,
        lanes: int,
    ) -> None:
        self.s, self.k, self.windows, self.fold, self.dtype = s, s.k, windows, fold, dtype
        self.padding, self.finish, self.lanes = padding, finish, lanes
        self.sizes: Extents = s.in_extents()
        self.lead = len(self.sizes) - windows.rank
        self.last = windows.rank - 1

    def write(self) -> None:
        extents = self.s.out_extents()
        columns = _most(extents[-1], COLUMNS)
        span = self._span(index(columns))
        length = int(span.value) if isinstance(span, Const) else 0
        is_local = length <= LOCAL
        parallel = is_local and is_large((*extents, *map(index, self.windows.kernel)))
        shared = None if is_local else self.s.scratch(self.dtype, length, "row")
        with self.k.loops(extents[:-1], kind="parallel" if parallel else "serial") as at:
            buf = shared or self.k.local("row", self.dtype, length)
            with self.k.loop(extents[-1], step=columns, name="first") as first:
                count = self.k.let((extents[-1] - first).min(columns), "count")
                self._gather(buf, at, first, count)
                self._combine(buf, at, first, count)

    def _span(self, columns: Expr) -> Expr:
        """How many elements of an axis, padding included, this many windows cover."""
        w, a = self.windows, self.last
        return (columns - 1) * w.stride[a] + (w.dilation[a] * (w.kernel[a] - 1) + 1)

    def _gather(self, buf: Buf, at: Index, first: Expr, count: Expr) -> None:
        """Combine the rows under the windows of `count` columns."""
        k, span = self.k, self._span(count)
        start = k.let(self.windows.start(self.last, first), "start")
        low = k.let((-start).max(0).min(span), "low")
        high = k.let((self.sizes[-1] - start).max(low).min(span), "high")
        for a, b in ((index(0), low), (high, span)):
            with k.loop(b, a) as i:
                k.store(buf, i, self.padding)
        whole = low
        if self.lanes > 1:
            whole = k.let(low + (high - low) // self.lanes * self.lanes, "whole")
            with k.loop(whole, low, step=self.lanes) as i:
                k.store(buf, i, self._rows(at, Ramp(start + i, self.lanes)))
        with k.loop(high, whole) as i:
            k.store(buf, i, self._rows(at, start + i))

    def _rows(self, at: Index, column: Expr) -> Expr:
        """An element, or a vector of them, of the rows under a window combined."""
        lead, spatial = at[: self.lead], at[self.lead :]
        if not spatial:
            return self.s.read(0, (*lead, column)).cast(self.dtype)
        total = self.k.local("rows", self.dtype, lanes=column.lanes, init=self.padding)
        self._taps(lead, spatial, (), column, total)
        return self.k.load(total)

    def _taps(self, lead: Index, spatial: Index, taken: Index, column: Expr, total: Buf) -> None:
        axis = len(taken)
        if axis == len(spatial):
            x = self.s.read(0, (*lead, *taken, column)).cast(self.dtype)
            self.k.store(total, 0, self.fold(self.k.load(total), x))
            return
        w, at = self.windows, spatial[axis]
        low, high = w.taps(axis, at, self.sizes[self.lead + axis])
        with self.k.loop(high, low, name="tap") as tap:
            place = w.start(axis, at) + tap * w.dilation[axis]
            self._taps(lead, spatial, (*taken, place), column, total)

    def _combine(self, buf: Buf, at: Index, first: Expr, count: Expr) -> None:
        """Combine the windows of the buffer."""
        k, whole = self.k, index(0)
        if self.lanes > 1 and self.windows.stride[self.last] == 1:
            whole = count // self.lanes * self.lanes
            with k.loop(whole, step=self.lanes) as i:
                self._window(buf, at, first, i, self.lanes)
        with k.loop(count, whole) as i:
            self._window(buf, at, first, i, 1)

    def _window(self, buf: Buf, at: Index, first: Expr, i: Expr, lanes: int) -> None:
        w, k = self.windows, self.k
        taps, step = w.kernel[self.last], w.dilation[self.last]
        start = i * w.stride[self.last]
        if taps <= UNROLLED:
            found = k.load(buf, start, lanes)
            for number in range(1, taps):
                found = self.fold(found, k.let(k.load(buf, start + number * step, lanes), "tap"))
        else:
            total = k.local("total", self.dtype, lanes=lanes, init=self.fold.identity(self.dtype))
            with k.loop(taps, name="tap") as tap:
                part = k.load(buf, start + tap * step, lanes)
                k.store(total, 0, self.fold(k.load(total), part))
            found = k.load(total)
        column = first + i
        place = (*at, Ramp(column, lanes) if lanes > 1 else column)
        self.s.write(place, self.finish(place, k.let(found, "window")))


def _most(extent: Expr, limit: int) -> int:
    high = bounds(extent)[1]
    return limit if high is None else max(1, min(high, limit))
