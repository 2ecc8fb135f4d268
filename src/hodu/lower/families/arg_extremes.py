"""Where the largest and smallest elements are."""

from __future__ import annotations

import numpy as np

from hodu.dtypes import DType, bool_, i32, i64
from hodu.kernel.algebra import broadcast
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import Const, Expr, Ramp, select
from hodu.kernel.narrow import computed
from hodu.lower.index import Index, dense_strides, product
from hodu.lower.reducing.axes import row_axes
from hodu.lower.reducing.folds import MAX, MIN, Fold
from hodu.lower.reducing.reduce import write_row
from hodu.lower.reducing.rows import Nest, Row, lanes_for, vectorized
from hodu.lower.rules import kernel
from hodu.lower.stage import Stage
from hodu.lower.storage import strided_position
from hodu.ops._rules import axes_of


@kernel("argmax")
def argmax(s: Stage) -> None:
    """The index of the first largest element, or of the first NaN."""
    _arg_extreme(s, MAX)


@kernel("argmin")
def argmin(s: Stage) -> None:
    """The index of the first smallest element, or of the first NaN."""
    _arg_extreme(s, MIN)


def _arg_extreme(s: Stage, fold: Fold) -> None:
    """Fold each row to its extreme, then to the least index at which that stands."""
    dim = s.attrs["dim"]
    axes = row_axes(s, axes_of(None if dim is None else (dim,), s.type().rank))
    dtype = computed(s.type().dtype)
    extents = tuple(axes.extents[a] for a in axes.inner())
    count = product(extents)
    numbers = i32 if isinstance(count, Const) and count.value < 1 << 31 else i64
    numbers = i64 if dtype.bits == 64 else numbers
    strides = dense_strides(extents)

    def write(lanes: int) -> None:
        iota = s.table(np.arange(lanes, dtype=numbers.numpy), "iota") if lanes > 1 else None

        def one(row: Row) -> None:
            best = row.fold(fold, dtype, lambda p: s.read(0, axes.place(p)))

            def index(p: Index) -> Expr:
                inner = tuple(p[a] for a in axes.inner())
                at = _number(s, strided_position(inner, strides), numbers, iota)
                return select(_stands(s.read(0, axes.place(p)), best), at, none)

            none = count.cast(numbers)
            write_row(row, row.fold(MIN, numbers, index).cast(i64))

        Nest(s, axes, lanes).rows(one)

    vectorized(s, lanes_for(s, dtype) if numbers.bits == dtype.bits else 1, write)


def _number(s: Stage, at: Expr, dtype: DType, iota: Buf | None) -> Expr:
    """A position, or consecutive ones, as numbers."""
    if not isinstance(at, Ramp):
        return at.cast(dtype)
    assert iota is not None
    return broadcast(at.base.cast(dtype), at.lanes) + s.k.load(iota, 0, at.lanes)


def _stands(x: Expr, best: Expr) -> Expr:
    """Whether an element is the extreme of its row; where that is NaN, whether it is NaN."""
    if x.dtype is bool_:
        return ~(x ^ best)
    same = x.eq(best)
    return same | (x.ne(x) & best.ne(best)) if x.dtype.is_float else same
