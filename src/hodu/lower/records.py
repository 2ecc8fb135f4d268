"""Records of whole bytes: an entry of each of some tables, in as few bits as they need.

A float is the lowest bits of what it is above a number that all of its table have in common, an
integer those of its own. A field is read with a word that lies in the record, and shifts. These
stand in kernels as they are, so that layers whose numbers need other bits may share their code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hodu.dtypes import i32, u32
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import Binary, Cast, Const, Expr, Load, Ramp
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
        top = Binary("shl", whole, Const(32 - self.bits - self.below, i32))
        rest = Const(32 - self.bits, i32)
        if base is None:
            return Binary("shr", top, rest)
        return Binary("shr", top.bitcast(u32), Cast(rest, u32)).bitcast(i32) + base


def layouts(rows: Sequence[Sequence[Array]]) -> list[tuple[Field, ...]] | None:
    """The fields of each row of tables, floats first; None where one is in no word.

    All rows have the same ones unless these take more bytes than those that each needs.
    """
    widths = [[*map(_width, row)] for row in rows]
    floats = [table.dtype == np.float32 for table in rows[0]]
    common = _fields([*map(max, zip(*widths, strict=True))], floats)
    own = [_fields(needed, floats) for needed in widths]
    if common is not None and all(fields and fields[0].size == common[0].size for fields in own):
        return [common] * len(rows)
    return None if None in own else own  # type: ignore[return-value]


def _fields(widths: Sequence[int], floats: Sequence[bool]) -> tuple[Field, ...] | None:
    """Fields of so many bits one after the other, of which the last one ends the record."""
    size = -(-sum(widths) // 8)
    ends = [*np.cumsum(widths[:-1]).tolist(), 8 * size]
    found = tuple(
        Field(is_float, end - bits, bits, size)
        for is_float, bits, end in zip(floats, widths, ends, strict=True)
    )
    fits = 8 * size <= _MOST_BITS and all(0 <= f.below <= 32 - f.bits for f in found)
    return found if fits else None


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
