"""The micro-kernel: a tile of a matrix product held in registers.

    sums = Sums(k, Tile(rows=14, vectors=2, lanes=16), f32)
    accumulate(k, sums, Rows(a, at, stride=lda), Panel(b, at, stride=32), depth)
    sums.value(row, vector)

`accumulate` may be called any number of times.

Every accumulator is a local vector of its own and the tile is written out in full, so that C
compilers keep it in registers. Rows are read an element at a time and spread over the lanes: their
strides are free, so a transposed operand costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from hodu.dtypes import DType, u8
from hodu.kernel.algebra import broadcast, constant
from hodu.kernel.buffer import Buf
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.expr import Expr, Operand, index
from hodu.kernel.intrinsics import dot4, fma


@dataclass(frozen=True, slots=True)
class Tile:
    """`rows` times `vectors` accumulators of `lanes` elements.

    `splits` sets of them take turns along the depth, so that a small tile is not bound by the
    latency of one addition after the other. Where a `word` is 4, the depth is of words of so many
    bytes, and operands are bytes.
    """

    rows: int
    vectors: int
    lanes: int
    splits: int = 1
    word: int = 1

    @property
    def columns(self) -> int:
        """How many columns the tile covers."""
        return self.vectors * self.lanes


@dataclass(frozen=True, slots=True)
class Rows:
    """The left operand: element (row, d) of the tile lies at `at + row * stride + d * step`.

    Bytes in i8 that are `turned` are multiplied as u8 with 128 added.
    """

    buf: Buf
    at: Expr
    stride: Operand
    step: Operand = 1
    turned: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """The right operand: the columns of depth d lie one after the other from `at + d * stride`.

    They may be `step` apart when the tile has one lane, and are when they are words. Where `width`
    is given, only so many columns lie side by side; those after them follow `apart` elements later.
    """

    buf: Buf
    at: Expr
    stride: Operand
    step: Operand = 1
    width: int | None = None
    apart: Operand = 0

    def column(self, number: int) -> Expr:
        """How far a column lies from the first one."""
        if self.width is None:
            return index(self.step) * number
        return index(self.apart) * (number // self.width) + index(self.step) * (number % self.width)


class Sums:
    """The accumulators of a tile, zero at first, in the current block of the kernel."""

    def __init__(self, k: KernelBuilder, tile: Tile, dtype: DType) -> None:
        self.k, self.tile, self.dtype = k, tile, dtype
        zero = constant(0, dtype, tile.lanes)
        self.bufs = [
            [
                [k.local("sum", dtype, lanes=tile.lanes, init=zero) for _ in range(tile.vectors)]
                for _ in range(tile.rows)
            ]
            for _ in range(tile.splits)
        ]

    def value(self, row: int, vector: int) -> Expr:
        """The sum so far of `lanes` columns of a row."""
        total = self.k.load(self.bufs[0][row][vector])
        for split in self.bufs[1:]:
            total = total + self.k.load(split[row][vector])
        return total

    def load(self, buf: Buf, at: Expr, stride: Operand) -> None:
        """Go on from sums that lie in memory, row after row with `stride` between them."""
        for row, vectors in enumerate(self.bufs[0]):
            for vector, target in enumerate(vectors):
                position = at + index(stride) * row + vector * self.tile.lanes
                self.k.store(target, 0, self.k.load(buf, position, self.tile.lanes))

    def store(self, buf: Buf, at: Expr, stride: Operand, factor: float = 1.0) -> None:
        """Put the sums times `factor` into memory, row after row with `stride` between them."""
        for row in range(self.tile.rows):
            for vector in range(self.tile.vectors):
                position = at + index(stride) * row + vector * self.tile.lanes
                value = self.value(row, vector)
                self.k.store(buf, position, value if factor == 1.0 else value * factor)

    def multiply(self, row: int, factor: Expr) -> None:
        """Multiply the sums of a row."""
        spread = self.k.let(broadcast(factor, self.tile.lanes), "factor")
        for vector in range(self.tile.vectors):
            product = self.k.let(self.value(row, vector) * spread, "product")
            for split in self.bufs[1:]:
                self.k.store(split[row][vector], 0, constant(0, self.dtype, self.tile.lanes))
            self.k.store(self.bufs[0][row][vector], 0, product)


def accumulate(k: KernelBuilder, sums: Sums, a: Rows, b: Panel, depth: Operand) -> None:
    """Add the product of `depth` columns of `a` and rows of `b` to a tile.

    Elements are converted to the dtype of the sums where they have another.
    """
    step = sums.tile.splits
    last = index(depth)
    whole = last // step * step
    with k.loop(whole, step=step, name="d") as d:
        for turn in range(step):
            _add(k, sums, a, b, d + turn, turn)
    if step > 1:
        with k.loop(last, whole, name="d") as d:
            _add(k, sums, a, b, d, 0)


Product = tuple[Sums, Rows, Panel, Expr]
"""The sums of a product, its operands and its depth."""


def accumulate_both(k: KernelBuilder, first: Product, second: Product, ratio: int) -> None:
    """Add to two tiles in one loop as far as both go, so that one loads while the other multiplies.

    A turn is `ratio` steps of the first depth and one of the second. Each sum is added up as
    `accumulate` does it without splits.
    """
    common = k.let((first[3] // ratio).min(second[3]), "common")
    pairs = ((first, ratio), (second, 1))
    with k.loop(common, name="d") as d:
        for (sums, a, b, _), steps in pairs:
            for step in range(steps):
                _add(k, sums, a, b, d * steps + step, 0)
    for (sums, a, b, depth), steps in pairs:
        done = common * steps
        left = replace(a, at=a.at + index(a.step) * done)
        right = replace(b, at=b.at + index(b.stride) * done)
        accumulate(k, sums, left, right, depth - done)


def _add(k: KernelBuilder, sums: Sums, a: Rows, b: Panel, d: Expr, turn: int) -> None:
    """One rank-1 update of a tile, or one of as many as are in a word."""
    lanes = sums.tile.lanes
    starts = [b.at + d * b.stride + b.column(v * lanes) for v in range(sums.tile.vectors)]
    if sums.tile.word > 1:
        _add_words(k, sums, a, b, (d, starts), turn)
        return
    columns = [k.let(k.load(b.buf, at, lanes).cast(sums.dtype), "b") for at in starts]
    for row, targets in enumerate(sums.bufs[turn]):
        element = k.load(a.buf, a.at + index(a.stride) * row + d * a.step)
        spread = k.let(broadcast(element.cast(sums.dtype), lanes), "a")
        for target, column in zip(targets, columns, strict=True):
            k.store(target, 0, _multiply_add(spread, column, k.load(target)))


def _add_words(
    k: KernelBuilder, sums: Sums, a: Rows, b: Panel, place: tuple[Expr, list[Expr]], turn: int
) -> None:
    """The products of a word of each row with words of columns that begin at given places."""
    (d, starts), word = place, sums.tile.word
    columns = [k.let(k.load(b.buf, at, sums.tile.lanes * word), "b") for at in starts]
    for row, targets in enumerate(sums.bufs[turn]):
        x = k.load(a.buf, a.at + index(a.stride) * row + d * a.step, word)
        x = k.let(turned(x) if a.turned else x, "a")
        for target, column in zip(targets, columns, strict=True):
            k.store(target, 0, dot4(x, column, k.load(target)))


def turned(x: Expr) -> Expr:
    """Bytes in i8 as u8, with 128 added."""
    return x.bitcast(u8) ^ constant(128, u8, x.lanes)


def _multiply_add(a: Expr, b: Expr, c: Expr) -> Expr:
    return fma(a, b, c) if c.dtype.is_float else c + a * b
