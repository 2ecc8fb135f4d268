"""Choosing elements by what is in the data: counting them, visiting them, taking them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

from hodu.kernel.buffer import Buf
from hodu.kernel.expr import INDEX, Expr
from hodu.lower.index import Extents, Index, unflat
from hodu.shapes import Shape, broadcast_shapes

if TYPE_CHECKING:
    from hodu.lower.stage import Stage

Capacity: TypeAlias = "Callable[[Shape], tuple[int, ...]]"


def most_elements(capacity: Capacity, *shapes: Shape) -> int:
    """The most elements that the broadcast of some shapes can have."""
    return math.prod(capacity(broadcast_shapes(*shapes)))


def count_where(s: Stage, extents: Extents, holds: Callable[[Index], Expr]) -> Expr:
    """How many positions of a shape satisfy a condition."""
    count = s.k.local("count", INDEX, init=0)
    with s.k.loops(extents) as at:
        s.k.store(count, 0, s.k.load(count) + holds(at).cast(INDEX))
    return s.k.load(count)


@contextmanager
def each_where(
    s: Stage, extents: Extents, holds: Callable[[Index], Expr]
) -> Iterator[tuple[Index, Expr]]:
    """A loop over the positions that satisfy a condition, and their number from 0 up."""
    number = s.k.local("number", INDEX, init=0)
    with s.k.loops(extents) as at, s.k.when(holds(at)):
        yield at, s.k.load(number)
        s.k.store(number, 0, s.k.load(number) + 1)


def take_along(s: Stage, number: int, found: Buf, axis: int, *, is_flat: bool = False) -> None:
    """Write, for each position along `axis` of the result, the part of an input that `found` names.

    `is_flat` says that it names elements of the flattened input.
    """
    with s.k.loops(s.out_extents()) as at:
        i = s.k.let(s.k.load(found, at[axis]).cast(INDEX), "i", (0, None))
        source = unflat(i, s.in_extents(number)) if is_flat else (*at[:axis], i, *at[axis + 1 :])
        s.write(at, s.read(number, source))
