"""Taking a tensor apart along a dimension."""

from __future__ import annotations

from hodu.dims import Dim
from hodu.kernel.expr import Expr
from hodu.lower.index import Index, shifted
from hodu.lower.point import Point
from hodu.lower.rules import reading


@reading("split", view=True)
def split(c: Point, position: Index) -> Expr:
    """A piece: the elements from where the pieces before it end."""
    at = list(position)
    start: Dim = 0
    for size in c.attrs["sizes"][: c.number]:
        start = start + size
    axis = c.attrs["dim"] % len(at)
    at[axis] = shifted(at[axis], c.extent(start))
    return c.read(0, tuple(at))
