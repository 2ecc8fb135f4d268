"""Loops over rows: what reductions, softmax and the normalisations have in common.

A row is the elements that are combined. Where its last axis is the innermost in memory, the
elements of a row fill the vectors, several of which are combined at a time; where another axis
is, the vectors hold elements of neighbouring rows. Rules see one `Row` at a time and need not know
which: what `Row.fold` gives is one number, or a vector of one for each of the rows.

Sums of f32 are added up in blocks, whose sums are added more exactly where they are single
numbers (`totals.py`): the error does not grow with the length of the row. The order does not
depend on the number of threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeAlias

from hodu.dtypes import DType, bool_
from hodu.kernel.algebra import bounds
from hodu.kernel.buffer import Buf
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.expr import Const, Expr, Ramp
from hodu.kernel.ir import Kind
from hodu.lower.index import ZERO, Index, product
from hodu.lower.point import CannotVectorizeError
from hodu.lower.pointwise import has_wide_vectors, is_large
from hodu.lower.reducing.axes import Axes, epilogue_operands, leaves
from hodu.lower.reducing.folds import Fold
from hodu.lower.reducing.totals import Total
from hodu.lower.stage import Stage

Span: TypeAlias = "tuple[Expr, Expr]"
Element: TypeAlias = "Callable[[Index], Expr]"
BLOCK = 4096  # elements of a row that are added up in vectors
STEPS = 256  # elements of a row that are added up in a vector of rows
WIDE = 4  # vectors that are combined at a time
_MANY_REGISTERS = 32  # of vectors, enough for four rows side by side
_SHORT = 48  # vectors of a row which take about as long as what waits for their sum


@contextmanager
def loops_between(k: KernelBuilder, ends: Sequence[Span]) -> Iterator[Index]:
    """Nested loops, each from one position to another."""
    if not ends:
        yield ()
        return
    with k.loop(ends[0][1], ends[0][0]) as first, loops_between(k, ends[1:]) as rest:
        yield (first, *rest)


class Row:
    """One row, or a vector of neighbouring ones: `kept` is its position on the other axes.

    `lanes` is the size of the vectors, `span` the part of the first axis of the row to walk.
    """

    def __init__(self, nest: Nest, kept: Index, lanes: int, span: Span | None = None) -> None:
        self.nest = nest
        self.kept = kept
        self.lanes = lanes
        self.k = nest.stage.k
        axes = nest.axes
        self._ends: list[Span] = [(ZERO, axes.extents[a]) for a in axes.inner()]
        if span is not None:
            self._ends[0] = span

    @property
    def is_across(self) -> bool:
        """Whether vectors hold elements of neighbouring rows."""
        return self.nest.is_across

    def position(self, inner: Index) -> Index:
        """The position in the loops' axes of an element of the row."""
        axes = self.nest.axes
        own, other = iter(inner), iter(self.kept)
        return tuple(next(own) if r else next(other) for r in axes.reduced)

    # -- combining ------------------------------------------------------------------------------

    def fold(self, fold: Fold, dtype: DType, element: Element) -> Expr:
        """All elements combined; `element` gives one, or a vector, of `dtype` by its position."""
        if not self._ends:
            return element(self.position(()))
        if self.is_across and self.lanes > 1:
            return self._fold_across(fold, dtype, element)
        lo, hi = self._ends[-1]
        if self._is_one_block():
            found = self._vectors(fold, dtype, lo, hi, lambda i: element(self.position((i,))))
            return self.k.let(found, "folded")
        total = Total(self.k, fold, dtype, self.nest.stage.target)
        with loops_between(self.k, self._ends[:-1]) as at:
            self._blocks(fold, dtype, total, lo, hi, lambda i: element(self.position((*at, i))))
        return self.k.let(total.value(), "folded")

    def _is_one_block(self) -> bool:
        """Whether the row is a few whole vectors, so that there is one sum."""
        lo, hi = self._ends[-1]
        size = hi - lo
        is_known = isinstance(size, Const) and 0 < int(size.value) <= 2 * BLOCK
        is_whole = is_known and int(size.value) % self.lanes == 0  # type: ignore[attr-defined]
        return len(self._ends) == 1 and self.lanes > 1 and is_whole

    def _blocks(
        self,
        fold: Fold,
        dtype: DType,
        total: Total,
        lo: Expr,
        hi: Expr,
        element: Callable[..., Expr],
    ) -> None:
        if self.lanes == 1:
            with self.k.loop(hi, lo) as i:
                total.add(element(i))
        elif not total.is_wider or _at_most(hi - lo, 2 * BLOCK):
            self._block(fold, dtype, total, lo, hi, element)
        else:
            with self.k.loop(hi, lo, step=BLOCK, name="block") as start:
                end = self.k.let((start + BLOCK).min(hi), "end")
                self._block(fold, dtype, total, start, end, element)

    def _block(
        self,
        fold: Fold,
        dtype: DType,
        total: Total,
        lo: Expr,
        hi: Expr,
        element: Callable[..., Expr],
    ) -> None:
        """Combine elements lo to hi: as many as there are in vectors, then single elements."""
        total.add(self._vectors(fold, dtype, lo, hi, element))
        with self.k.loop(hi, lo + (hi - lo) // self.lanes * self.lanes) as i:
            total.add(element(i))

    def _vectors(
        self, fold: Fold, dtype: DType, lo: Expr, hi: Expr, element: Callable[..., Expr]
    ) -> Expr:
        """The whole vectors of elements lo to hi combined: many at a time, then one."""
        k, lanes = self.k, self.lanes
        count = self.nest.vectors(hi - lo)
        sums = [k.local("sum", dtype, lanes=lanes, init=fold.identity(dtype)) for _ in range(count)]
        wide = lo + (hi - lo) // (lanes * count) * (lanes * count)
        whole = lo + (hi - lo) // lanes * lanes
        with k.loop(wide, lo, step=lanes * count) as i:
            for number, part in enumerate(sums):
                k.store(part, 0, fold(k.load(part), element(Ramp(i + number * lanes, lanes))))
        with k.loop(whole, wide, step=lanes) as i:
            k.store(sums[0], 0, fold(k.load(sums[0]), element(Ramp(i, lanes))))
        while len(sums) > 1:
            half = (len(sums) + 1) // 2
            for a, b in zip(sums, sums[half:], strict=False):
                k.store(a, 0, fold(k.load(a), k.load(b)))
            sums = sums[:half]
        return fold.across(k.load(sums[0]))

    def _fold_across(self, fold: Fold, dtype: DType, element: Element) -> Expr:
        k, lanes, none = self.k, self.lanes, fold.identity(dtype)
        total = k.local("total", dtype, lanes=lanes, init=none)
        first, rest = self._ends[0], self._ends[1:]
        if fold.op != "add" or _at_most(first[1] - first[0], STEPS):
            with loops_between(self.k, self._ends) as at:
                k.store(total, 0, fold(k.load(total), element(self.position(at))))
            return k.let(k.load(total), "folded")
        with k.loop(first[1], first[0], step=STEPS, name="block") as start:
            end = k.let((start + STEPS).min(first[1]), "end")
            part = k.local("sum", dtype, lanes=lanes, init=none)
            with loops_between(self.k, [(start, end), *rest]) as at:
                k.store(part, 0, fold(k.load(part), element(self.position(at))))
            k.store(total, 0, fold(k.load(total), k.load(part)))
        return k.let(k.load(total), "folded")

    # -- going over -----------------------------------------------------------------------------

    def each(self, body: Callable[[Index], None]) -> None:
        """Do something for all elements: `body` gets positions of vectors or of single ones."""
        if not self._ends:
            body(self.position(()))
            return
        lo, hi = self._ends[-1]
        with loops_between(self.k, self._ends[:-1]) as at:
            whole: Expr = lo
            if self.lanes > 1 and not self.is_across:
                whole = lo + (hi - lo) // self.lanes * self.lanes
                with self.k.loop(whole, lo, step=self.lanes) as i:
                    body(self.position((*at, Ramp(i, self.lanes))))
            with self.k.loop(hi, whole) as i:
                body(self.position((*at, i)))


class Nest:
    """The loops over the rows along `axes`.

    `lanes` is the size of vectors; with `is_wide` several vectors of neighbouring rows are
    combined at a time, and with `abreast` short rows are computed side by side.
    """

    def __init__(
        self,
        stage: Stage,
        axes: Axes,
        lanes: int,
        *,
        is_wide: bool = False,
        abreast: bool = False,
    ) -> None:
        self.stage = stage
        self.axes = axes
        self.is_across = bool(axes.reduced) and not axes.reduced[-1]
        self.lanes = lanes if not axes.extents else _fitting(lanes, axes.extents[-1])
        self._most = WIDE if is_wide else 1
        self._abreast = self._side_by_side() if abreast else 1
        self._scratch: dict[DType, Buf] = {}

    def _side_by_side(self) -> int:
        """How many rows to compute side by side: one, where its end is short beside all of it."""
        size = bounds(product([self.axes.extents[a] for a in self.axes.inner()]))[1]
        is_along = self.lanes > 1 and not self.is_across
        if not is_along or size is None or size > _SHORT * self.lanes:
            return 1
        return 4 if self.stage.target.vector_registers >= _MANY_REGISTERS else 2

    def vectors(self, extent: Expr) -> int:
        """How many vectors of a row of this length to combine at a time."""
        high, most = bounds(extent)[1], WIDE // self._abreast
        return most if high is None else max(1, min(most, high // self.lanes))

    def scratch(self, dtype: DType, size: int) -> Buf:
        """Memory of the arena for an element of every position."""
        if dtype not in self._scratch:
            self._scratch[dtype] = self.stage.scratch(dtype, size, "rows")
        return self._scratch[dtype]

    def rows(self, body: Callable[[Row], None], span: Span | None = None) -> None:
        """Do something for all rows, by threads where they are many and `span` is not given."""
        self.stage.collapse = self.axes.source
        extents = [self.axes.extents[a] for a in self.axes.outer()]
        large = span is None and is_large(self.axes.extents)
        kind: Kind = "parallel" if large else "serial"
        if not self.is_across:
            with self.stage.k.loops(extents, kind=kind, abreast=self._abreast) as kept:
                body(Row(self, kept, self.lanes, span))
            return
        with self.stage.k.loops(extents[:-1], kind=kind) as kept:
            inner = kind if all(isinstance(i, Const) for i in kept) else "serial"
            self._across(body, kept, extents[-1], inner, span)

    def _across(
        self,
        body: Callable[[Row], None],
        kept: Index,
        extent: Expr,
        kind: Kind,
        span: Span | None,
    ) -> None:
        done: Expr = ZERO
        for lanes in self._widths(extent):
            whole = extent // lanes * lanes
            with self.stage.k.loop(whole, done, step=lanes, kind=kind) as i:
                body(Row(self, (*kept, Ramp(i, lanes) if lanes > 1 else i), lanes, span))
            done = whole

    def _widths(self, extent: Expr) -> list[int]:
        """The sizes of vectors of rows, the last ones for what the first leave over."""
        if self.lanes == 1:
            return [1]
        high = bounds(extent)[1]
        sizes = [self.lanes * self._most, self.lanes, min(self.lanes, 4), 1]
        return [n for n in dict.fromkeys(sizes) if high is None or n <= high]


def _fitting(lanes: int, extent: Expr) -> int:
    """The largest vectors of at least 4 elements that are not longer than the extent."""
    high = bounds(extent)[1]
    while high is not None and lanes > max(high, 1):
        lanes = lanes // 2 if lanes > 4 else 1
    return lanes


def _at_most(x: Expr, limit: int) -> bool:
    high = bounds(x)[1]
    return high is not None and high <= limit


def vectorized(s: Stage, lanes: int, write: Callable[[int], None]) -> None:
    """Write a kernel with vectors of `lanes`, or without where there is no such form."""
    if lanes > 1:
        restart = s.attempt()
        try:
            write(lanes)
        except CannotVectorizeError:
            pass
        else:
            if has_wide_vectors(s.k.finish()):
                return
        restart()
    write(1)


def lanes_for(s: Stage, dtype: DType, *, results: bool = True) -> int:
    """How many elements of `dtype`, of all that is read, and of `results` fit a vector."""
    if dtype is bool_ or dtype.bits < 32:
        return 1
    read = [v for v in s.node.inputs if v is not None] + list(epilogue_operands(s))
    bits = [leaf.type.dtype.bits for v in read for leaf in leaves(s.lowering, v)]
    written = [v.type.dtype.bits for v in s.node.outputs if results]
    widest = max([dtype.bits, *bits, *written])
    return int(s.target.lanes(widest))
