"""Storing a tensor that is another one's elements in another order.

What lies in memory one after another already is not moved at all. Rows are copied whole, a
transpose goes tile by tile so that the lines of the cache are used up once they are there, and
what is left goes through the loops of elementwise kernels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hodu.dims import Dim
from hodu.kernel.buffer import Buf
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.expr import INDEX, Const, Expr, Ramp, Var
from hodu.kernel.ir import Kind
from hodu.lower.index import ZERO, dense_strides, dot
from hodu.lower.locate import NotInMemoryError, affine, locate_moved
from hodu.lower.point import CannotVectorizeError
from hodu.lower.pointwise import GRAIN
from hodu.lower.program import Place, static_shape
from hodu.lower.rules import READING
from hodu.lower.stage import Stage
from hodu.shapes import numel
from hodu.snapshot.ir import Node, Value

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering

_TILE = 16
_LEAST_ROW = 4  # elements below which a copy of rows gains nothing over loops


@dataclass(frozen=True, slots=True)
class Axis:
    """One loop of a move: its length, and its steps in what is read and what is written."""

    extent: int
    source: int
    target: int


def find_in_memory(lowering: Lowering, value: Value) -> Place | None:
    """Where the elements of a moved tensor lie in row-major order already, else None."""
    source = _affine_source(lowering, value)
    if source is None or any(a.source != a.target for a in source.axes):
        return None
    return Place(source.place.slot, source.place.offset + source.base)


def lower_movement(lowering: Lowering, value: Value) -> bool:
    """Store a tensor that has memory and whose elements are moved; False if they are not."""
    shape = static_shape(value.type.shape)
    if not _is_moved(value) or not shape or 0 in shape:
        return False
    source = _affine_source(lowering, value)
    if source is None:
        return _copy_rows(lowering, value, shape)
    if source.axes and source.axes[-1].source == 0:
        return False
    stage = Stage(lowering, _producer(value))
    place = lowering.storage[value].place
    target = stage.param(place, "out", place.slot.name)
    given = stage.param(source.place, "in", source.place.slot.name)
    move(stage.k, target, given, source.axes, source.base)
    stage.finish()
    return True


def _producer(value: Value) -> Node:
    assert value.producer is not None
    return value.producer


def _is_moved(value: Value) -> bool:
    op = _producer(value).op
    return op in READING and READING[op].moves is not None


@dataclass(frozen=True, slots=True)
class _Source:
    """Elements of a place, in the order of some loops from `base` on."""

    place: Place
    axes: list[Axis]
    base: int


def _affine_source(lowering: Lowering, value: Value) -> _Source | None:
    """What is read for a tensor with a known shape, if that is regular."""
    shape = static_shape(value.type.shape)
    if not _is_moved(value) or shape is None or 0 in shape:
        return None
    trial = Stage(lowering, _producer(value))
    at = tuple(Var(f"a{i}", INDEX, 1, (0, n - 1)) for i, n in enumerate(shape))
    position = tuple(ZERO if n == 1 else v for n, v in zip(shape, at, strict=True))
    try:
        load = locate_moved(trial, value, position)
    except NotInMemoryError:
        return None
    found = affine(load.index, at)
    if found is None:
        return None
    return _Source(trial.place_of(load.buf), merge_axes(shape, found.strides), found.base)


def merge_axes(shape: Sequence[int], strides: Sequence[int]) -> list[Axis]:
    """The fewest loops that visit all elements of a dense result of `shape`."""
    axes: list[Axis] = []
    step = numel(shape)
    for extent, stride in zip(shape, strides, strict=True):
        step //= extent
        if extent == 1:
            continue
        if axes and axes[-1].source == stride * extent and axes[-1].target == step * extent:
            axes[-1] = Axis(axes[-1].extent * extent, stride, step)
        else:
            axes.append(Axis(extent, stride, step))
    return axes


def move(k: KernelBuilder, target: Buf, source: Buf, axes: Sequence[Axis], base: int) -> None:
    """Copy elements to consecutive ones, from positions that begin at `base`."""
    row = axes[-1] if axes and axes[-1].source == 1 else None
    outer = [a for a in axes if a is not row]
    tiled = None if row else next((a for a in outer[:-1] if a.source == 1), None)
    if tiled is not None and min(tiled.extent, axes[-1].extent) >= _LEAST_ROW:
        rest = [a for a in axes[:-1] if a is not tiled]
        _move_tiles(k, target, source, [*rest, tiled, axes[-1]], base)
        return
    with k.loops([a.extent for a in outer], kind=_kind(axes)) as at:
        count = row.extent if row else 1
        k.copy(target, _at(at, outer, "target"), source, _at(at, outer, "source") + base, count)


def _kind(axes: Sequence[Axis]) -> Kind:
    return _kind_for(numel([a.extent for a in axes]))


def _kind_for(count: Dim) -> Kind:
    return "parallel" if isinstance(count, int) and count >= 2 * GRAIN else "serial"


def _at(position: Sequence[Expr], axes: Sequence[Axis], side: str) -> Expr:
    return dot(position, [Const(getattr(a, side), INDEX) for a in axes])


def _move_tiles(
    k: KernelBuilder, target: Buf, source: Buf, axes: Sequence[Axis], base: int
) -> None:
    """A transpose: the last axis but one is consecutive in the source, the last in the target."""
    *outer, first, last = axes
    kind = _kind(axes)
    with (
        k.loops([a.extent for a in outer], kind=kind) as at,
        k.loop(first.extent, step=_TILE, kind=kind if _all_constant(at) else "serial") as i0,
        k.loop(last.extent, step=_TILE) as j0,
        k.loop(_tile_end(i0, first.extent), i0) as i,
        k.loop(_tile_end(j0, last.extent), j0) as j,
    ):
        place = (*at, i, j)
        k.copy(target, _at(place, axes, "target"), source, _at(place, axes, "source") + base, 1)


def _all_constant(position: Sequence[Expr]) -> bool:
    return all(isinstance(i, Const) for i in position)


def _tile_end(start: Expr, extent: int) -> Expr:
    return start + _TILE if extent % _TILE == 0 else (start + _TILE).min(extent)


def _copy_rows(lowering: Lowering, value: Value, shape: tuple[int, ...]) -> bool:
    """Copy the last axis as a whole where all of it lies together; False if it does not."""
    if shape[-1] < _LEAST_ROW:
        return False
    stage = Stage(lowering, _producer(value))
    place = lowering.storage[value].place
    k, target = stage.k, stage.param(place, "out", place.slot.name)
    strides = dense_strides(stage.extents(shape))
    try:
        with k.loops(shape[:-1], kind=_kind_for(numel(shape))) as at:
            row = locate_moved(stage, value, (*at, Ramp(ZERO, shape[-1])))
            if not isinstance(row.index, Ramp):
                return False
            k.copy(target, dot(at, strides[:-1]), row.buf, row.index.base, shape[-1])
    except (NotInMemoryError, CannotVectorizeError):
        return False
    stage.finish()
    return True
