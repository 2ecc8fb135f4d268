"""Recurrent layers: the input's share as one matrix product, then step after step.

A step multiplies the state by packed recurrent weights, a panel of hidden units with all its gates
at a time, and computes the new state of these units from the sums while they are at hand. States
are kept twice, as a step reads all of the old one. Rows of everything are padded to whole panels.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hodu.dtypes import DType
from hodu.kernel.algebra import constant
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import INDEX, Expr, Ramp, index, select
from hodu.lower import status
from hodu.lower.gemm.choose import splits_for
from hodu.lower.gemm.contract import collapse_rows, contract
from hodu.lower.gemm.gates import GatePanels, Units, pack_gates
from hodu.lower.gemm.operands import Matrices, accumulator
from hodu.lower.gemm.product import Sizes
from hodu.lower.gemm.tile import Panel, Rows, Sums, Tile, accumulate
from hodu.lower.index import ZERO, Index
from hodu.lower.layers.ahead import Ahead, block_of, parts_of, suits
from hodu.lower.limits import beyond_limit
from hodu.lower.moving.affine import View, view_of
from hodu.lower.program import Place
from hodu.lower.stage import Stage

_VECTORS = 8  # of a panel, about
_ACCUMULATORS = 24  # of a tile of a step, on a processor with 32 registers


Body = Callable[[Expr, Expr, list[Expr]], None]
"""(row of the batch, place in a padded row of units, the sum of each gate)."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One vector of hidden units of one row of the batch in one step.

    `at` is where it lies in a padded row of units, `row` which row of the batch it is, `live`
    whether the sequence still runs (None where all have the same length).
    """

    row: Expr
    at: Expr
    live: Expr | None
    old: Expr
    new: Expr
    given: Expr


class Layer:
    """What the kinds of layers share; `gates` is the number of gates."""

    def __init__(
        self,
        s: Stage,
        gates: int,
        states: int,
        numbers: Sequence[int],
        *,
        biases: Sequence[int] = (3,),
        at_once: bool = True,
    ) -> None:
        """`numbers` are the inputs that hold the first states, then the one with lengths.

        `biases` are those to be added to the input's share. `at_once` says that one product of a
        step has all gates.
        """
        self.s, self.gates = s, gates
        self.steps, self.batch, self.hidden = _sizes(s)
        self.dtype: DType = accumulator(s.type(0).dtype)
        *self.starts, self.lengths = numbers
        can_be_ahead = at_once and not s.has(self.lengths) and suits(s, gates, self.dtype)
        self.units = self._units(_VECTORS // 2 if can_be_ahead else _VECTORS)
        assert len(self.starts) == states
        self.biases = [number for number in biases if s.has(number)]
        self.reverse = bool(s.attrs.get("reverse"))
        count = 2 * self.batch * self.units.padded
        self.state_places = [self._arena("state", count) for _ in range(states)]
        self.given: Place
        self.ahead = self._ahead() if can_be_ahead else None
        if self.ahead is None:
            rows = self.steps * self.batch
            self.given = self._arena("given", rows * gates * self.units.padded)
            self._give()

    def _units(self, vectors: int) -> Units:
        most = self.s.target.lanes(self.dtype.bits)
        lanes = min(most, 1 << max(self.hidden - 1, 0).bit_length())
        wanted = max(1, min(vectors // self.gates, -(-self.hidden // lanes)))
        return Units(self.hidden, lanes, wanted if self.s.target.vector_registers > 16 else 1)

    def _arena(self, name: str, size: int, dtype: DType | None = None) -> Place:
        return Place(self.s.lowering.new_slot(name, dtype or self.dtype, size, "arena"))

    # -- before the first step ------------------------------------------------------------------

    def _ahead(self) -> Ahead:
        """The input's share a block of steps ahead."""
        parts = parts_of(self.gates * self.units.vectors)
        panels = pack_gates(self.s, 1, range(self.gates), self.units, self.dtype, parts)
        block = block_of(panels, self.steps)
        size = self.gates * self.units.padded
        self.given = self._arena("given", 2 * block * size)
        partial = self._arena("partial", block * size)
        bias = self.padded_rows(self.biases, self.gates)
        x = view_of(self.s, 0)
        return Ahead(self.s, x, panels, self.given, partial, bias, self.steps, block, self.reverse)

    def _give(self) -> None:
        """The input's share of all steps: [steps * batch, gate, padded hidden]."""
        x, weight = view_of(self.s, 0), view_of(self.s, 1)
        zero = ZERO
        gate = weight.strides[0] * self.hidden
        a = Matrices(x.place, x.offset, (zero, x.strides[0]), x.strides[1], x.strides[2])
        data = self.s.data(1)
        if data is not None:
            data = data.reshape(self.gates, 1, self.hidden, -1)
        b = Matrices(
            weight.place, weight.offset, (gate, zero), weight.strides[0], weight.strides[1], data
        )
        numbers = (self.gates, self.steps)
        depth = self.s.in_extents(0)[2]
        batch = (index(numbers[0]), index(numbers[1]))
        sizes = Sizes(batch, index(self.batch), index(self.hidden), depth)
        contract(self.s, *collapse_rows(sizes, a, b), self._write_given)
        self.s.split(f"{self.s.node.op}_steps")

    def _write_given(self, s: Stage, position: Index, row: Expr, column: Expr, value: Expr) -> None:
        gate = position[0]
        whole = position[1] * self.batch + row if len(position) > 1 else row
        base, lanes = (column.base, column.lanes) if isinstance(column, Ramp) else (column, 1)
        at = (whole * self.gates + gate) * self.units.padded + base
        assert value.lanes == lanes
        for number in self.biases:
            value = value + s.read(number, (_shifted(column, gate * self.hidden),))
        s.k.store(s.param(self.given, "out", "given"), at, value)

    def padded_rows(self, numbers: Sequence[int], count: int) -> Buf | None:
        """The sum of inputs [count * hidden] with every part padded; None of no inputs."""
        views = [view_of(self.s, number) for number in numbers if self.s.has(number)]
        if not views:
            return None
        place = self._arena("padded", count * self.units.padded)
        stage = self.s.lowering.bare_stage("pad")
        self._pad(stage, place, views, (count, self.hidden))
        stage.finish()
        return self.s.param(place, "in")

    def _pad(
        self, stage: Stage, place: Place, views: Sequence[View], shape: tuple[int, int]
    ) -> None:
        """Store the sum of inputs in padded rows."""
        k = stage.k
        target = stage.param(place, "inout")
        with k.loops(list(map(index, shape))) as (i, n):
            values = [self._element(stage, view, i, n) for view in views]
            k.store(target, i * self.units.padded + n, functools.reduce(operator.add, values))
        with k.loops([index(shape[0]), index(self.units.padded - shape[1])]) as (i, n):
            k.store(target, i * self.units.padded + n + shape[1], constant(0, self.dtype))

    def _element(self, stage: Stage, view: View, row: Expr, column: Expr) -> Expr:
        """An element of an input, of which a flat one has rows of hidden units."""
        stride = view.strides[-1]
        first = view.strides[0] if len(view.strides) > 1 else stride * self.hidden
        source = stage.param(view.place, "in")
        value = stage.k.load(source, view.offset + row * first + column * stride)
        return value.cast(self.dtype)

    def begin(self) -> list[Buf]:
        """Check the lengths and set the first states; the memory of the states."""
        s = self.s
        if s.has(self.lengths):
            self._check_lengths()
        if self.ahead is not None:
            self.ahead.begin()
        for number, place in zip(self.starts, self.state_places, strict=True):
            self._pad(s, place, [view_of(s, number)], (self.batch, self.hidden))
        return [s.param(place, "inout", "state") for place in self.state_places]

    def _check_lengths(self) -> None:
        with self.s.k.loop(self.batch, name="b") as b:
            length = self.s.k.let(self._length(b), "length")
            self.s.fail(
                (length < 0) | (length > self.steps),
                status.INDEX,
                f"lengths holds {{0}}, the sequences have {self.steps} steps",
                length,
                hint=f"lengths must lie in [0, {self.steps}]",
            )

    def _length(self, row: Expr) -> Expr:
        return self.s.read(self.lengths, (row,)).cast(INDEX)

    # -- steps ----------------------------------------------------------------------------------

    def products(
        self,
        panels: GatePanels,
        state: Buf,
        start: Expr,
        step: Expr,
        body: Body,
    ) -> None:
        """Multiply a state by weights; `body(row, at, sums by gate)` for each vector of units.

        Every other step goes through the panels backward: it begins with what the one before has
        left in the caches.
        """
        buf = self.s.param(panels.place, "in", "gates")
        self.s.k.work += self.steps * self.batch * panels.gates * self.hidden * panels.depth
        vectors = panels.gates * self.units.vectors
        rows = max(1, min(self.batch, _ACCUMULATORS // vectors))
        if self.s.target.vector_registers <= 16:
            rows = max(1, min(self.batch, 12 // vectors))
        whole = self.batch // rows * rows
        panels_of = self.s.k.loop(
            self.units.panels, kind="parallel", name="panel", backward=(step % 2).ne(0)
        )
        with panels_of as panel:
            for count, lo, hi in ((rows, 0, whole), (self.batch - whole, whole, self.batch)):
                if count:
                    with self.s.k.loop(hi, lo, step=count, name="b") as b:
                        self._tile(panels, buf, state, start, step, panel, b, count, body)

    def _tile(
        self, panels: GatePanels, buf: Buf, state: Buf, start: Expr, step: Expr, panel: Expr,
        b: Expr, rows: int, body: Body,
    ) -> None:  # fmt: skip
        k, units = self.s.k, self.units
        vectors = panels.gates * units.vectors
        tile = Tile(rows, vectors, units.lanes, splits_for(rows * vectors))
        left = k.let(start + b * units.padded, "left")
        right = k.let(panel * panels.panel, "right")
        a, weights = Rows(state, left, units.padded), Panel(buf, right, panels.stride)
        held = k.local("shares", self.dtype, rows * tile.columns)
        if self.ahead is not None:
            self.ahead.accumulate(step, panel, a, weights, self.hidden, held)
        else:
            sums = Sums(k, tile, self.dtype)
            accumulate(k, sums, a, weights, self.hidden)
            sums.store(held, ZERO, tile.columns)
        with k.loop(rows, name="r") as r, k.loop(units.vectors, name="u") as u:
            shares = [
                k.let(
                    k.load(held, r * tile.columns + g * units.width + u * units.lanes, units.lanes),
                    "share",
                )
                for g in range(panels.gates)
            ]
            body(b + r, panel * units.width + u * units.lanes, shares)

    def spot(self, step: Expr, row: Expr, at: Expr) -> Spot:
        """Where things lie for one vector of units in a step."""
        padded, size = self.units.padded, self.batch * self.units.padded
        live = (step < self._length(row)) if self.s.has(self.lengths) else None
        old = step % 2 * size + row * padded + at
        new = (step + 1) % 2 * size + row * padded + at
        time = self._time(step, row, live)
        first = (time * self.batch + row) * self.gates * padded
        given = at + (first if self.ahead is None else self.ahead.at(step))
        k = self.s.k
        return Spot(row, at, live, k.let(old, "old"), k.let(new, "new"), k.let(given, "given_at"))

    def _time(self, step: Expr, row: Expr, live: Expr | None) -> Expr:
        """Which element of the sequence a step reads, and writes."""
        if not self.reverse:
            return step
        if live is None:
            return self.steps - 1 - step
        return select(live, self._length(row) - 1 - step, step)

    def share(self, spot: Spot, gate: int) -> Expr:
        """The input's share of a gate."""
        given = self.s.param(self.given, "in" if self.ahead is None else "inout", "given")
        at = spot.given + gate * self.units.padded
        return self.s.k.let(self.s.k.load(given, at, self.units.lanes), "x")

    def load(self, buf: Buf, at: Expr) -> Expr:
        """A vector of units."""
        return self.s.k.let(self.s.k.load(buf, at, self.units.lanes), "v")

    def update(self, states: Sequence[Buf], new: Sequence[Expr], spot: Spot) -> None:
        """Store the new state of a vector of units; a sequence that has ended keeps the old."""
        k = self.s.k
        for buf, value in zip(states, new, strict=True):
            kept = (
                value if spot.live is None else select(spot.live, value, self.load(buf, spot.old))
            )
            k.store(buf, spot.new, kept)

    # -- results --------------------------------------------------------------------------------

    def output(self, step: Expr, state: Buf) -> None:
        """Store what a step gives: the state, or 0 where the sequence has ended."""
        k, size = self.s.k, self.batch * self.units.padded
        with k.loop(self.batch, name="b") as b:
            live = (step < self._length(b)) if self.s.has(self.lengths) else None
            time = k.let(self._time(step, b, live), "time")
            base = k.let((step + 1) % 2 * size + b * self.units.padded, "row")
            lanes = self.units.lanes
            whole = self.hidden // lanes * lanes
            for width, lo, hi in ((lanes, 0, whole), (1, whole, self.hidden)):
                with k.loop(hi, lo, step=width, name="n") as n:
                    value = k.load(state, base + n, width)
                    value = value if live is None else select(live, value, 0.0)
                    last = n if width == 1 else Ramp(n, width)
                    self.s.write((time, b, last), value)

    def end(self, states: Sequence[Buf]) -> None:
        """Store the last states."""
        start = self.steps % 2 * self.batch * self.units.padded
        with self.s.k.loops([index(self.batch), index(self.hidden)]) as (b, n):
            for number, state in enumerate(states, 1):
                at = b * self.units.padded + n + start
                self.s.write((b, n), self.s.k.load(state, at), number)


def _shifted(column: Expr, by: Expr) -> Expr:
    if isinstance(column, Ramp):
        return Ramp(column.base + by, column.lanes)
    return column + by


def _sizes(s: Stage) -> tuple[int, int, int]:
    dims = (*s.type(0).shape[:2], s.type(2).shape[1])
    if not all(isinstance(d, int) for d in dims):
        raise beyond_limit(s.node, f"steps, batch and hidden size {dims}")
    steps, batch, hidden = (int(d) for d in dims if isinstance(d, int))
    return steps, batch, hidden
