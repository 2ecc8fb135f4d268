"""Slices repeated as often as the data says."""

from __future__ import annotations

from collections.abc import Callable

from hodu.dtypes import i64
from hodu.kernel.expr import INDEX, Expr
from hodu.lower import status
from hodu.lower.rules import finds_size, kernel
from hodu.lower.selection import Capacity, most_elements, take_along
from hodu.lower.stage import Stage
from hodu.ops._rules import axis_of
from hodu.snapshot.ir import Node

MOST_TIMES = 16
LEAST_ROOM = 1 << 16
"""Memory is taken for each slice so many times, or for so many elements if that is more."""


@finds_size("repeat_interleave")
def repeat_interleave_capacity(node: Node, capacity: Capacity) -> int:
    """As `MOST_TIMES` and `LEAST_ROOM` say: the repeats have no bound."""
    value = node.inputs[0]
    assert value is not None
    shape = value.type.shape
    axis = axis_of(node.attrs["dim"], len(shape))
    (size,) = capacity(shape[axis : axis + 1])
    rest = most_elements(capacity, (*shape[:axis], *shape[axis + 1 :]))
    return max(MOST_TIMES * size, LEAST_ROOM // max(rest, 1))


@kernel("repeat_interleave")
def repeat_interleave(s: Stage) -> None:
    """Each slice as many times in a row as `repeats` says; one entry is for all."""
    axis = axis_of(s.attrs["dim"], s.type(0).rank)
    size = s.in_extents(0)[axis]
    dim = s.out_type().shape[axis]

    def times(i: Expr) -> Expr:
        shape = s.type(1).shape
        at = () if not shape else (s.extent(0),) if shape[0] == 1 else (i,)
        return s.k.let(s.read(1, at).cast(INDEX), "times")

    total = s.k.local("total", INDEX, init=0)
    with s.k.loop(size) as i:
        text = "repeats has the negative entry {0}"
        s.fail(times(i) < 0, status.VALUE, text, times(i))
        s.k.store(total, 0, s.k.load(total) + times(i))
    _check_declared(s, s.k.load(total))
    s.store_size(dim, s.k.load(total), "give output_size, the size of the result")
    s.split("repeats")
    _repeat(s, axis, times)


def _check_declared(s: Stage, total: Expr) -> None:
    size = s.attrs["output_size"]
    if size is not None:
        given = s.extent(size)
        text = "output_size={0}, but repeats add up to {1}"
        s.fail(given.ne(total), status.VALUE, text, given, total)


def _repeat(s: Stage, axis: int, times: Callable[[Expr], Expr]) -> None:
    (most,) = s.lowering.sizes.capacity(s.out_type().shape[axis : axis + 1])
    found = s.scratch(i64, max(most, 1), "found")
    number = s.k.local("number", INDEX, init=0)
    with s.k.loop(s.in_extents(0)[axis]) as i, s.k.loop(times(i)):
        s.k.store(found, s.k.load(number), i.cast(i64))
        s.k.store(number, 0, s.k.load(number) + 1)
    take_along(s, 0, found, axis)
