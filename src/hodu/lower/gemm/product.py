"""The loops around the micro-kernel: blocks of rows, panels and depth, in parallel parts.

After K. Goto and R. van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008, with
the packed right operand in the second cache and a tile of rows in the first. Parts and the order of
every sum depend on sizes alone, so that results do not depend on the number of threads.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from hodu.dtypes import DType
from hodu.kernel.expr import Const, Expr, index
from hodu.kernel.narrow import stored
from hodu.lower.gemm import choose
from hodu.lower.gemm.finish import Across, Finish
from hodu.lower.gemm.lefts import Lefts
from hodu.lower.gemm.operands import Matrices, Panels, padded
from hodu.lower.gemm.tile import Panel, Rows, Sums, Tile, accumulate
from hodu.lower.index import Extents, Index, product, unflat
from hodu.lower.program import Place
from hodu.lower.stage import Stage

_MOST_PARTS = 8  # along the panels, for threads
_ENOUGH_PARTS = 4  # along the rows: threads need none along the panels, each of which copies rows


@dataclass(frozen=True, slots=True)
class Sizes:
    """The extents of a batched product."""

    batch: Extents
    rows: Expr
    columns: Expr
    depth: Expr


def known(x: Expr) -> int | None:
    """The number that a size is, if it is known."""
    return int(x.value) if isinstance(x, Const) else None


class Blocked:
    """A product in tiles, of rows as they lie and columns as they lie or packed."""

    def __init__(
        self,
        s: Stage,
        sizes: Sizes,
        a: Matrices,
        b: Matrices | Panels,
        blocking: choose.Blocking,
        finish: Finish | Across,
        turned: bool = False,
    ) -> None:
        self.turned = turned
        self.s, self.k, self.sizes, self.finish = s, s.k, sizes, finish
        self.blocking, self.tile = blocking, blocking.tile
        columns = known(sizes.columns)
        assert columns is not None, "the columns of a blocked product are known"
        self.columns = columns
        self.a, self.b = a, b
        self.dtype: DType = finish.dtype
        self.depth_block = self._depth_block()
        self.blocks = self._count(sizes.depth, self.depth_block)
        self.partial = self._partial()
        depth = self.depth_block or known(sizes.depth) if self.tile.word == 1 else None
        is_reused = columns > 2 * self.tile.columns
        self.lefts = Lefts(s, a, s.param(a.place, "in"), self.dtype, depth, is_reused)
        self.rights = s.param(b.place, "in")

    def _depth_block(self) -> int | None:
        depth = known(self.sizes.depth)
        if depth is None or self.s.target.is_bare or known(self.sizes.rows) is None:
            return None
        parts = self.blocking.depth_parts
        block = choose.depth_block(self.s.target, self.tile, depth, self.dtype.itemsize, parts)
        rows = known(self.sizes.rows)
        return None if block >= depth or (rows or 0) <= self.tile.rows else block

    @staticmethod
    def _count(size: Expr, block: int | None) -> int:
        return 1 if block is None else -(-(known(size) or 0) // block)

    def _partial(self) -> Place | None:
        """Memory for the sums between blocks of depth, tile after tile."""
        if self.blocks == 1:
            return None
        count = known(product(self.sizes.batch) * self.sizes.rows)
        size = (count or 0) * padded(self.columns, self.tile)
        return Place(self.s.lowering.new_slot("sums", self.dtype, size, "arena"))

    # -- parts ----------------------------------------------------------------------------------

    def emit(self) -> None:
        """Write the whole product."""
        tiles, panels = self._tiles(), self.columns // self.tile.columns
        many = known(tiles)
        at_once = 1 if many is None else max(1, choose.row_blocks(self.s.target, many))
        self.rows_at_once = -(-at_once // self.blocking.row_parts)
        row_parts = (tiles + (self.rows_at_once - 1)) // self.rows_at_once
        wide = self.lefts.are_copied(self.tile.rows) and (known(row_parts) or 0) >= _ENOUGH_PARTS
        at_once = choose.panel_block(
            self.s.target, panels, self._panel_bytes(), self._work(), 1 if wide else _MOST_PARTS
        )
        self.panels_at_once = -(-at_once // self.blocking.panel_parts)
        if many is None:
            row_parts = row_parts.max(1)
        elif many == 0:
            row_parts = index(1)
        column_parts = max(1, -(-panels // self.panels_at_once))
        self.s.k.work += (known(product(self.sizes.batch)) or 1) * self._work() * self.tile.word
        parts = (product(self.sizes.batch), index(column_parts), row_parts)
        with self.k.loop(product(parts), kind="parallel", name="part") as part:
            batch, column_part, row_part = unflat(part, parts)
            self._part(
                unflat(batch, self.sizes.batch),
                batch,
                _Range(column_part, self.panels_at_once, panels, column_parts),
                _Range(row_part, self.rows_at_once, tiles, row_parts),
            )

    def _tiles(self) -> Expr:
        return self.sizes.rows // self.tile.rows

    def _panel_bytes(self) -> int:
        depth = self.depth_block or known(self.sizes.depth) or 1
        element = stored(self.rights.dtype).itemsize * self.tile.word
        return max(1, depth * self.tile.columns * element)

    def _work(self) -> int:
        rows, depth = known(self.sizes.rows), known(self.sizes.depth)
        if rows is None or depth is None:
            return 1 << 30
        return rows * depth * self.columns

    def _part(self, position: Index, batch: Expr, columns: _Range, rows: _Range) -> None:
        self.position, self.batch = position, batch
        self.a_at = self.k.let(self.a.start(position), "left")
        self.b_at = self.k.let(self.b.start(position), "right")
        with self.k.loop(self.blocks, name="block") as block:
            self.block = block
            self.first = block * (self.depth_block or 0)
            self.depth = self._this_depth()
            with rows.loop(self) as tile:
                self._row_tile(self.tile.rows, tile * self.tile.rows, columns)
            with rows.last(self):
                self._last_rows(columns)

    def _this_depth(self) -> Expr:
        if self.depth_block is None:
            return self.sizes.depth
        return self.k.let((self.sizes.depth - self.first).min(self.depth_block), "depth")

    def _last_rows(self, columns: _Range) -> None:
        """The rows that make no whole tile: a smaller one, or one by one if not counted."""
        rest = known(self.sizes.rows % self.tile.rows)
        start = self.sizes.rows // self.tile.rows * self.tile.rows
        if rest is None:
            with self.k.loop(self.sizes.rows, start, name="row") as row:
                self._row_tile(1, row, columns)
        elif rest:
            self._row_tile(rest, start, columns)

    def _row_tile(self, rows: int, row: Expr, columns: _Range) -> None:
        at = self.k.let(self.a_at + row * self.a.stride + self.first * self.a.step, "at")
        lefts = replace(self.lefts.read(rows, at, self.depth), turned=self.turned)
        with columns.loop(self) as panel:
            self._tile(rows, lefts, self.tile, row, panel * self.tile.columns, self.tile.columns)
        with columns.last(self):
            start = self.columns // self.tile.columns * self.tile.columns
            packed = isinstance(self.b, Panels)
            for tile, offset, count in last_tiles(self.tile, self.columns - start, packed):
                self._tile(rows, lefts, tile, row, index(start + offset), count)

    # -- a tile ---------------------------------------------------------------------------------

    def _rights(self, column: Expr, tile: Tile) -> Panel:
        b = self.b
        if isinstance(b, Panels):
            panel = b.read(self.rights, self.b_at + b.panel(column), self.first, tile)
            return replace(panel, at=self.k.let(panel.at, "panel"))
        at = self.b_at + column * b.stride + self.first * b.step
        return Panel(self.rights, self.k.let(at, "panel"), b.step, b.stride)

    def _tile(
        self, rows: int, lefts: Rows, like: Tile, row: Expr, column: Expr, columns: int
    ) -> None:
        k, splits = self.k, choose.splits_for(rows * like.vectors)
        tile = replace(like, rows=rows, splits=splits)
        sums = Sums(k, tile, self.dtype)
        if self.partial is None:
            accumulate(k, sums, lefts, self._rights(column, tile), self.depth)
            self.finish.tile(self.s, sums, self.position, row, column, columns)
            return
        held = self.s.param(self.partial, "inout", "sums")
        first = (self.batch * self.sizes.rows + row) * padded(self.columns, self.tile)
        at = k.let(first + column * rows, "held")
        with k.when(self.block > 0):
            sums.load(held, at, tile.columns)
        accumulate(k, sums, lefts, self._rights(column, tile), self.depth)
        with k.when(self.block < self.blocks - 1):
            sums.store(held, at, tile.columns)
        with k.otherwise():
            self.finish.tile(self.s, sums, self.position, row, column, columns)


def last_tiles(tile: Tile, rest: int, packed: bool) -> Iterator[tuple[Tile, int, int]]:
    """Tiles for the columns that make no whole one: (tile, first column, columns stored).

    Packed ones are padded to whole vectors; others take narrower and narrower vectors.
    """
    if packed and rest:
        yield replace(tile, vectors=-(-rest // tile.lanes)), 0, rest
        return
    start, lanes = 0, tile.lanes
    while start < rest:
        vectors = (rest - start) // lanes
        if vectors:
            yield replace(tile, vectors=vectors, lanes=lanes), start, vectors * lanes
            start += vectors * lanes
        lanes //= 2


@dataclass(frozen=True, slots=True)
class _Range:
    """The tiles or panels of one part: `size` from the `part`th multiple on, of `total`."""

    part: Expr
    size: int
    total: int | Expr
    parts: int | Expr

    @contextmanager
    def loop(self, product: Blocked) -> Iterator[Expr]:
        """A loop over the whole tiles of the part."""
        start = self.part * self.size
        total = index(self.total)
        with product.k.loop((start + self.size).min(total), start, name="tile") as tile:
            yield tile

    @contextmanager
    def last(self, product: Blocked) -> Iterator[None]:
        """What only the last part does."""
        with product.k.when(self.part.eq(index(self.parts) - 1)):
            yield
