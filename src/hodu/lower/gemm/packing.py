"""The kernel that copies a right operand, known only at run time, into panels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hodu.kernel.algebra import constant
from hodu.kernel.expr import Const, Expr, index
from hodu.kernel.intrinsics import transposed
from hodu.lower.gemm.operands import Matrices, Panels, accumulator, is_zero, padded
from hodu.lower.gemm.tile import Tile
from hodu.lower.index import ZERO, Extents, product, unflat
from hodu.lower.program import Place

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering

_AT_ONCE = 4  # columns that are packed together: their lines fit one set of the first cache


def pack_at_run_time(
    lowering: Lowering, b: Matrices, batch: Extents, depth: Expr, columns: int, tile: Tile
) -> Panels:
    """A right operand in panels in scratch, filled by a kernel before this one."""
    dtype = accumulator(b.dtype)
    heads = tuple(index(1) if is_zero(t) else e for e, t in zip(batch, b.batch, strict=True))
    size = depth * padded(columns, tile)
    count = product(heads) * size
    assert isinstance(count, Const), "only sizes that are known are packed at run time"
    place = Place(lowering.new_slot("packed", dtype, int(count.value), "arena"))
    strides: list[Expr] = []
    step = size
    for head in reversed(heads):
        strides.append(step)
        step = step * head
    panels = Panels(
        place,
        tuple(ZERO if is_zero(t) else x for t, x in zip(b.batch, reversed(strides), strict=True)),
        depth,
        tile,
    )
    _Packing(lowering, b, panels, columns).write(heads)
    return panels


class _Packing:
    """Whole panels, and a last one with zeros."""

    def __init__(self, lowering: Lowering, b: Matrices, panels: Panels, columns: int) -> None:
        self.s = lowering.bare_stage("pack")
        self.k, self.b, self.panels, self.columns = self.s.k, b, panels, columns
        self.source = self.s.param(b.place, "in")
        self.target = self.s.param(panels.place, "out", "packed")
        self.lanes = panels.tile.lanes

    def write(self, heads: Extents) -> None:
        """Add the kernel, for all matrices."""
        k, b, panels, width = self.k, self.b, self.panels, self.panels.tile.columns
        whole, rest = divmod(self.columns, width)
        parts = whole + (1 if rest else 0)
        with k.loop(product(heads) * parts, kind="parallel", name="part") as part:
            *number, panel = unflat(part, (product(heads), index(parts)))
            position = unflat(number[0], heads)
            at = k.let(b.start(position) + panel * width * b.stride, "at")
            to = k.let(panels.start(position) + panels.panel(panel * width), "to")
            if whole:
                with k.when(panel < whole):
                    self._panel(at, to, width, width)
            if rest:
                with k.when(panel.eq(whole)):
                    self._panel(at, to, rest, padded(rest, panels.tile))
        self.s.finish()

    def _panel(self, at: Expr, to: Expr, count: int, total: int) -> None:
        """A panel of `total` columns, of which `count` are there: vectors as far as they go."""
        depth, is_wide = self.panels.depth, self.lanes > 1
        whole, done = count // self.lanes * self.lanes if is_wide else 0, index(0)
        if whole and self.b.stride == index(1):
            self._rows(at, to, whole, total)
            done = depth
        elif whole and self.b.step == index(1) and self._is_deep:
            done = depth // self.lanes * self.lanes
            self._squares(at, to, whole, total)
        self._elements(at, to, (0, whole), count, total, done)
        self._elements(at, to, (whole, total), count, total, index(0))

    @property
    def _is_deep(self) -> bool:
        depth = self.panels.depth
        return not isinstance(depth, Const) or depth.value >= self.lanes

    def _rows(self, at: Expr, to: Expr, whole: int, total: int) -> None:
        k = self.k
        with k.loop(self.panels.depth, name="d") as d:
            for n in range(0, whole, self.lanes):
                row = k.load(self.source, at + d * self.b.step + n, self.lanes)
                k.store(self.target, to + d * total + n, row.cast(self.target.dtype))

    def _squares(self, at: Expr, to: Expr, whole: int, total: int) -> None:
        """What lies along the depth is transposed in registers."""
        k, lanes = self.k, self.lanes
        end = self.panels.depth // lanes * lanes
        with (
            k.loop(whole, step=lanes, name="n") as n,
            k.loop(end, step=lanes, name="d") as d,
        ):
            start = k.let(at + n * self.b.stride + d, "start")
            places = (start + self.b.stride * turn for turn in range(lanes))
            rows = [k.load(self.source, place, lanes) for place in places]
            rows = [k.let(row.cast(self.target.dtype), "row") for row in rows]
            for turn, column in enumerate(transposed(rows, lambda x: k.let(x, "mixed"))):
                k.store(self.target, to + (d + turn) * total + n, column)

    def _elements(
        self, at: Expr, to: Expr, columns: tuple[int, int], count: int, total: int, done: Expr
    ) -> None:
        """Some columns from depth `done` on; those that are not there are zero."""
        k, dtype = self.k, self.target.dtype
        for first in range(*columns, _AT_ONCE):
            with k.loop(self.panels.depth, done, name="d") as d:
                for n in range(first, min(first + _AT_ONCE, columns[1])):
                    element: Expr = constant(0, dtype)
                    if n < count:
                        place = at + d * self.b.step + self.b.stride * n
                        element = k.load(self.source, place).cast(dtype)
                    k.store(self.target, to + d * total + n, element)
