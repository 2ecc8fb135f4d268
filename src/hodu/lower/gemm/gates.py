"""Recurrent weights in panels in which the gates of the same hidden units stand together.

    [panel, depth, gate, hidden unit]

So one tile holds everything that a step needs to compute the units of a panel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hodu.dtypes import DType
from hodu.kernel.algebra import constant
from hodu.kernel.expr import index
from hodu.lower.gemm.operands import packed_dtype
from hodu.lower.moving.affine import view_of
from hodu.lower.program import Place
from hodu.lower.stage import Stage


@dataclass(frozen=True, slots=True)
class Units:
    """Hidden units in panels of `vectors` vectors of `lanes`; `padded` is their number so far."""

    hidden: int
    lanes: int
    vectors: int

    @property
    def width(self) -> int:
        """The units of a panel."""
        return self.lanes * self.vectors

    @property
    def panels(self) -> int:
        """How many panels there are."""
        return -(-self.hidden // self.width)

    @property
    def padded(self) -> int:
        """The units of all panels."""
        return self.panels * self.width


@dataclass(frozen=True, slots=True)
class GatePanels:
    """Packed weights of some gates: [panel, part of its vectors, depth, gate and unit]."""

    place: Place
    gates: int
    units: Units
    depth: int
    parts: int = 1

    @property
    def vectors(self) -> int:
        """The vectors of a part."""
        return self.gates * self.units.vectors // self.parts

    @property
    def stride(self) -> int:
        """From one depth to the next."""
        return self.vectors * self.units.lanes

    @property
    def part(self) -> int:
        """From one part of a panel to the next."""
        return self.stride * self.depth

    @property
    def panel(self) -> int:
        """From one panel to the next."""
        return self.part * self.parts


def pack_gates(
    s: Stage, number: int, gates: range, units: Units, dtype: DType, parts: int = 1
) -> GatePanels:
    """The rows of some gates of an input [gates * hidden, depth], packed now or at run time.

    `parts` divides the vectors of a panel.
    """
    data = s.data(number)
    if data is None:
        return _pack_at_run_time(s, number, gates, units, dtype, parts)
    kept = packed_dtype(s.type(number).dtype)
    hidden, depth = units.hidden, data.shape[1]
    rows = data[gates.start * hidden : gates.stop * hidden].astype(kept.numpy)
    wide = np.zeros((len(gates), units.padded, depth), kept.numpy)
    wide[:, :hidden] = rows.reshape(len(gates), hidden, depth)
    parted = wide.reshape(len(gates), units.panels, units.width, depth)
    width = units.width * len(gates) // parts
    columns = parted.transpose(1, 0, 2, 3).reshape(units.panels, parts, width, depth)
    place = s.lowering.new_constant("gates_packed", columns.transpose(0, 1, 3, 2))
    return GatePanels(place, len(gates), units, depth, parts)


def _pack_at_run_time(
    s: Stage, number: int, gates: range, units: Units, dtype: DType, parts: int
) -> GatePanels:
    view = view_of(s, number)
    depth = view.shape[1].__index__()
    size = units.padded * len(gates) * depth
    place = Place(s.lowering.new_slot("gates_packed", dtype, size, "arena"))
    packed = GatePanels(place, len(gates), units, depth, parts)
    stage = s.lowering.bare_stage("pack_gates")
    k, width = stage.k, units.width
    source, target = stage.param(view.place, "in"), stage.param(packed.place, "out")
    extents = (units.panels, parts, depth, packed.stride)
    with k.loops([index(n) for n in extents], kind="parallel") as (panel, part, d, column):
        to = panel * packed.panel + part * packed.part + d * packed.stride + column
        own = part * packed.stride + column
        gate, lane = own // width, own % width
        unit = panel * width + lane
        row = (gate + gates.start) * units.hidden + unit
        at = view.offset + row * view.strides[0] + d * view.strides[1]
        with k.when(unit < units.hidden):
            k.store(target, to, k.load(source, at).cast(dtype))
        if units.padded > units.hidden:
            with k.when(unit >= units.hidden):
                k.store(target, to, constant(0, dtype))
    stage.finish()
    return packed
