"""Products of few rows with a right operand whose columns are consecutive in memory.

Both operands are read along the depth, as vectors; each result is a dot product. Nothing is packed
and every element of the right operand is read once.
"""

from __future__ import annotations

import functools
import operator
from dataclasses import replace

from hodu.dtypes import DType
from hodu.kernel.buffer import Buf
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.expr import Const, Expr, index
from hodu.kernel.intrinsics import fma, reduce_lanes
from hodu.lower.gemm.finish import Finish
from hodu.lower.gemm.operands import Matrices
from hodu.lower.gemm.product import Sizes
from hodu.lower.gemm.tile import Sums, Tile
from hodu.lower.index import Index, product, unflat
from hodu.lower.stage import Stage

_COLUMNS = 4  # dot products side by side, where the right operand is in the second cache
_SPLITS = 2  # sums of one product alone, so that they do not wait for each other
_GROUP = 64  # columns that a thread does at once


def suits(s: Stage, sizes: Sizes, a: Matrices, b: Matrices, dtype: DType) -> bool:
    """Whether dot products along the depth are the fast way."""
    few = isinstance(sizes.rows, Const) and sizes.rows.value <= 4
    along = a.step == index(1) and b.step == index(1) and b.stride != index(1)
    return few and along and dtype.is_float and s.target.lanes(dtype.bits) > 1


class Dots:
    """A product of a known, small number of rows as dot products."""

    def __init__(self, s: Stage, sizes: Sizes, a: Matrices, b: Matrices, finish: Finish) -> None:
        assert isinstance(sizes.rows, Const)
        self.s, self.k, self.sizes, self.a, self.b, self.finish = s, s.k, sizes, a, b, finish
        self.rows = int(sizes.rows.value)
        self.lanes = s.target.lanes(finish.dtype.bits)
        self.is_large = self._is_large()

    def _is_large(self) -> bool:
        """Whether the right operand comes from memory, which is fastest read as one stream."""
        columns, depth = self.sizes.columns, self.sizes.depth
        if not (isinstance(columns, Const) and isinstance(depth, Const)):
            return False
        size = int(columns.value) * int(depth.value) * self.b.place.slot.dtype.itemsize
        return size * 2 > self.s.target.l2_bytes

    def emit(self) -> None:
        """Write the whole product."""
        s, sizes = self.s, self.sizes
        lefts, rights = s.param(self.a.place, "in"), s.param(self.b.place, "in")
        groups = (sizes.columns + (_GROUP - 1)) // _GROUP
        if isinstance(sizes.columns, Const) and isinstance(sizes.depth, Const):
            self.k.work += self.rows * int(sizes.columns.value) * int(sizes.depth.value)
        parts = (product(sizes.batch), groups)
        with self.k.loop(product(parts), kind="parallel", name="part") as part:
            batch, group = unflat(part, parts)
            position = unflat(batch, sizes.batch)
            left = self.k.let(self.a.start(position), "left")
            right = self.k.let(self.b.start(position), "right")
            end = self.k.let((group * _GROUP + _GROUP).min(sizes.columns), "end")
            whole = self.k.let(end // _COLUMNS * _COLUMNS, "whole")
            ranges = [(_COLUMNS, group * _GROUP, whole), (1, whole, end)]
            for count, lo, hi in [(1, group * _GROUP, end)] if self.is_large else ranges:
                with self.k.loop(hi, lo, step=count, name="column") as column:
                    self._columns(position, lefts, left, rights, right, column, count)

    def _columns(
        self, position: Index, lefts: Buf, left: Expr, rights: Buf, right: Expr,
        column: Expr, count: int,
    ) -> None:  # fmt: skip
        """All rows of `count` columns."""
        k = self.k
        found = dot_products(
            k, self.finish.dtype, self.lanes,
            (lefts, [k.let(left + self.a.stride * r, "at") for r in range(self.rows)]),
            (rights, [k.let(right + self.b.stride * (column + c), "at") for c in range(count)]),
            self.sizes.depth, _SPLITS if self.rows * count == 1 else 1,
        )  # fmt: skip
        for r, row in enumerate(found):
            for c, dot in enumerate(row):
                self.finish.write(self.s, position, index(r), column + c, dot)


Vectors = tuple[Buf, list[Expr]]
"""Memory, and where in it vectors begin."""


def dot_products(
    k: KernelBuilder, dtype: DType, lanes: int, lefts: Vectors, rights: Vectors, depth: Expr,
    splits: int = 1,
) -> list[list[Expr]]:  # fmt: skip
    """The products of each left vector with each right one, of `depth` elements, in `dtype`.

    Vectors along the depth are added to `splits` sums in turn.
    """
    tile = Tile(len(lefts[1]), len(rights[1]), lanes)
    parts = [Sums(k, tile, dtype) for _ in range(splits)]
    step = lanes * splits
    even, whole = depth // step * step, depth // lanes * lanes
    with k.loop(even, step=step, name="d") as d:
        for number, sums in enumerate(parts):
            _add(k, sums, lefts, rights, d + number * lanes)
    if splits > 1:
        with k.loop(whole, even, step=lanes, name="d") as d:
            _add(k, parts[0], lefts, rights, d)
    totals = [[_total(parts, r, c) for c in range(tile.vectors)] for r in range(tile.rows)]
    if not (isinstance(depth, Const) and depth.value % lanes == 0):
        rest = Sums(k, replace(tile, lanes=1), dtype)
        with k.loop(depth, whole, name="d") as d:
            _add(k, rest, lefts, rights, d)
        totals = [[total + rest.value(r, c) for c, total in enumerate(row)]
                  for r, row in enumerate(totals)]  # fmt: skip
    return [[k.let(total, "dot") for total in row] for row in totals]


def _total(parts: list[Sums], row: int, column: int) -> Expr:
    vectors = [sums.value(row, column) for sums in parts]
    return reduce_lanes("add", functools.reduce(operator.add, vectors))


def _add(k: KernelBuilder, sums: Sums, lefts: Vectors, rights: Vectors, d: Expr) -> None:
    lanes, dtype = sums.tile.lanes, sums.dtype
    columns = [k.let(k.load(rights[0], at + d, lanes).cast(dtype), "b") for at in rights[1]]
    for at, targets in zip(lefts[1], sums.bufs[0], strict=True):
        row = k.let(k.load(lefts[0], at + d, lanes).cast(dtype), "a")
        for target, column in zip(targets, columns, strict=True):
            k.store(target, 0, fma(row, column, k.load(target)))
