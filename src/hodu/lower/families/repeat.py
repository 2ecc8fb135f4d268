"""A tensor repeated as a whole."""

from __future__ import annotations

from hodu.kernel.expr import Expr
from hodu.lower.index import Index, broadcast_index
from hodu.lower.point import Point, scalar_part
from hodu.lower.rules import reading


@reading("expand", view=True)
def expand(c: Point, position: Index) -> Expr:
    """Dimensions of size 1 repeated, new ones put in front."""
    return c.read(0, broadcast_index(position, c.type().shape))


@reading("repeat", view=True)
def repeat(c: Point, position: Index) -> Expr:
    """The tensor laid side by side with itself."""
    extents, repeats = c.extents(), c.attrs["repeats"]
    added = len(position) - len(extents)
    own = zip(position[added:], extents, repeats[added:], strict=True)
    return c.read(0, tuple(i if n == 1 else scalar_part(i) % extent for i, extent, n in own))
