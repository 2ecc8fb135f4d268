"""From the sums of a tile to stored results: whole vectors, and what is left in narrower ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hodu.dtypes import DType
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import INDEX, Expr, Ramp, Var, index
from hodu.kernel.intrinsics import transposed
from hodu.lower.gemm.tile import Sums
from hodu.lower.index import Index
from hodu.lower.point import CannotVectorizeError
from hodu.lower.pointwise import has_wide_vectors
from hodu.lower.stage import Stage

Write = Callable[[Stage, Index, Expr, Expr, Expr], None]
"""(stage, batch position, row, column or a Ramp of columns, sum): store results."""

_IN_REGISTERS = 64  # ops on the sums of a tile that are written out, rather than a loop


@dataclass(frozen=True, slots=True)
class Finish:
    """How sums of dtype `dtype` are stored: by `write`, with vectors if it can take them."""

    write: Write
    dtype: DType
    vectors: bool

    def tile(
        self, s: Stage, sums: Sums, position: Index, row: Expr, column: Expr, columns: int
    ) -> None:
        """Store the first `columns` columns of a tile whose first element is (row, column)."""
        tile = sums.tile
        work = tile.rows * tile.vectors * (1 + len(s.epilogue))
        even = columns % tile.lanes == 0
        if work <= _IN_REGISTERS and even and (self.vectors or tile.lanes == 1):
            for r in range(tile.rows):
                for v in range(columns // tile.lanes):
                    at = column + v * tile.lanes
                    last = at if tile.lanes == 1 else Ramp(at, tile.lanes)
                    self.write(s, position, row + r, last, sums.value(r, v))
            return
        self._by_loop(s, sums, position, row, column, columns)

    def _by_loop(
        self, s: Stage, sums: Sums, position: Index, row: Expr, column: Expr, columns: int
    ) -> None:
        """Store through a local copy of the sums, so that the epilogue is written once."""
        tile, k = sums.tile, s.k
        held = k.local("tile", sums.dtype, tile.rows * tile.columns)
        sums.store(held, index(0), tile.columns)
        with k.loop(tile.rows, name="r") as r:
            for start, count, lanes in self._pieces(columns, tile.lanes):
                with k.loop(start + count, start, step=lanes, name="c") as c:
                    value = k.load(held, r * tile.columns + c, lanes)
                    at = column + c
                    last = at if lanes == 1 else Ramp(at, lanes)
                    self.write(s, position, row + r, last, value)

    def _pieces(self, columns: int, lanes: int) -> Iterator[tuple[int, int, int]]:
        """Runs of columns and the lanes to store them with: (start, count, lanes)."""
        if not self.vectors:
            yield 0, columns, 1
            return
        start = 0
        while start < columns:
            count = (columns - start) // lanes * lanes
            if count:
                yield start, count, lanes
                start += count
            lanes //= 2


@dataclass(frozen=True, slots=True)
class Across:
    """How sums of the transposed product are stored, whose rows are the columns of the result.

    `write` takes vectors. Squares of sums are transposed in registers, so that those of a row of
    the result are stored together.
    """

    write: Write
    dtype: DType

    def tile(
        self, s: Stage, sums: Sums, position: Index, row: Expr, column: Expr, columns: int
    ) -> None:
        """Store the first `columns` columns of a tile whose first element is (row, column)."""
        tile, k = sums.tile, s.k
        held = k.local("tile", sums.dtype, tile.rows * tile.columns)
        sums.store(held, index(0), tile.columns)
        first = 0
        while first < tile.rows:
            lanes = min(tile.lanes, 1 << (tile.rows - first).bit_length() - 1)
            square = _Square(held, first, lanes, tile.columns)
            whole = columns // lanes * lanes
            with k.loop(whole, step=lanes, name="c") as c:
                self._store(s, square, position, row, (column, c), lanes)
            if whole < columns:
                self._store(s, square, position, row, (column, index(whole)), columns - whole)
            first += lanes

    def _store(
        self, s: Stage, square: _Square, position: Index, row: Expr, at: tuple[Expr, Expr],
        count: int,
    ) -> None:  # fmt: skip
        """The first `count` columns of a square that begins at a column of the tile."""
        column, c = at
        start, lanes = row + square.first, square.lanes
        last = start if lanes == 1 else Ramp(start, lanes)
        for turn, value in enumerate(square.columns(s, c)[:count]):
            self.write(s, position, column + c + turn, last, value)


@dataclass(frozen=True, slots=True)
class _Square:
    """As many rows of a tile in memory as a vector has lanes, from row `first` on."""

    held: Buf
    first: int
    lanes: int
    stride: int

    def columns(self, s: Stage, c: Expr) -> list[Expr]:
        """The columns from `c` on."""
        k, lanes = s.k, self.lanes
        places = (c + (self.first + r) * self.stride for r in range(lanes))
        rows = [k.let(k.load(self.held, at, lanes), "row") for at in places]
        return transposed(rows, lambda x: k.let(x, "mixed"))


def can_write_vectors(s: Stage, write: Write, dtype: DType, batch: int, lanes: int) -> bool:
    """Whether `write` takes vectors of this many lanes."""
    if lanes == 1:
        return False
    trial = Stage(s.lowering, s.node, s.epilogue)

    def variable(name: str) -> Var:
        return Var(name, INDEX, 1, (0, None))

    position = tuple(variable(f"batch{i}") for i in range(batch))
    value = Var("value", dtype, lanes)
    try:
        write(trial, position, variable("row"), Ramp(variable("column"), lanes), value)
    except CannotVectorizeError:
        return False
    return has_wide_vectors(trial.k.finish())
