"""Repeating a tensor, or what it holds."""

from __future__ import annotations

from hodu.dtypes import i64
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import INDEX, Const, Expr
from hodu.lower import status
from hodu.lower.index import Index, broadcast_index, product
from hodu.lower.point import Point, scalar_part
from hodu.lower.rules import kernel, reading
from hodu.lower.stage import Stage

_MOST = 1 << 40  # more repeats than any memory holds; sums of such numbers do not wrap around


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


@kernel("repeat_interleave", views=False)
def repeat_interleave(s: Stage) -> None:
    """Each slice along a dimension as many times in a row as another tensor says."""
    k, storage = s.k, s.lowering.storage
    value = s.node.inputs[0]
    assert value is not None
    given = s.param(storage[value].place, "in", "given")
    result = s.param(storage[s.node.outputs[0]].place, "out", "repeated")
    axis, own = s.attrs["dim"] % s.type().rank, s.in_extents()
    size, total, inner = own[axis], s.out_extents()[axis], product(own[axis + 1 :])
    _check(s, size, total)
    with k.loop(product(own[:axis])) as o:
        to = k.local("to", i64, init=0)
        with k.loop(size) as i, k.loop(_repeats(s, i)):
            row = k.let(k.load(to).cast(INDEX), "row")
            k.copy(result, (o * total + row) * inner, given, (o * size + i) * inner, inner)
            k.store(to, 0, (row + 1).cast(i64))


def _repeats(s: Stage, i: Expr) -> Expr:
    """How often slice `i` is repeated; one entry is for all."""
    shape = s.type(1).shape
    found = s.read(1, broadcast_index((i,), shape))
    return s.k.let(found.cast(INDEX), "count")


def _check(s: Stage, size: Expr, total: Expr) -> None:
    """Leave with an error for negative entries, and for a sum that is not the size of the result.

    Nothing is written before this: a greater sum would leave the memory of the result.
    """
    k = s.k
    least, count = k.local("least", i64, init=0), k.local("sum", i64, init=0)
    with k.loop(size) as i:
        repeats = _repeats(s, i)
        _update(s, least, k.load(least).cast(INDEX).min(repeats))
        _update(s, count, k.load(count).cast(INDEX) + repeats.min(_MOST))
    low = k.load(least).cast(INDEX)
    s.fail(low < Const(0, INDEX), status.VALUE, "repeats has the negative entry {0}", low)
    found = k.load(count).cast(INDEX)
    message = "output_size={0}, but repeats add up to {1}"
    s.fail(found.ne(total), status.VALUE, message, total, found)


def _update(s: Stage, buf: Buf, value: Expr) -> None:
    s.k.store(buf, 0, value.cast(i64))
