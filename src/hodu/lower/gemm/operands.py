"""The operands of a matrix product: strided in memory, or packed in panels."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from hodu import dtypes
from hodu.dtypes import FROM_NUMPY, DType
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import Const, Expr, Operand, index
from hodu.kernel.narrow import computed
from hodu.lower.gemm.tile import Panel, Tile
from hodu.lower.index import ZERO, Extents, dot
from hodu.lower.program import Place
from hodu.ops._table import Array

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering

WORD = 4  # bytes that are multiplied and added at once


@dataclass(frozen=True, slots=True)
class Matrices:
    """A batch of matrices in memory.

    Element (along, d) of a matrix, `along` its rows as the left operand and its columns as the
    right one, d the depth that is summed over, lies at `offset + batch strides + along * stride +
    d * step`. `data` is the contents [..., along, depth] of a constant.
    """

    place: Place
    offset: Expr
    batch: tuple[Expr, ...]
    stride: Expr
    step: Expr
    data: Array | None = None

    @property
    def dtype(self) -> DType:
        """The dtype in memory."""
        return self.place.slot.dtype

    def start(self, position: tuple[Expr, ...]) -> Expr:
        """Where the matrix of a batch position begins."""
        return self.offset + dot(position, self.batch)


@dataclass(frozen=True, slots=True)
class Panels:
    """A right operand in panels [batch, panel, depth, columns of a tile], padded with zeros.

    The last panel has only as many vectors as it needs. Where `width` is given, panels are of so
    many columns, all of them whole, and tiles are of several panels or of a part of one. Where the
    tile has words, the depth is of words of bytes that stand together.
    """

    place: Place
    batch: tuple[Expr, ...]
    depth: Expr
    tile: Tile
    width: int | None = None

    def start(self, position: tuple[Expr, ...]) -> Expr:
        """Where the panels of a batch position begin."""
        return dot(position, self.batch)

    def panel(self, column: Expr) -> Expr:
        """Where the tile that begins with a column lies in its matrix."""
        word = self.tile.word
        if self.width is None or self.tile.columns % self.width == 0:
            return column * (self.depth * word)
        whole = column // self.width * (self.depth * (self.width * word))
        return whole + column % self.width * word

    def read(self, buf: Buf, start: Expr, first: Operand, tile: Tile) -> Panel:
        """What a tile reads from depth `first` on, where `start` is that of depth 0."""
        columns = tile.columns if self.width is None else self.width
        width = columns * tile.word
        at = start + index(first) * width
        return Panel(buf, at, width, tile.word, self.width, self.depth * width)


def accumulator(dtype: DType) -> DType:
    """The dtype in which products of `dtype` are summed: f32 at least, and integers unsigned.

    Sums of integers are the same modulo a power of two in any wider type; the arithmetic of
    unsigned ones wraps around in C too.
    """
    if dtype.is_float:
        return computed(dtype)
    return dtypes.u64 if dtype.bits == 64 else dtypes.u32


def packed_dtype(dtype: DType) -> DType:
    """The dtype of a packed constant: its own where vectors convert it in a few instructions."""
    if dtype.is_integer or dtype.bits >= 32 or dtype is dtypes.bf16:
        return dtype
    return computed(dtype)


def pack_constant(lowering: Lowering, b: Matrices, batch: Extents, tile: Tile) -> Panels:
    """A constant right operand as a constant in panels."""
    assert b.data is not None
    b = replace(b, data=words_of(b.data)) if tile.word > 1 else b
    assert b.data is not None
    *heads, columns, depth = b.data.shape
    dtype = packed_dtype(FROM_NUMPY[b.data.dtype])
    width = lowering.target.packed_lanes(accumulator(FROM_NUMPY[b.data.dtype]).bits, columns)
    panel = Tile(1, 1, width) if width else tile
    size = depth * padded(columns, panel)
    packed = np.zeros((math.prod(heads), size), dtype.numpy)
    for matrix, panels in zip(b.data.reshape(packed.shape[0], columns, depth), packed, strict=True):
        _fill_panels(panels, matrix.T, panel)
    stored = packed.view(np.int8) if tile.word > 1 else packed
    place = lowering.new_constant(f"{b.place.slot.name}_packed", stored)
    missing = len(batch) - len(heads)
    size *= tile.word
    strides = tuple(
        ZERO if is_zero(stride) else index(size * math.prod(heads[i - missing + 1 :]))
        for i, stride in enumerate(b.batch)
    )
    return Panels(place, strides, index(depth), tile, width)


def words_of(data: Array) -> Array:
    """Bytes [..., depth] as numbers of four along the depth, filled up with zeros."""
    missing = -data.shape[-1] % WORD
    whole = np.pad(data, [(0, 0)] * (data.ndim - 1) + [(0, missing)])
    return np.ascontiguousarray(whole).view(np.uint32)


def _fill_panels(panels: Array, matrix: Array, tile: Tile) -> None:
    """Write one matrix [depth, columns] as panels to flat memory that is zero."""
    depth, columns = matrix.shape
    whole = padded(columns, tile)
    for n in range(0, columns, tile.columns):
        stop = min(n + tile.columns, whole)
        panel = panels[n * depth : stop * depth].reshape(depth, stop - n)
        panel[:, : columns - n] = matrix[:, n:stop]


def padded(columns: int, tile: Tile) -> int:
    """The columns of all panels together: whole vectors."""
    return -(-columns // tile.lanes) * tile.lanes


def is_zero(x: Expr) -> bool:
    """Whether a stride is of an axis that is broadcast."""
    return isinstance(x, Const) and x.value == 0
