"""Indices in data: checked against the axis they pick from, as eager code does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hodu.dims import Dim
from hodu.kernel.expr import INDEX, Expr, select
from hodu.lower.point import Point, scalar_part
from hodu.lower.status import INDEX as OUT_OF_RANGE

if TYPE_CHECKING:
    from hodu.lower.stage import Stage


def checked_index(c: Point | Stage, found: Expr, axis: int, size: Dim, *, wrap: bool) -> Expr:
    """An element of an index tensor as a position along `axis`; negatives count back with `wrap`.

    Leaves with an error for one that is out of range, in the words of `in_range`.
    """
    at = c.k.let(scalar_part(found).cast(INDEX), "at")
    extent = c.extent(size)
    # What is too large for a position comes out of the cast as a negative number.
    low = -extent if wrap and found.dtype.is_signed else extent - extent
    c.fail(
        (at < low) | (at >= extent),
        OUT_OF_RANGE,
        f"index {{0}} is out of range for axis {axis} of size {{1}}",
        at,
        extent,
        hint=_allowed(size, wrap=wrap),
    )
    inside = select(at < 0, at + extent, at) if wrap else at
    return c.k.let(inside, "at", (0, size - 1 if isinstance(size, int) and size else None))


def _allowed(size: Dim, *, wrap: bool) -> str:
    if size == 0:
        return "that axis is empty"
    return f"it must lie in [{-size if wrap else 0}, {size - 1}]"
