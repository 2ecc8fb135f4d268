"""Picking elements: along an axis, by coordinates, by several index tensors at once."""

from __future__ import annotations

from hodu.dtypes import i64
from hodu.kernel.algebra import constant
from hodu.kernel.expr import INDEX, Expr, index, select
from hodu.lower import status
from hodu.lower.index import ZERO, Index, broadcast_index
from hodu.lower.indexing.checked_index import checked_index
from hodu.lower.point import Point, scalar_part
from hodu.lower.rules import reading
from hodu.ops._index_rules import index_place, indexed_axes


@reading("gather", moves=0)
def gather(c: Point, position: Index) -> Expr:
    """The elements along an axis that an index of the same rank names."""
    shape = c.type().shape or (1,)
    axis = c.attrs["dim"] % len(shape)
    found = c.read(1, position)
    at = list(position) or [ZERO]
    at[axis] = checked_index(c, found, c.extent(shape[axis]), axis, wrap=c.attrs["wrap"])
    return c.read(0, tuple(at) if c.type().rank else ())


@reading("embedding", moves=1)
def embedding(c: Point, position: Index) -> Expr:
    """The rows of the weight that integers name."""
    *at, column = position
    row = checked_index(c, c.read(0, tuple(at)), c.extents(1)[0], 0, wrap=False)
    return c.read(1, (row, column))


@reading("gather_nd", moves=0)
def gather_nd(c: Point, position: Index) -> Expr:
    """The parts of the input whose leading coordinates are the rows of the indices."""
    batch, indices = c.attrs["batch_dims"], c.type(1).shape
    width = indices[-1]
    assert isinstance(width, int)
    row = position[: len(indices) - 1]
    picked = [
        checked_index(c, c.read(1, (*row, index(i))), c.extents()[axis], axis, wrap=True)
        for i, axis in enumerate(range(batch, batch + width))
    ]
    return c.read(0, (*position[:batch], *picked, *position[len(row) :]))


@reading("index", moves=0)
def index_(c: Point, position: Index) -> Expr:
    """The elements that broadcast integer tensors name; an absent one stands for a whole axis."""
    shape = c.type().shape
    numbers = {a: 1 + a for a in range(len(c.node.inputs) - 1) if c.has(1 + a)}
    axes = indexed_axes(len(shape), [numbers.get(a) for a in range(len(c.node.inputs) - 1)])
    place = index_place(axes)
    count = len(position) - (len(shape) - len(axes))
    common = position[place : place + count]
    rest = iter((*position[:place], *position[place + count :]))
    at = []
    for axis, size in enumerate(shape):
        if axis not in numbers:
            at.append(next(rest))
            continue
        number = numbers[axis]
        found = c.read(number, broadcast_index(common, c.type(number).shape))
        at.append(checked_index(c, found, c.extent(size), axis, wrap=c.attrs["wrap"]))
    return c.read(0, tuple(at))


@reading("one_hot")
def one_hot(c: Point, position: Index) -> Expr:
    """1 at the class in the input, 0 elsewhere."""
    *at, number = position
    found = c.k.let(scalar_part(c.read(0, tuple(at))).cast(INDEX), "label")
    classes = c.extent(c.attrs["num_classes"])
    c.fail(
        (found < 0) | (found >= classes),
        status.INDEX,
        "class {0} is out of range for num_classes={1}",
        found,
        classes,
    )
    return select(found.eq(scalar_part(number)), constant(1, i64), constant(0, i64))
