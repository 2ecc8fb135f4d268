"""Overlapping views: windows along a dimension, and views by strides."""

from __future__ import annotations

from hodu.kernel.expr import Expr
from hodu.lower.index import Index, constants, dot, shifted, unflat
from hodu.lower.point import Point, scalar_part
from hodu.lower.rules import reading


@reading("unfold", view=True)
def unfold(c: Point, position: Index) -> Expr:
    """Windows along a dimension, as a new last one."""
    rank = c.type().rank
    if not rank:
        return c.read(0, ())
    axis = c.attrs["dimension"] % rank
    *at, within = position
    start = scalar_part(at[axis]) * c.attrs["step"]
    at[axis] = shifted(within, start)
    return c.read(0, tuple(at))


@reading("as_strided", view=True)
def as_strided(c: Point, position: Index) -> Expr:
    """The elements at the dot products of positions and strides in the row-major input."""
    at = dot([scalar_part(i) for i in position], constants(c.attrs["stride"]))
    return c.read(0, unflat(at + c.attrs["storage_offset"], c.extents()))
