"""Loops that copy elements between regular places in memory.

Rows are copied whole, and a transpose goes tile by tile, so that the lines of the cache are used
up once they are there. Whole tiles of numbers are transposed in registers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from hodu.dims import Dim
from hodu.kernel.buffer import Buf
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.expr import INDEX, Const, Expr
from hodu.kernel.intrinsics import transposed
from hodu.kernel.ir import Kind
from hodu.lower.index import dot
from hodu.lower.threads import GRAIN
from hodu.shapes import numel

LEAST_ROW = 4  # elements below which a copy of rows gains nothing over loops
_TILE = 16
_BLOCK = 64  # rows and columns in which each page is visited once


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
    k: KernelBuilder,
    target: Buf,
    to: int,
    source: Buf,
    base: int,
    axes: Sequence[Axis],
    lanes: int = 1,
) -> None:
    """Copy the elements that `axes` visit from `base` on to where they visit from `to` on.

    `lanes` is how many of them fit a vector.
    """
    row = axes[-1] if axes and axes[-1].source == axes[-1].target == 1 else None
    outer = [a for a in axes if a is not row]
    tiled = None if row else next((a for a in outer[:-1] if a.source == 1), None)
    if tiled is not None and min(tiled.extent, axes[-1].extent) >= LEAST_ROW:
        rest = [a for a in axes[:-1] if a is not tiled]
        _Transpose(k, target, to, source, base, (*rest, tiled, axes[-1]), lanes).write()
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


@dataclass(frozen=True, slots=True)
class _Transpose:
    """The last axis but one is consecutive in the source, the last in the target."""

    k: KernelBuilder
    target: Buf
    to: int
    source: Buf
    base: int
    axes: tuple[Axis, ...]
    lanes: int

    def write(self) -> None:
        """Whole tiles in registers, what is left over at both ends element by element."""
        k, (*outer, first, last) = self.k, self.axes
        size = self.lanes
        is_wide = 1 < size <= min(first.extent, last.extent)
        wide, long = (a.extent // size * size if is_wide else 0 for a in (first, last))
        kind = _kind(self.axes)
        with k.loops([a.extent for a in outer], kind=kind) as at:
            inner = kind if _all_constant(at) else "serial"
            with (
                self._blocks((0, wide), (0, long), _BLOCK, inner) as (i0, j0),
                k.loop(_end(i0, wide, _BLOCK), i0, step=size) as i,
                k.loop(_end(j0, long, _BLOCK), j0, step=size) as j,
            ):
                self._in_registers(at, i, j)
            self._elements(at, (0, wide), (long, last.extent), inner)
            self._elements(at, (wide, first.extent), (0, last.extent), inner)

    def _elements(
        self, at: Sequence[Expr], rows: tuple[int, int], columns: tuple[int, int], kind: Kind
    ) -> None:
        with (
            self._blocks(rows, columns, _TILE, kind) as (i0, j0),
            self.k.loop(_end(i0, rows[1], _TILE), i0) as i,
            self.k.loop(_end(j0, columns[1], _TILE), j0) as j,
        ):
            place = (*at, i, j)
            self.k.copy(self.target, self._target(place), self.source, self._source(place), 1)

    @contextmanager
    def _blocks(
        self, rows: tuple[int, int], columns: tuple[int, int], size: int, kind: Kind
    ) -> Iterator[tuple[Expr, Expr]]:
        with (
            self.k.loop(rows[1], rows[0], step=size, kind=kind) as i,
            self.k.loop(columns[1], columns[0], step=size) as j,
        ):
            yield i, j

    def _in_registers(self, at: Sequence[Expr], i: Expr, j: Expr) -> None:
        k, lanes = self.k, self.lanes
        rows = [
            k.let(k.load(self.source, self._source((*at, i, j + turn)), lanes), "row")
            for turn in range(lanes)
        ]
        for turn, column in enumerate(transposed(rows, lambda x: k.let(x, "mixed"))):
            k.store(self.target, self._target((*at, i + turn, j)), column)

    def _source(self, place: Sequence[Expr]) -> Expr:
        return _at(place, self.axes, "source") + self.base

    def _target(self, place: Sequence[Expr]) -> Expr:
        return _at(place, self.axes, "target") + self.to


def _all_constant(position: Sequence[Expr]) -> bool:
    return all(isinstance(i, Const) for i in position)


def _end(start: Expr, limit: int, size: int) -> Expr:
    return start + size if limit % size == 0 else (start + size).min(limit)
