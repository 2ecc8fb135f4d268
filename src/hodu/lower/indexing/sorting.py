"""Stable sorting of rows of keys with the positions that they came from.

A row of up to `SHORT` keys is sorted by counting, for each key, those before it; a longer one by
its bytes, the lowest first, in time proportional to its length (D. Knuth, "The Art of Computer
Programming", volume 3, sections 5.2 and 5.2.5). Bytes in which all keys agree cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hodu.dtypes import DType, i32, i64
from hodu.kernel.algebra import bounds
from hodu.kernel.buffer import Buf
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.expr import INDEX, Expr

if TYPE_CHECKING:
    from hodu.lower.stage import Stage

SHORT = 48
CHUNKS = 16  # rows sorted at the same time at most, each with scratch memory of its own
_DIGITS = 256


@dataclass(frozen=True, slots=True)
class Rows:
    """Scratch for rows of keys: one half of each buffer holds a row, the other half is spare.

    `at` holds where the row begins, `spare` where the other half does.
    """

    k: KernelBuilder
    keys: Buf
    order: Buf
    at: Buf
    spare: Buf
    capacity: int

    def put(self, i: Expr, key: Expr, origin: Expr) -> None:
        """Make key and origin those at position `i` of the row."""
        at = self.k.let(self.k.load(self.at) + i, "at")
        self.k.store(self.keys, at, key)
        self.k.store(self.order, at, origin.cast(self.order.dtype))

    def origin(self, i: Expr) -> Expr:
        """Where the element at position `i` came from."""
        return self.k.load(self.order, self.k.load(self.at) + i).cast(INDEX)

    def key(self, i: Expr) -> Expr:
        """The key at position `i`."""
        return self.k.load(self.keys, self.k.load(self.at) + i)

    def sort(self, count: Expr) -> None:
        """Sort the first `count` keys, and the origins with them."""
        if self.capacity <= SHORT:
            _sort_short(self, count)
        else:
            _sort_bytes(self, count)

    def swap(self) -> None:
        """Make the spare half the one that holds the row."""
        at = self.k.let(self.k.load(self.at), "was")
        self.k.store(self.at, 0, self.k.load(self.spare))
        self.k.store(self.spare, 0, at)

    def move(self, source: Expr, target: Expr, key: Expr) -> None:
        """Put the key and the origin at `source` at `target`; both count from the buffers."""
        self.k.store(self.keys, target, key)
        self.k.store(self.order, target, self.k.load(self.order, source))


@contextmanager
def each_row(s: Stage, rows: Expr, capacity: int, dtype: DType) -> Iterator[tuple[Expr, Rows]]:
    """A loop over `rows` rows, in parallel, with scratch for `capacity` keys of `dtype` each."""
    most = bounds(rows)[1]
    chunks = CHUNKS if most is None else max(1, min(CHUNKS, most))
    size = 2 * chunks * capacity
    keys = s.scratch(dtype, size, "keys")
    order = s.scratch(i32 if capacity < 1 << 31 else i64, size, "order")
    share = s.k.let((rows + (chunks - 1)) // chunks, "share")
    with s.k.loop(chunks, kind="parallel", name="chunk") as chunk:
        start = s.k.let(chunk * share, "start")
        with s.k.loop((start + share).min(rows), start, name="row") as row:
            first = chunk * (2 * capacity)
            at = s.k.local("first", INDEX, init=first)
            spare = s.k.local("spare", INDEX, init=first + capacity)
            yield row, Rows(s.k, keys, order, at, spare, capacity)


def _sort_short(rows: Rows, count: Expr) -> None:
    k = rows.k
    at, spare = k.let(k.load(rows.at), "at"), k.let(k.load(rows.spare), "to")
    with k.loop(count, name="i") as i:
        key = k.let(k.load(rows.keys, at + i), "key")
        rank = k.local("rank", rows.order.dtype, init=0)
        with k.loop(i, name="j") as j:
            before = k.load(rows.keys, at + j) <= key
            k.store(rank, 0, k.load(rank) + before.cast(rank.dtype))
        with k.loop(count, i, name="j") as j:
            before = k.load(rows.keys, at + j) < key
            k.store(rank, 0, k.load(rank) + before.cast(rank.dtype))
        rows.move(at + i, spare + k.load(rank).cast(INDEX), key)
    rows.swap()


def _sort_bytes(rows: Rows, count: Expr) -> None:
    k, width = rows.k, rows.keys.dtype.bits // 8
    seen = k.local("seen", INDEX, width * _DIGITS)
    with k.loop(width * _DIGITS) as i:
        k.store(seen, i, 0)
    at = k.let(k.load(rows.at), "at")
    with k.loop(count) as i:
        key = k.let(k.load(rows.keys, at + i), "key")
        for byte in range(width):
            place = k.let(_digit(key, byte) + byte * _DIGITS, "place")
            k.store(seen, place, k.load(seen, place) + 1)
    for byte in range(width):
        _pass(rows, count, seen, byte)


def _digit(key: Expr, byte: int) -> Expr:
    shifted = key >> (8 * byte) if byte else key
    return (shifted & 255).cast(INDEX) if key.dtype.bits > 8 else shifted.cast(INDEX)


def _pass(rows: Rows, count: Expr, seen: Buf, byte: int) -> None:
    """Spread the row over its other half by one byte, unless all keys agree in it."""
    k = rows.k
    at, spare = k.let(k.load(rows.at), "at"), k.let(k.load(rows.spare), "to")
    first = k.let(_digit(k.load(rows.keys, at), byte) + byte * _DIGITS, "digit")
    with k.when(k.load(seen, first).ne(count)):
        total = k.local("total", INDEX, init=0)
        with k.loop(_DIGITS) as digit:
            here = k.let(k.load(seen, digit + byte * _DIGITS), "here")
            k.store(seen, digit + byte * _DIGITS, k.load(total))
            k.store(total, 0, k.load(total) + here)
        with k.loop(count) as i:
            key = k.let(k.load(rows.keys, at + i), "key")
            place = k.let(_digit(key, byte) + byte * _DIGITS, "place")
            to = k.let(k.load(seen, place), "to")
            k.store(seen, place, to + 1)
            rows.move(at + i, spare + to, key)
        rows.swap()
