"""Slices repeated as often as the data says."""

from __future__ import annotations

from hodu.kernel.expr import INDEX, Expr
from hodu.lower import status
from hodu.lower.index import broadcast_index, product
from hodu.lower.indexing.selection import Capacity, most_elements
from hodu.lower.rules import finds_size, kernel
from hodu.lower.stage import Stage
from hodu.ops._rules import axis_of
from hodu.snapshot.ir import Node

MOST_TIMES = 16
LEAST_ROOM = 1 << 16
"""Memory is taken for each slice so many times, or for so many elements if that is more."""
_ENDLESS = 1 << 40  # more repeats than any memory holds; sums of such numbers do not wrap around


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


@kernel("repeat_interleave", views=False)
def repeat_interleave(s: Stage) -> None:
    """Each slice as many times in a row as `repeats` says; one entry is for all.

    Nothing is written before the sum is known: a greater one would leave the memory of the result.
    """
    axis = axis_of(s.attrs["dim"], s.type(0).rank)
    total = s.k.local("total", INDEX, init=0)
    with s.k.loop(s.in_extents(0)[axis]) as i:
        times = _times(s, i)
        s.fail(times < 0, status.VALUE, "repeats has the negative entry {0}", times)
        s.k.store(total, 0, s.k.load(total) + times.min(_ENDLESS))
    _check_declared(s, s.k.load(total))
    hint = "give output_size, the size of the result"
    s.store_size(s.out_type().shape[axis], s.k.load(total), hint)
    s.split("repeats")
    _copy_slices(s, axis)


def _times(s: Stage, i: Expr) -> Expr:
    """How often slice `i` is repeated."""
    return s.k.let(s.read(1, broadcast_index((i,), s.type(1).shape)).cast(INDEX), "times")


def _check_declared(s: Stage, total: Expr) -> None:
    size = s.attrs["output_size"]
    if size is not None:
        given = s.extent(size)
        text = "output_size={0}, but repeats add up to {1}"
        s.fail(given.ne(total), status.VALUE, text, given, total)


def _copy_slices(s: Stage, axis: int) -> None:
    k, storage = s.k, s.lowering.storage
    value = s.node.inputs[0]
    assert value is not None
    given = s.param(storage[value].place, "in", "given")
    result = s.param(storage[s.node.outputs[0]].place, "out", "repeated")
    own = s.in_extents(0)
    size, total, inner = own[axis], s.out_extents()[axis], product(own[axis + 1 :])
    with k.loop(product(own[:axis])) as o:
        to = k.local("to", INDEX, init=0)
        with k.loop(size) as i, k.loop(_times(s, i)):
            row = k.let(k.load(to), "row")
            k.copy(result, (o * total + row) * inner, given, (o * size + i) * inner, inner)
            k.store(to, 0, row + 1)
