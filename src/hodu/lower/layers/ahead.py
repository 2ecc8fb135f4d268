"""The input's share of later steps, computed while the recurrent weights of a step are read.

A step of one sequence multiplies a vector by a matrix and waits for memory; the input's share of
many steps is a product of matrices and waits for arithmetic. So each turn of a panel does both: the
panel's part of the step, and, of its units' share of the inputs of the next block of steps, what
one step of this block has to do. That is a part of the panel's vectors along a slice of the depth;
sums that are not complete lie in memory from slice to slice.
"""

from __future__ import annotations

from dataclasses import dataclass

from hodu.dtypes import DType
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import Expr, index
from hodu.lower.gemm.gates import GatePanels
from hodu.lower.gemm.tile import Panel, Rows, Sums, Tile, accumulate, accumulate_both
from hodu.lower.moving.affine import View
from hodu.lower.program import Place
from hodu.lower.stage import Stage

_LEAST_STEPS = 8
_ACCUMULATORS = 16  # of a block's shares; the step's own sums take a few registers more
_MOST_RATIO = 8
_LEAST_DEPTH = 32  # of a slice, for which its sums are loaded and stored


def suits(s: Stage, gates: int, dtype: DType) -> bool:
    """Whether the recurrent weights are read from beyond the first cache, for a single sequence."""
    steps, batch, _ = s.type(0).shape
    hidden = s.type(2).shape[1]
    assert isinstance(steps, int) and isinstance(hidden, int)
    weights = gates * hidden * hidden * dtype.itemsize
    return (
        batch == 1
        and steps >= _LEAST_STEPS
        and s.type(0).dtype is dtype
        and s.target.vector_registers > 16
        and s.target.lanes(dtype.bits) > 1
        and weights > s.target.l1_bytes
    )


def parts_of(vectors: int) -> int:
    """How many parts the vectors of a panel have: higher tiles read weights less often."""
    return 2 if vectors % 2 == 0 else 1


def block_of(panels: GatePanels, steps: int) -> int:
    """The steps of a block: as many for each part of a panel, two blocks at least."""
    most = min(_ACCUMULATORS // panels.vectors, steps // 2)
    return most // panels.parts * panels.parts


@dataclass(frozen=True, slots=True)
class Ahead:
    """The shares of two blocks of steps: [step of 2 * block, gate, padded hidden unit].

    `partial` are incomplete sums, [panel, part, step of a block, vector of the part]; `bias` is
    [gate, padded hidden unit].
    """

    s: Stage
    x: View
    panels: GatePanels
    shares: Place
    partial: Place
    bias: Buf | None
    steps: int
    block: int
    reverse: bool

    def begin(self) -> None:
        """Compute the shares of the first block."""
        k, units, depth = self.s.k, self.panels.units, self.panels.depth
        k.work += self.steps * self.panels.gates * units.hidden * depth
        extents = (units.panels, self.panels.parts)
        with k.loops(extents, kind="parallel", name="panel") as (panel, part):
            sums, rows, weights = self._product(index(0), panel, part, index(0))
            accumulate(k, sums, rows, weights, depth)
            self._store(sums, index(0), panel, part)

    def accumulate(self, step: Expr, panel: Expr, a: Rows, b: Panel, depth: int, held: Buf) -> None:
        """Put a tile of a step's own product into `held`; go on with the next block's shares."""
        k, units = self.s.k, self.panels.units
        tile = Tile(1, self.panels.gates * units.vectors, units.lanes)
        last = (self.steps - 1) // self.block * self.block
        used = self._slices * self.panels.parts
        with k.when((step < last) & (step % self.block < used)):
            own = Sums(k, tile, a.buf.dtype)
            self._go_on((own, a, b), depth, step, panel)
            own.store(held, index(0), tile.columns)
        with k.otherwise():
            own = Sums(k, tile, a.buf.dtype)
            accumulate(k, own, a, b, depth)
            own.store(held, index(0), tile.columns)

    @property
    def _slice_depth(self) -> int:
        """How deep a slice is; the last one may be less."""
        return max(_LEAST_DEPTH, -(-self.panels.depth // (self.block // self.panels.parts)))

    @property
    def _slices(self) -> int:
        """How many slices there are: steps of a block may be left over."""
        return max(1, -(-self.panels.depth // self._slice_depth))

    def _go_on(self, own: tuple[Sums, Rows, Panel], depth: int, step: Expr, panel: Expr) -> None:
        """A slice of the depth of a part of a panel's shares, in one loop with a step's product."""
        k, panels = self.s.k, self.panels
        size = self._slice_depth
        turn = k.let(step % self.block, "turn")
        part, slice_ = k.let(turn % panels.parts, "piece"), k.let(turn // panels.parts, "slice")
        first = k.let(((step // self.block + 1) * self.block).min(self.steps - self.block), "first")
        start = k.let((slice_ * size).min(panels.depth), "start")
        count = k.let((start + size).min(panels.depth) - start, "count")
        sums, rows, weights = self._product(first, panel, part, start)
        partial = self.s.param(self.partial, "inout", "partial")
        at = k.let((panel * panels.parts + part) * (self.block * sums.tile.columns), "partial_at")
        with k.when(slice_ > 0):
            sums.load(partial, at, sums.tile.columns)
        ratio = max(1, min(_MOST_RATIO, depth // size))
        accumulate_both(k, (*own, index(depth)), (sums, rows, weights, count), ratio)
        with k.when(slice_.eq(self._slices - 1)):
            self._store(sums, first, panel, part)
        with k.otherwise():
            sums.store(partial, at, sums.tile.columns)

    def at(self, step: Expr) -> Expr:
        """Where the shares of a step begin."""
        return step % (2 * self.block) * (self.panels.gates * self.panels.units.padded)

    def _product(
        self, first: Expr, panel: Expr, part: Expr, depth: Expr
    ) -> tuple[Sums, Rows, Panel]:
        """The product of the inputs of a block of steps and a part of a panel, from a depth on.

        The last block ends with the sequence; what it has in common with the block before is
        computed again, with the same result.
        """
        k, x, panels = self.s.k, self.x, self.panels
        time = self.steps - 1 - first if self.reverse else first
        at = k.let(x.offset + time * x.strides[0] + depth * x.strides[2], "inputs")
        stride = index(0) - x.strides[0] if self.reverse else x.strides[0]
        right = panel * panels.panel + part * panels.part + depth * panels.stride
        buf = self.s.param(panels.place, "in", "weights")
        sums = Sums(k, Tile(self.block, panels.vectors, panels.units.lanes), self._dtype)
        rows = Rows(self.s.param(x.place, "in", "x"), at, stride, x.strides[2])
        return sums, rows, Panel(buf, k.let(right, "weights"), panels.stride)

    @property
    def _dtype(self) -> DType:
        return self.shares.slot.dtype

    def _store(self, sums: Sums, first: Expr, panel: Expr, part: Expr) -> None:
        k, units = self.s.k, self.panels.units
        shares = self.s.param(self.shares, "inout", "given")
        for vector in range(sums.tile.vectors):
            number = part * sums.tile.vectors + vector
            gate, unit = number // units.vectors, number % units.vectors
            at = k.let(gate * units.padded + panel * units.width + unit * units.lanes, "unit")
            bias = None if self.bias is None else k.let(k.load(self.bias, at, units.lanes), "bias")
            for row in range(self.block):
                value = sums.value(row, vector)
                to = self.at(first + row) + at
                k.store(shares, to, value if bias is None else value + bias)
