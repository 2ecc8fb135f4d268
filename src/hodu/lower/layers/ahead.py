"""The input's share of later steps, computed while the recurrent weights of a step are read.

A step of one sequence multiplies a vector by a matrix and waits for memory; the input's share of
many steps is a product of matrices and waits for arithmetic. So one turn of a panel in `BLOCK` does
both: the panel's part of the step, and its units' share of the inputs of the next `BLOCK` steps.
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

BLOCK = 4  # steps; fewer read the input's weights more often, more overlap less


def suits(s: Stage, gates: int, dtype: DType) -> bool:
    """Whether the recurrent weights are read from beyond the first cache, for a single sequence."""
    steps, batch, _ = s.type(0).shape
    hidden = s.type(2).shape[1]
    assert isinstance(steps, int) and isinstance(hidden, int)
    weights = gates * hidden * hidden * dtype.itemsize
    return (
        batch == 1
        and steps >= 2 * BLOCK
        and s.type(0).dtype is dtype
        and s.target.vector_registers > 16
        and s.target.lanes(dtype.bits) > 1
        and weights > s.target.l1_bytes
    )


@dataclass(frozen=True, slots=True)
class Ahead:
    """The shares of two blocks of steps: [step of 2 * BLOCK, gate, padded hidden unit].

    `bias` is [gate, padded hidden unit].
    """

    s: Stage
    x: View
    panels: GatePanels
    shares: Place
    bias: Buf | None
    steps: int
    reverse: bool

    def begin(self) -> None:
        """Compute the shares of the first block."""
        units = self.panels.units
        with self.s.k.loop(units.panels, kind="parallel", name="panel") as panel:
            sums, rows, weights = self._product(index(0), panel)
            accumulate(self.s.k, sums, rows, weights, self.panels.depth)
            self._store(sums, index(0), panel)

    def accumulate(self, step: Expr, panel: Expr, a: Rows, b: Panel, depth: int, held: Buf) -> None:
        """Put a tile of a step's own product into `held`, with the next block's shares in turn."""
        k, units = self.s.k, self.panels.units
        tile = Tile(1, self.panels.gates * units.vectors, units.lanes)
        last = (self.steps - 1) // BLOCK * BLOCK
        with k.when((panel % BLOCK).eq(step % BLOCK) & (step < last)):
            first = k.let(((step // BLOCK + 1) * BLOCK).min(self.steps - BLOCK), "first")
            own = Sums(k, tile, a.buf.dtype)
            sums, rows, weights = self._product(first, panel)
            accumulate_both(k, (own, a, b, depth), (sums, rows, weights, self.panels.depth))
            self._store(sums, first, panel)
            own.store(held, index(0), tile.columns)
        with k.otherwise():
            own = Sums(k, tile, a.buf.dtype)
            accumulate(k, own, a, b, depth)
            own.store(held, index(0), tile.columns)

    def at(self, step: Expr) -> Expr:
        """Where the shares of a step begin."""
        return step % (2 * BLOCK) * (self.panels.gates * self.panels.units.padded)

    def _product(self, first: Expr, panel: Expr) -> tuple[Sums, Rows, Panel]:
        """The product of the inputs of a block of steps and a panel of weights.

        The last block ends with the sequence; what it has in common with the block before is
        computed again, with the same result.
        """
        k, x, units = self.s.k, self.x, self.panels.units
        time = self.steps - 1 - first if self.reverse else first
        at = k.let(x.offset + time * x.strides[0], "inputs")
        stride = index(0) - x.strides[0] if self.reverse else x.strides[0]
        right = k.let(panel * self.panels.panel, "weights")
        buf = self.s.param(self.panels.place, "in", "weights")
        sums = Sums(k, Tile(BLOCK, self.panels.gates * units.vectors, units.lanes), self._dtype)
        rows = Rows(self.s.param(x.place, "in", "x"), at, stride, x.strides[2])
        return sums, rows, Panel(buf, right, self.panels.stride)

    @property
    def _dtype(self) -> DType:
        return self.shares.slot.dtype

    def _store(self, sums: Sums, first: Expr, panel: Expr) -> None:
        k, units = self.s.k, self.panels.units
        shares = self.s.param(self.shares, "inout", "given")
        for row in range(BLOCK):
            start = k.let(self.at(first + row) + panel * units.width, "to")
            for vector in range(sums.tile.vectors):
                gate, unit = divmod(vector, units.vectors)
                at = gate * units.padded + unit * units.lanes
                value = sums.value(row, vector)
                if self.bias is not None:
                    value = value + k.load(self.bias, panel * units.width + at, units.lanes)
                k.store(shares, start + at, value)
