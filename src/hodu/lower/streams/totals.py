"""Sums over all pixels, row by row."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from hodu.dtypes import f32
from hodu.kernel.algebra import constant
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import Expr, index, select
from hodu.lower.groups import Group
from hodu.lower.index import ZERO, constants
from hodu.lower.program import Place
from hodu.lower.stage import Stage
from hodu.lower.streams.layer import ROWS, Layer
from hodu.lower.streams.lines import store_everywhere

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering
    from hodu.snapshot.ir import Value


class Totals:
    """The sums of each channel so far, those of f32 with what rounding has lost of them.

    (W. Kahan, "Further remarks on reducing truncation errors", 1965.)
    """

    def __init__(self, lowering: Lowering, layer: Layer) -> None:
        self._lowering, self._layer, self._node = lowering, layer, layer.group.node
        value = self._node.inputs[0]
        assert value is not None
        self._shape = tuple(d.__index__() for d in value.type.shape)
        self._dtype = self._node.outputs[0].type.dtype
        self._is_real = self._dtype is f32
        size = self._shape[1] * (1 + self._is_real)
        self._place = Place(lowering.new_slot("totals", self._dtype, size, "arena"))
        store_everywhere(lowering, self._place, size, 0)

    def add_row(self, group: Group) -> None:
        """Add a kernel that adds what the group of the layer reads of a row."""
        s = Stage(self._lowering, group.node)
        sums = s.param(self._place, "inout", "sums")
        with s.k.loop(self._shape[1], name="channel") as channel:
            total = s.k.local("total", self._dtype, init=s.k.load(sums, channel))
            lost = None
            if self._is_real:
                lost = s.k.local("rest", f32, init=s.k.load(sums, channel + self._shape[1]))
            with s.k.loop(self._shape[-1], name="column") as column:
                x = s.read(0, (ZERO, channel, ZERO, column)).cast(self._dtype)
                _add(s, total, lost, x)
            s.k.store(sums, channel, s.k.load(total))
            if lost is not None:
                s.k.store(sums, channel + self._shape[1], s.k.load(lost))
        s.finish()

    def finish(self, places: Mapping[Value, Place]) -> None:
        """Add the kernel that stores the result."""
        group = self._layer.group
        result = group.root.outputs[0]
        self._lowering.give_memory(result, places.get(result))
        s = Stage(self._lowering, self._node, group.epilogue)
        sums = s.param(self._place, "in", "sums")
        ones = constants((0,) * (self._node.outputs[0].type.rank - ROWS))
        with s.k.loop(self._shape[1], name="channel") as channel:
            total: Expr = s.k.load(sums, channel)
            if self._node.op != "sum":
                total = total / constant(math.prod(self._shape[ROWS:]), self._dtype)
            s.write((index(0), channel, *ones), total)
        s.finish()


def _add(s: Stage, total: Buf, lost: Buf | None, x: Expr) -> None:
    k, before = s.k, s.k.load(total)
    if lost is None:
        k.store(total, 0, before + x)
        return
    missing = k.let(x + k.load(lost), "missing")
    before = k.let(before, "before")
    after = k.let(before + missing, "after")
    rest = k.let(missing - (after - before), "rest")
    k.store(lost, 0, select(rest.eq(rest), rest, 0.0))  # of an infinite sum it is NaN
    k.store(total, 0, after)
