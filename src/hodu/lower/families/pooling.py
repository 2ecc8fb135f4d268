"""Sliding windows reduced: max, average and any other reduction."""

from __future__ import annotations

import numpy as np

from hodu.dtypes import DType, i64, u64
from hodu.kernel.algebra import constant
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import Expr, Ramp
from hodu.kernel.narrow import computed
from hodu.lower.index import Index
from hodu.lower.reducing.folds import ADD, MAX, MIN, MUL, Fold
from hodu.lower.reducing.reduce import reduce
from hodu.lower.reducing.windows import Windows, fold_windows, windows_of
from hodu.lower.rules import kernel
from hodu.lower.stage import Stage
from hodu.ops._pooling import extreme
from hodu.ops.avg_pooling import window_sizes


@kernel("max_pool", epilogue=True)
def max_pool(s: Stage) -> None:
    """The maximum of every window; NaN wins, padding never does."""
    _pool(s, windows_of(s.attrs), MAX)


@kernel("reduce_window", epilogue=True)
def reduce_window(s: Stage) -> None:
    """The sum, product, maximum or minimum of every window."""
    fold = {"sum": ADD, "prod": MUL, "max": MAX, "min": MIN}[s.attrs["reduce"]]
    _pool(s, windows_of(s.attrs, "window_shape"), fold)


def _pool(s: Stage, windows: Windows, fold: Fold) -> None:
    own = s.type().dtype
    dtype = computed(own)
    padding = fold.identity(dtype)
    if fold in (MAX, MIN):
        padding = constant(extreme(own.numpy, -1 if fold is MAX else 1), dtype)
    if covers_all(s, windows):
        axes = range(s.type().rank - windows.rank, s.type().rank)
        reduce(s, axes, fold, dtype, lambda at: s.read(0, at), lambda total: total)
        return
    fold_windows(s, windows, fold, dtype, padding, lambda at, found: found)


def covers_all(s: Stage, windows: Windows) -> bool:
    """Whether there is one window, which is the whole of the trailing axes."""
    n = windows.rank
    return (
        tuple(s.type().shape[-n:]) == windows.kernel
        and not any(windows.padding)
        and max(windows.dilation) == 1
        and s.out_type().shape[-n:] == (1,) * n
    )


@kernel("avg_pool", epilogue=True)
def avg_pool(s: Stage) -> None:
    """The mean of every window; integers are truncated towards zero."""
    mean_windows(s, windows_of(s.attrs), s.attrs["count_include_pad"], s.attrs["divisor_override"])


def mean_dtype(dtype: DType) -> DType:
    """The dtype in which the elements of a window are added up."""
    if dtype.is_integer:
        return u64 if dtype is u64 else i64
    return computed(dtype)


def mean_windows(
    s: Stage, windows: Windows, count_include_pad: bool = True, divisor: int | None = None
) -> None:
    """Store the mean of every window."""
    dtype, out = mean_dtype(s.type().dtype), computed(s.out_type().dtype)
    if covers_all(s, windows):
        axes = range(s.type().rank - windows.rank, s.type().rank)
        count = int(np.prod(windows.kernel)) if divisor is None else divisor
        reduce(
            s,
            axes,
            ADD,
            dtype,
            lambda at: s.read(0, at).cast(dtype),
            lambda total: (total / constant(count, dtype)).cast(out),
        )
        return
    counts = _counts(s, windows, count_include_pad) if divisor is None else []

    def finish(at: Index, total: Expr) -> Expr:
        number: Expr = constant(1 if divisor is None else divisor, dtype)
        for axis, sizes in zip(at[-windows.rank :], counts, strict=False):
            number = number * _count(s, sizes, axis, dtype)
        return (total / number).cast(out)

    fold_windows(s, windows, ADD, dtype, ADD.identity(dtype), finish)


def _counts(s: Stage, windows: Windows, is_padded: bool) -> list[np.ndarray]:
    """How many elements of the windows count, for each axis."""
    n = windows.rank
    sizes, out = s.type().shape[-n:], s.out_type().shape[-n:]
    found = []
    for i in range(n):
        size, number = int(sizes[i]), int(out[i])
        begin, end = windows.padding[i], windows.padding[n + i]
        axis = (windows.kernel[i], windows.stride[i], windows.dilation[i])
        counts = window_sizes(size, number, *axis, begin, end, is_padded=is_padded)
        found.append(np.maximum(counts, 1))
    return found


def _count(s: Stage, sizes: np.ndarray, at: Expr, dtype: DType) -> Expr:
    if len(sizes) == 0 or (sizes == sizes[0]).all():
        return constant(int(sizes[0]) if len(sizes) else 1, dtype)
    table: Buf = s.table(sizes.astype(dtype.numpy), "counts")
    if isinstance(at, Ramp):
        return s.k.load(table, at.base, at.lanes)
    return s.k.load(table, at)
