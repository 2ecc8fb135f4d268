"""Products by constants in as little code as can be: some columns of one row at a time.

Loops are kept where they run once, so that layers of all sizes share them (`lower/unite.py`), and
results are stored in a loop, so that what follows is written once. The bias of some columns stands
before their weights.
"""

from __future__ import annotations

import math

import numpy as np

from hodu.dtypes import f32
from hodu.kernel.algebra import constant
from hodu.kernel.expr import Expr, select
from hodu.lower.gemm.finish import Write
from hodu.lower.gemm.operands import Matrices
from hodu.lower.gemm.product import Sizes, known
from hodu.lower.stage import Stage
from hodu.ops._table import Array

_COLUMNS = 4  # at most: eight would take 30 % more code and 20 % less time


def suits(s: Stage, sizes: Sizes, a: Matrices, b: Matrices) -> bool:
    """Whether little code is asked for, and all rows are multiplied by one constant matrix."""
    is_scalar = s.target.compact and not s.target.vector_bits
    is_one = b.data is not None and b.data.ndim == 2 and b.data.size > 0
    is_real = a.dtype is f32 and b.dtype is f32
    return is_scalar and is_one and is_real and known(sizes.depth) is not None


def multiply(
    s: Stage, sizes: Sizes, a: Matrices, b: Matrices, bias: Array | None, write: Write
) -> None:
    """Store the sums of all rows, with the bias of each column, through `write`."""
    k = s.k
    assert b.data is not None
    columns, depth = b.data.shape
    wide = next(n for n in range(_COLUMNS, 0, -1) if columns % n == 0)
    rights = s.table(_packed(b.data, bias, wide), "w")
    left, numbers, before = s.param(a.place, "in"), range(wide), 0 if bias is None else wide
    k.work += columns * depth * (known(sizes.rows) or 1)
    with k.loops((*sizes.batch, sizes.rows)) as (*batch, row):
        start = k.let(a.start(tuple(batch)) + row * a.stride, "left")
        with k.loop(columns // wide, name="panel", kept=True) as panel:
            at = k.let(panel * (depth * wide + before), "at")
            first: list[Expr] = [constant(0, f32) for _ in numbers]
            if before:
                first = [k.let(k.load(rights, at + n), "bias") for n in numbers]
            sums = [k.local("sum", f32, init=value) for value in first]
            with k.loop(depth, name="d", kept=True) as d:
                position = at + (d * wide + before)
                w = [k.let(k.load(rights, position + n), "w") for n in numbers]
                x = k.let(k.load(left, start + d * a.step), "x")
                for total, weight in zip(sums, w, strict=True):
                    k.store(total, 0, k.load(total) + x * weight)
            done = k.local("done", f32, wide)
            for n, total in enumerate(sums):
                k.store(done, n, k.load(total))
            with k.loop(wide, name="n") as at_once:
                column = panel * wide + at_once
                write(s, tuple(batch), row, column, bounded(s, k.load(done, at_once)))


def _packed(data: Array, bias: Array | None, wide: int) -> Array:
    """Panels of columns: the bias of each, then their elements along the depth."""
    columns, depth = data.shape
    panels = data.reshape(-1, wide, depth).swapaxes(1, 2)
    if bias is not None:
        rows = np.broadcast_to(bias, columns).reshape(-1, 1, wide)
        panels = np.concatenate([rows, panels], axis=1)
    return np.ascontiguousarray(panels)


def bounded(s: Stage, value: Expr) -> Expr:
    """A sum that nothing follows, as one that a ReLU follows, of which any number is in bounds.

    So layers with and without ReLU are of one form.
    """
    if s.epilogue:
        return value
    least = constant(-math.inf, f32)
    return select(value < least, least, value)
