"""The left operand of a product: the rows of a tile as they lie, or copied where that is slow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hodu.dtypes import DType
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import Const, Expr, index
from hodu.lower.gemm import choose
from hodu.lower.gemm.operands import Matrices
from hodu.lower.gemm.tile import Rows
from hodu.lower.stage import Stage

_STACK = 1 << 17  # bytes of copied rows
_FEW_ROWS = 6  # whose lines stay in the first cache even in one set
_FEW_LINES = 32  # that one set of the second cache and those of the first keep, across the depth


@dataclass(frozen=True, slots=True)
class Lefts:
    """What reads the rows of tiles with sums of `dtype` from an operand.

    `depth` is the most that is read at once; without it nothing is copied. `is_reused` says that
    many panels are multiplied by the rows of a tile.
    """

    s: Stage
    a: Matrices
    buf: Buf
    dtype: DType
    depth: int | None
    is_reused: bool

    def read(self, rows: int, at: Expr, depth: Expr) -> Rows:
        """Rows of this depth, the first of which begins at a place."""
        if self.depth is None or not self.are_copied(rows):
            return Rows(self.buf, at, self.a.stride, self.a.step)
        if self._lies_across:
            return self._copied_across(rows, at, depth)
        stride = choose.apart(self.depth, self.dtype.itemsize)
        held = self.s.k.local("rows", self.dtype, rows * stride)
        for r in range(rows):
            self._copy_row(held, r * stride, at + self.a.stride * r, depth)
        return Rows(held, index(0), stride)

    def are_copied(self, rows: int) -> bool:
        """Whether a copy pays: elements to convert, or that fall on the same cache lines."""
        size = self.dtype.itemsize
        if self.depth is None or self.s.target.is_bare or rows * self.depth * size > _STACK:
            return False
        if self._lies_across and self.depth > _FEW_LINES and self._shares_sets(self.a.step):
            return self.is_reused
        if rows > _FEW_ROWS and self._shares_sets(self.a.stride):
            return True
        return self.a.dtype is not self.dtype and self.is_reused

    @property
    def _lies_across(self) -> bool:
        """Whether the rows lie side by side, as those of a transposed matrix do."""
        return self.a.stride == index(1) and self.a.step != index(1)

    def _shares_sets(self, distance: Expr) -> bool:
        itemsize = self.a.dtype.itemsize
        return isinstance(distance, Const) and choose.share_sets(int(distance.value), itemsize)

    def _copy_row(self, held: Buf, to: int, at: Expr, depth: Expr) -> None:
        k, step = self.s.k, self.a.step
        if step == index(1) and self.a.dtype is self.dtype:
            k.copy(held, to, self.buf, at, depth)
            return
        lanes = self.s.target.lanes(self.dtype.bits) if step == index(1) else 1
        whole = depth // lanes * lanes
        with k.loop(whole, step=lanes, name="d") as d:
            k.store(held, to + d, k.load(self.buf, at + d, lanes).cast(self.dtype))
        with k.loop(depth, whole, name="d") as d:
            k.store(held, to + d, k.load(self.buf, at + d * step).cast(self.dtype))

    def _copied_across(self, rows: int, at: Expr, depth: Expr) -> Rows:
        """A copy in which the elements of one depth lie together."""
        assert self.depth is not None
        k = self.s.k
        held = k.local("rows", self.dtype, rows * self.depth)
        with k.loop(depth, name="d") as d:
            for start, lanes in self._pieces(rows):
                elements = k.load(self.buf, at + d * self.a.step + start, lanes)
                k.store(held, d * rows + start, elements.cast(self.dtype))
        return Rows(held, index(0), 1, rows)

    def _pieces(self, rows: int) -> Iterator[tuple[int, int]]:
        """Vectors, narrower and narrower, that make up a number of rows: (first row, lanes)."""
        start, lanes = 0, self.s.target.lanes(self.dtype.bits)
        while start < rows:
            if rows - start >= lanes:
                yield start, lanes
                start += lanes
            else:
                lanes //= 2
