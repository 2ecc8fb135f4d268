"""Matrix products of bytes whose right operand is constant: sums of raw bytes, then corrected.

    sum (x - zero) * w = sum x * w - zero * sum w

The sums of the columns of the weights are known, so that a zero point costs an addition for each
result; what the target adds to i8 to have u8 is part of it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hodu.dtypes import DType, i8, i32
from hodu.kernel.algebra import broadcast, constant
from hodu.kernel.expr import Const, Expr, Ramp, index
from hodu.lower.gemm.contract import contract_words
from hodu.lower.gemm.finish import Write
from hodu.lower.gemm.operands import WORD, Matrices
from hodu.lower.gemm.product import Sizes, known
from hodu.lower.index import ZERO, Index, dense_strides, dot, product
from hodu.lower.program import Place
from hodu.lower.stage import Stage
from hodu.ops._table import Array
from hodu.plan.target import Target


def is_turned(dtype: DType, target: Target) -> bool:
    """Whether bytes of this dtype are multiplied as u8 on this target: x86 has no other way."""
    return dtype is i8 and target.architecture == "x86_64"


def centred_bytes(data: Array | None, zero: Array | None) -> Array | None:
    """Constant bytes less their zero points, None if those are no i8 or not known."""
    if data is None or not data.size:
        return None
    wide = data.astype(np.int32) - (0 if zero is None else zero.astype(np.int32))
    return wide.astype(np.int8) if wide.min() >= -128 and wide.max() <= 127 else None


def has_words(sizes: Sizes) -> bool:
    """Whether a product has this form: its sizes are known."""
    whole = product((*sizes.batch, sizes.rows, sizes.columns, sizes.depth))
    return isinstance(whole, Const) and whole.value > 0


def multiply_bytes(
    s: Stage, sizes: Sizes, a: Matrices, b: Matrices, write: Write, zero: int | None
) -> None:
    """Store the products of `a` less a zero point with the constant `b` in i8.

    The zero point is that number, or with None the one that the node reads as its input 2.
    """
    assert b.data is not None
    turned = is_turned(a.dtype, s.target)
    added = 128 if turned else 0
    sums = -b.data.astype(np.int64).sum(axis=-1)
    table = sums * (added if zero is None else zero + added)
    offsets = s.lowering.new_constant("offsets", table.astype(np.int32))
    factors = None
    if zero is None:
        factors = s.lowering.new_constant("factors", sums.astype(np.int32))
    words = replace(sizes, depth=index(-(-(known(sizes.depth) or 0) // WORD)))
    corrected = _corrected(write, offsets, factors)
    contract_words(s, words, in_words(s, sizes, a), b, corrected, turned=turned)


def _corrected(write: Write, offsets: Place, factors: Place | None) -> Write:
    """Adds the offsets of columns to sums, and factors times the zero point."""

    def corrected(s: Stage, batch: Index, row: Expr, column: Expr, value: Expr) -> None:
        at = column.base if isinstance(column, Ramp) else column
        total = value + s.k.load(s.param(offsets, "in", "offsets"), at, value.lanes)
        if factors is not None:
            zero = s.read(2, (ZERO,) * s.type(2).rank).cast(i32)
            each = s.k.load(s.param(factors, "in", "factors"), at, value.lanes)
            total = total + broadcast(zero, value.lanes) * each
        write(s, batch, row, column, total)

    return corrected


def in_words(s: Stage, sizes: Sizes, a: Matrices) -> Matrices:
    """The left operand with whole words along the depth, copied where it does not lie like that."""
    depth = known(sizes.depth)
    assert depth is not None
    if a.step == index(1) and depth % WORD == 0:
        return replace(a, step=index(WORD))
    length = -(-depth // WORD) * WORD
    count = known(product((*sizes.batch, sizes.rows)))
    assert count is not None
    place = Place(s.lowering.new_slot("words", a.dtype, count * length, "arena"))
    strides = tuple(t * length for t in dense_strides((*sizes.batch, sizes.rows)))
    copy = s.lowering.bare_stage("words")
    k, x, y = copy.k, copy.param(a.place, "in"), copy.param(place, "out")
    with k.loops((*sizes.batch, sizes.rows), kind="parallel") as (*batch, row):
        source = k.let(a.start(tuple(batch)) + row * a.stride, "source")
        target = k.let(dot((*batch, row), strides), "to")
        with k.loop(depth, name="d") as d:
            k.store(y, target + d, k.load(x, source + d * a.step))
        for missing in range(depth, length):
            k.store(y, target + missing, constant(0, a.dtype))
    copy.finish()
    return Matrices(place, ZERO, strides[:-1], strides[-1], index(WORD))
