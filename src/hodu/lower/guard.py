"""Elements that are there only under a condition."""

from __future__ import annotations

from hodu.dtypes import Number
from hodu.kernel.expr import Expr
from hodu.lower.index import Index
from hodu.lower.point import Point


def read_where(c: Point, condition: Expr, position: Index, otherwise: Number) -> Expr:
    """An element of the first input where `condition` holds, else a number.

    The position need not lie in the input where it does not hold: nothing is read there.
    """
    found = c.k.local("found", c.out, init=otherwise)
    with c.k.when(condition):
        c.k.store(found, 0, c.read(0, position))
    return c.k.load(found)
