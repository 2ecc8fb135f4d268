"""How tensors lie in memory."""

from __future__ import annotations

from dataclasses import dataclass

from hodu.kernel.algebra import is_number
from hodu.kernel.expr import Expr, Ramp
from hodu.lower.blocks.layout import Blocked
from hodu.lower.index import ZERO, Extents, Index, constants, dense_strides
from hodu.lower.point import CannotVectorizeError
from hodu.lower.program import Place
from hodu.shapes import Shape


@dataclass(frozen=True, slots=True)
class Storage:
    """A tensor of `shape` at a place: row-major, under `strides`, or in blocks of channels."""

    place: Place
    shape: Shape
    layout: Blocked | None = None
    strides: tuple[int, ...] | None = None

    def position(self, at: Index, extents: Extents) -> Expr:
        """The flat position of an element; of consecutive ones when one index is a Ramp."""
        if self.strides is not None:
            return strided_position(at, constants(self.strides))
        if self.layout is None:
            return strided_position(at, dense_strides(extents))
        sizes = [d.__index__() for d in self.shape]
        return self.layout.position(at, sizes)


def strided_position(at: Index, strides: tuple[Expr, ...]) -> Expr:
    """The flat position under strides; a Ramp stays one where its stride is 1.

    Raises CannotVectorizeError where the elements are not consecutive.
    """
    total: Expr = ZERO
    lanes = 0
    for i, stride in zip(at, strides, strict=True):
        if i.lanes > 1:
            if not isinstance(i, Ramp) or not is_number(stride, 1) or lanes:
                raise CannotVectorizeError("the elements are not consecutive")
            lanes, i = i.lanes, i.base
        total = total + i * stride
    return Ramp(total, lanes) if lanes else total
