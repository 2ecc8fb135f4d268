"""Storing a tensor that is another one's elements in another order.

What lies in memory one after another already is not moved at all; what lies there regularly, or in
whole rows, is copied; the rest goes through the loops of elementwise kernels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hodu.kernel.expr import Ramp
from hodu.lower.index import ZERO, dense_strides, dot
from hodu.lower.moving.locate import NotInMemoryError, locate_moved
from hodu.lower.moving.moves import LEAST_ROW, kind_for, merge_axes, move, row_major
from hodu.lower.moving.regular import find_regular_source
from hodu.lower.point import CannotVectorizeError
from hodu.lower.program import Place
from hodu.lower.rules import READING
from hodu.lower.stage import Stage
from hodu.shapes import numel, static_shape
from hodu.snapshot.ir import Node, Value

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering


def find_in_memory(lowering: Lowering, value: Value) -> Place | None:
    """Where the elements of a moved tensor lie in row-major order already, else None."""
    source = find_regular_source(lowering, value)
    if source is None:
        return None
    shape = static_shape(value.type.shape)
    assert shape is not None
    axes = merge_axes(shape, source.strides, row_major(shape))
    if any(a.source != a.target for a in axes):
        return None
    return Place(source.place.slot, source.place.offset + source.base)


def lower_movement(lowering: Lowering, value: Value) -> bool:
    """Store a tensor that has memory and whose elements are moved; False if they are not."""
    shape = static_shape(value.type.shape)
    node = _producer(value)
    is_moved = node.op in READING and READING[node.op].moves is not None
    if not is_moved or not shape or 0 in shape:
        return False
    source = find_regular_source(lowering, value)
    if source is None:
        return _copy_rows(lowering, value, shape)
    axes = merge_axes(shape, source.strides, row_major(shape))
    if axes and axes[-1].source == 0:  # a vector of one element is stored faster than copied
        return False
    stage = Stage(lowering, node)
    place = lowering.storage[value].place
    target = stage.param(place, "out", place.slot.name)
    given = stage.param(source.place, "in", source.place.slot.name)
    dtype = value.type.dtype
    lanes = stage.target.lanes(dtype.bits) if dtype.bits >= 32 else 1
    move(stage.k, target, 0, given, source.base, axes, lanes)
    stage.finish()
    return True


def _producer(value: Value) -> Node:
    assert value.producer is not None
    return value.producer


def _copy_rows(lowering: Lowering, value: Value, shape: tuple[int, ...]) -> bool:
    """Copy the last axis as a whole where all of it lies together; False if it does not."""
    if shape[-1] < LEAST_ROW:
        return False
    stage = Stage(lowering, _producer(value))
    place = lowering.storage[value].place
    k, target = stage.k, stage.param(place, "out", place.slot.name)
    strides = dense_strides(stage.extents(shape))
    try:
        with k.loops(shape[:-1], kind=kind_for(numel(shape))) as at:
            row = locate_moved(stage, value, (*at, Ramp(ZERO, shape[-1])))
            if not isinstance(row.index, Ramp):
                return False
            k.copy(target, dot(at, strides[:-1]), row.buf, row.index.base, shape[-1])
    except (NotInMemoryError, CannotVectorizeError):
        return False
    stage.finish()
    return True
