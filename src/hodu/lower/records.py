"""Records of whole bytes: an entry of each of some tables, in as few bits as they need.

A float is the lowest bits of what it is above a number that all of its table have in common, an
integer those of its own. A field is read with the word that ends where the record does, or begins
in its first byte, and a mask or shifts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hodu.dtypes import i32
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import Binary, Const, Expr, Load, Ramp
from hodu.kernel.intrinsics import word
from hodu.ops._table import Array

WORD = 4  # bytes of what is read at once
_MOST_BITS = 64  # of a record


@dataclass(frozen=True, slots=True)
class Field:
    """Where entries of a table are: `bits` from the bit `start` of each record of `size` bytes."""

    is_float: bool
    start: int
    bits: int
    size: int

    @property
    def byte(self) -> int:
        """Where the word begins that has the bits, in the record as far as it can."""
        return max(min(self.start // 8, self.size - WORD), 0)

    @property
    def below(self) -> int:
        """How many bits of the word are below."""
        return self.start - 8 * self.byte

    def read(self, buf: Buf, at: Expr, base: Expr | None = None) -> Expr:
        """The entry of the record at a position; `base` is what is common to floats."""
        whole = word(Load(buf, Ramp(at * self.size + self.byte, WORD)))
        if base is not None:
            lowest = whole >> self.below if self.below else whole
            return (lowest & ((1 << self.bits) - 1)) + base
        above = 32 - self.bits - self.below
        highest = whole << above if above else whole
        return highest >> (32 - self.bits)


def fields_for(columns: Sequence[Sequence[Array]]) -> tuple[Field, ...] | None:
    """A field for each column of tables, the same for all rows; None where one is in no word."""
    widths = [max(map(_width, column)) for column in columns]
    size = -(-sum(widths) // 8)
    found: dict[int, Field] = {}
    start = 0
    for i in sorted(range(len(columns)), key=lambda i: -widths[i]):
        if len(found) == len(columns) - 1:
            start = 8 * size - widths[i]  # the last one ends the record
        is_float = columns[i][0].dtype == np.float32
        found[i] = Field(is_float, start, widths[i], size)
        start += widths[i]
    if 8 * size > _MOST_BITS or any(f.below + f.bits > 32 for f in found.values()):
        return None
    return tuple(found[i] for i in range(len(columns)))


def pack(fields: Mapping[Field, Array]) -> Array:
    """The records of tables as bytes, whole words of them, with room to read one of the last."""
    size = next(iter(fields)).size
    rows = sum(_codes(field, table) for field, table in fields.items())
    raw = np.asarray(rows, "<u8").view(np.int8).reshape(-1, 8)[:, :size].reshape(-1)
    beyond = max(WORD - size, 0)
    return np.pad(raw, (0, beyond + -(len(raw) + beyond) % WORD))


def base_of(table: Array) -> Expr:
    """What the bits of floats have in common: a number of 16 bits, shifted, which stays one."""
    high = int(_bits(table).min()) >> 16
    return Binary("shl", Const(high - (high >> 15 << 16), i32), Const(16, i32))


def _codes(field: Field, table: Array) -> Array:
    wide = _above(table) if field.is_float else table.astype(np.int64)
    return (wide & ((1 << field.bits) - 1)).astype(np.uint64) << np.uint64(field.start)


def _width(table: Array) -> int:
    """How many bits every entry of a table fits."""
    if table.dtype == np.float32:
        return max(int(_above(table).max()).bit_length(), 1)
    low, high = int(table.min()), int(table.max())
    return max(high, -low - 1, 0).bit_length() + 1


def _above(table: Array) -> Array:
    bits = _bits(table)
    return bits - (int(bits.min()) >> 16 << 16)


def _bits(table: Array) -> Array:
    return table.view(np.uint32).astype(np.int64)
