"""Interpolation in blocks of channels: all taps of a pixel at once, a vector of channels each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from hodu.dtypes import f32
from hodu.kernel.algebra import broadcast
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import INDEX, Expr
from hodu.lower.blocks.rules import (
    NotBlockedError,
    bare,
    blocked,
    is_in_blocks,
    is_planar,
    over_blocks,
    reads_blocks,
)
from hodu.lower.groups import Group
from hodu.lower.index import Index
from hodu.lower.moving.resized import Line, resized_axes
from hodu.lower.stage import Stage
from hodu.shapes import static_shape

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering

_MOST_TAPS = 4  # with more, one axis after another is faster


@blocked("resize")
def lower_resize(lowering: Lowering, group: Group) -> None:
    """Resized spatial axes of few taps."""
    node, value, root = group.node, group.node.inputs[0], group.node.outputs[0]
    assert value is not None
    shape, size = static_shape(root.type.shape), static_shape(node.attrs["size"])
    given = static_shape(value.type.shape)
    if shape is None or size is None or given is None or not is_in_blocks(lowering, value):
        raise NotBlockedError
    lines = resized_axes(node.attrs, given, size)
    if (
        root.type.dtype is not f32
        or not is_planar(root)
        or group.epilogue
        or not reads_blocks(lowering, root)
    ):
        raise NotBlockedError
    if node.attrs["coordinates"] == "tf_crop_and_resize" or any(not _is_short(x) for x in lines):
        raise NotBlockedError
    lowering.forms.give_blocked(root, bare(lowering, shape))
    stage = Stage(lowering, node)
    _Resize(stage, lines).write(shape)
    stage.finish()


def _is_short(line: Line) -> bool:
    return line.axis >= 2 and line.positions.shape[1] <= _MOST_TAPS


class _Resize:
    """The kernel; tables say where each output of an axis looks and with what weights."""

    def __init__(self, s: Stage, lines: Sequence[Line]) -> None:
        self.s = s
        self.taps = {x.axis: x.positions.shape[1] for x in lines}
        self.positions = {x.axis: s.table(x.positions.astype(np.int64), "positions") for x in lines}
        self.weights = {
            x.axis: s.table(x.weights.astype(np.float32), "factors")
            for x in lines
            if x.weights is not None
        }

    def write(self, shape: tuple[int, ...]) -> None:
        """The loops over all pixels."""
        with over_blocks(self.s, shape, shape[2:]) as at:
            self.s.write(at, self._along(2, at, at))

    def _along(self, axis: int, at: Index, source: Index) -> Expr:
        """The taps of this axis and those after it combined."""
        if axis == len(at):
            return self.s.read(0, source)
        if axis not in self.taps:
            return self._along(axis + 1, at, source)
        count = self.taps[axis]
        terms = [self._tap(axis, at, source, at[axis] * count + t) for t in range(count)]
        total = terms[0]
        for term in terms[1:]:
            total = total + term
        return total

    def _tap(self, axis: int, at: Index, source: Index, number: Expr) -> Expr:
        k = self.s.k
        place = k.let(k.load(self.positions[axis], number).cast(INDEX), "picked")
        part = self._along(axis + 1, at, (*source[:axis], place, *source[axis + 1 :]))
        if axis not in self.weights:
            return part
        return part * broadcast(self._factor(self.weights[axis], number), part.lanes)

    def _factor(self, table: Buf, number: Expr) -> Expr:
        return self.s.k.let(self.s.k.load(table, number), "factor")
