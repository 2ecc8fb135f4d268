"""Loops that copy elements between regular places in memory.

Rows are copied whole, and a transpose goes tile by tile, so that the lines of the cache are used
up once they are there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hodu.dims import Dim
from hodu.kernel.buffer import Buf
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.expr import INDEX, Const, Expr
from hodu.kernel.ir import Kind
from hodu.lower.index import dot
from hodu.lower.threads import GRAIN
from hodu.shapes import numel

LEAST_ROW = 4  # elements below which a copy of rows gains nothing over loops
_TILE = 16


@dataclass(frozen=True, slots=True)
class Axis:
    """One loop of a move: its length, and its steps in what is read and what is written."""

    extent: int
    source: int
    target: int


def row_major(shape: Sequence[int]) -> tuple[int, ...]:
    """The strides of a dense tensor."""
    return tuple(math.prod(shape[axis + 1 :]) for axis in range(len(shape)))


def merge_axes(shape: Sequence[int], strides: Sequence[int], targets: Sequence[int]) -> list[Axis]:
    """The fewest loops that visit all elements, under the strides of source and target."""
    axes: list[Axis] = []
    for extent, stride, step in zip(shape, strides, targets, strict=True):
        if extent == 1:
            continue
        if axes and axes[-1].source == stride * extent and axes[-1].target == step * extent:
            axes[-1] = Axis(axes[-1].extent * extent, stride, step)
        else:
            axes.append(Axis(extent, stride, step))
    return axes


def move(
    k: KernelBuilder, target: Buf, to: int, source: Buf, base: int, axes: Sequence[Axis]
) -> None:
    """Copy the elements that `axes` visit from `base` on to where they visit from `to` on."""
    row = axes[-1] if axes and axes[-1].source == axes[-1].target == 1 else None
    outer = [a for a in axes if a is not row]
    tiled = None if row else next((a for a in outer[:-1] if a.source == 1), None)
    if tiled is not None and min(tiled.extent, axes[-1].extent) >= LEAST_ROW:
        rest = [a for a in axes[:-1] if a is not tiled]
        _move_tiles(k, target, to, source, base, [*rest, tiled, axes[-1]])
        return
    with k.loops([a.extent for a in outer], kind=_kind(axes)) as at:
        count = row.extent if row else 1
        k.copy(
            target, _at(at, outer, "target") + to, source, _at(at, outer, "source") + base, count
        )


def _kind(axes: Sequence[Axis]) -> Kind:
    return kind_for(numel([a.extent for a in axes]))


def kind_for(count: Dim) -> Kind:
    """Whether loops over that many elements are worth several threads."""
    return "parallel" if isinstance(count, int) and count >= 2 * GRAIN else "serial"


def _at(position: Sequence[Expr], axes: Sequence[Axis], side: str) -> Expr:
    return dot(position, [Const(getattr(a, side), INDEX) for a in axes])


def _move_tiles(
    k: KernelBuilder, target: Buf, to: int, source: Buf, base: int, axes: Sequence[Axis]
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
        k.copy(
            target, _at(place, axes, "target") + to, source, _at(place, axes, "source") + base, 1
        )


def _all_constant(position: Sequence[Expr]) -> bool:
    return all(isinstance(i, Const) for i in position)


def _tile_end(start: Expr, extent: int) -> Expr:
    return start + _TILE if extent % _TILE == 0 else (start + _TILE).min(extent)
