"""The order of dimensions, and of the elements along them."""

from __future__ import annotations

from hodu.kernel.expr import Expr, select
from hodu.lower.index import Index
from hodu.lower.point import Point, scalar_part
from hodu.lower.rules import reading


@reading("permute", view=True)
def permute(c: Point, position: Index) -> Expr:
    """The dimensions in another order."""
    rank = len(position)
    source = dict(zip((d % rank for d in c.attrs["dims"]), position, strict=True))
    return c.read(0, tuple(source[axis] for axis in range(rank)))


@reading("flip", view=True)
def flip(c: Point, position: Index) -> Expr:
    """The elements in reverse order along dimensions."""
    at, extents = list(position), c.extents()
    for axis in {d % len(at) for d in c.attrs["dims"] if at}:
        at[axis] = extents[axis] - 1 - scalar_part(at[axis])
    return c.read(0, tuple(at))


@reading("roll", view=True)
def roll(c: Point, position: Index) -> Expr:
    """The elements moved along dimensions; those that leave enter at the front."""
    at = list(position)
    for shift, dim in zip(c.attrs["shifts"], c.attrs["dims"], strict=True):
        size = c.type().shape[dim]
        if size != 0 and shift != 0:
            at[dim] = _rolled(c, scalar_part(at[dim]), c.extent(shift), c.extent(size))
    return c.read(0, tuple(at))


def _rolled(c: Point, at: Expr, shift: Expr, size: Expr) -> Expr:
    """Where the element at `at` was; remainders of the IR are those of non-negative numbers."""
    lag = select(shift < 0, size - 1 - (-1 - shift) % size, shift % size)
    back = at - lag
    return c.k.let(select(back < 0, back + size, back), "back", (0, None))
