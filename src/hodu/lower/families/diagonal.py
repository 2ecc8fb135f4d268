"""Diagonals of matrices, and matrices of diagonals."""

from __future__ import annotations

from hodu.kernel.expr import Expr
from hodu.lower.guard import read_where
from hodu.lower.index import Index
from hodu.lower.point import Point, scalar_part
from hodu.lower.rules import reading


@reading("diagonal", view=True)
def diagonal(c: Point, position: Index) -> Expr:
    """A diagonal of the plane of two dimensions, as the last dimension."""
    rank = c.type().rank
    a, b = c.attrs["dim1"] % rank, c.attrs["dim2"] % rank
    offset, along = c.attrs["offset"], scalar_part(position[-1])
    rest = iter(position[:-1])
    own = {a: along + max(-offset, 0), b: along + max(offset, 0)}
    return c.read(0, tuple(own[i] if i in own else next(rest) for i in range(rank)))


@reading("diag_embed")
def diag_embed(c: Point, position: Index) -> Expr:
    """The last dimension on a diagonal of a plane, zeros elsewhere."""
    rank = len(position)
    a, b = c.attrs["dim1"] % rank, c.attrs["dim2"] % rank
    offset = c.attrs["offset"]
    row, column = scalar_part(position[a]), scalar_part(position[b])
    along = row - max(-offset, 0)
    on_it = (column - row).eq(offset) & (along >= 0) & (along < c.extents()[-1])
    rest = tuple(i for d, i in enumerate(position) if d not in (a, b))
    return read_where(c, on_it, (*rest, along), 0)
