"""Sums of products of bytes, four at a time, for a few output channels at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from hodu.dtypes import DType, i32
from hodu.kernel.algebra import constant
from hodu.kernel.buffer import Buf
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.expr import Binary, Expr
from hodu.kernel.intrinsics import dot_halves, halves, word
from hodu.lower.gemm.operands import WORD
from hodu.lower.stage import Stage
from hodu.ops._table import Array


@dataclass(frozen=True, slots=True)
class Input:
    """Bytes of a dtype in a buffer; `offset` is added to the halves of their pairs."""

    buf: Buf
    dtype: DType
    offset: Expr | None = None

    def pairs(self, k: KernelBuilder, at: Expr) -> tuple[Expr, Expr]:
        """The four bytes from a position on as two pairs: 0 and 2, 1 and 3."""
        even, odd = halves(k.let(word(k.load(self.buf, at, WORD)), "x"), self.dtype, self.offset)
        return k.let(even, "even"), k.let(odd, "odd")


def centred(k: KernelBuilder, buf: Buf, dtype: DType, zero: int) -> Input:
    """Bytes less their zero point; called outside of all loops.

    The zero point stands in the kernel as it is, so that layers with others may share its code.
    """
    if zero == 0:
        return Input(buf, dtype)
    half = Binary("and", constant(-zero, i32), constant(0xFFFF, i32))
    return Input(buf, dtype, k.let(Binary("mul", half, constant(0x10001, i32)), "offset"))


@dataclass(frozen=True, slots=True)
class Dots:
    """Dot products of an input with the weights of some channels.

    `weights` are [.., words, channels, 4].
    """

    s: Stage
    x: Input
    weights: Buf
    channels: int

    def add(self, sums: Sequence[Buf], start: Expr, weights: Expr, count: Expr) -> None:
        """Add the products of `count` bytes, whole words, to the sums."""
        k = self.s.k
        with k.loop(count, step=WORD, name="d", kept=True) as d:
            pairs = self.x.pairs(k, start + d)
            for channel, total in enumerate(sums):
                at = weights + d * self.channels + channel * WORD
                w = k.load(self.weights, at, WORD)
                k.store(total, 0, dot_halves(pairs, w, k.load(total)))


def channels_at_once(out: int) -> int:
    """How many output channels share what is read of the input: their sums are in registers."""
    return next(m for m in (4, 3, 2, 1) if out % m == 0)


def pack_words(weights: Array, channels: int) -> Array:
    """[out, depth] as [out / channels, depth / 4, channels, 4], the depth filled up with zeros."""
    missing = -weights.shape[1] % WORD
    whole = np.pad(weights, [(0, 0), (0, missing)])
    blocks = whole.reshape(-1, channels, whole.shape[1] // WORD, WORD)
    return np.ascontiguousarray(blocks.swapaxes(1, 2))


def bias_table(s: Stage, bias: Array | None, out: int) -> Buf:
    """A bias for each channel, in 16 bits where it fits."""
    found = np.zeros(out, np.int32) if bias is None else np.asarray(bias, np.int32).reshape(-1)
    narrow = found.astype(np.int16)
    return s.table(narrow if (narrow == found).all() else found, "bias")


def start_sums(s: Stage, bias: Buf, first: Expr, channels: int) -> list[Buf]:
    """Sums in registers, with the bias in them."""
    k = s.k
    return [
        k.local("sum", i32, init=k.load(bias, first + channel).cast(i32))
        for channel in range(channels)
    ]


@contextmanager
def each_sum(k: KernelBuilder, sums: Sequence[Buf]) -> Iterator[tuple[Expr, Expr]]:
    """A loop over sums, so that what is done with each is code that is there once."""
    done = k.local("done", i32, len(sums))
    for number, total in enumerate(sums):
        k.store(done, number, k.load(total))
    with k.loop(len(sums), name="c") as channel:
        yield channel, k.load(done, channel)
