"""Maxima of windows and where they are, and adaptive and fractional windows."""

from __future__ import annotations

from collections.abc import Callable

from hodu.dtypes import i64
from hodu.kernel.algebra import constant
from hodu.kernel.expr import INDEX, Expr, index, select
from hodu.kernel.narrow import computed
from hodu.lower import status
from hodu.lower.families.pooling import mean_dtype, mean_windows
from hodu.lower.index import ZERO, Index, flat, product, unflat
from hodu.lower.pointwise import is_large
from hodu.lower.reducing.folds import MAX
from hodu.lower.reducing.rows import loops_between
from hodu.lower.reducing.windows import Windows, windows_of
from hodu.lower.rules import kernel
from hodu.lower.stage import Stage
from hodu.ops._pooling import extreme
from hodu.shapes import format_shape

_FEW_TAPS = 16
Span = tuple[Expr, Expr]
Taps = tuple[Expr, Expr, Expr, int]
"""The first tap, the end of the taps, where tap 0 stands and the distance between taps."""


@kernel("max_pool_with_indices")
def max_pool_with_indices(s: Stage) -> None:
    """The maximum of every window, and where it is; -1 where a window lies in the padding."""
    windows = windows_of(s.attrs)
    sizes = s.in_extents()[-windows.rank :]

    def taps(axis: int, at: Index) -> Taps:
        own = at[len(at) - windows.rank + axis]
        first, end = windows.taps(axis, own, sizes[axis])
        return first, end, windows.start(axis, own), windows.dilation[axis]

    _maxima(s, windows.rank, taps)


@kernel("adaptive_max_pool")
def adaptive_max_pool(s: Stage) -> None:
    """The maxima of windows that divide the trailing axes evenly, and where they are."""
    rank = len(s.attrs["output_size"])

    def taps(axis: int, at: Index) -> Taps:
        first, end = _adaptive(s, rank, axis, at)
        return ZERO, end - first, first, 1

    _maxima(s, rank, taps)


@kernel("fractional_max_pool")
def fractional_max_pool(s: Stage) -> None:
    """The maxima of windows at pseudo-random steps, and where they are."""
    rank = len(s.attrs["kernel_size"])
    order = (1, 0) if rank == 2 else tuple(range(rank))

    def taps(axis: int, at: Index) -> Taps:
        sample = s.read(1, (*at[:2], index(order[axis])))
        start = _fractional_start(s, axis, at[2 + axis], sample)
        return ZERO, index(s.attrs["kernel_size"][axis]), start, 1

    _maxima(s, rank, taps)


def _fractional_start(s: Stage, axis: int, at: Expr, sample: Expr) -> Expr:
    """Where a window starts; samples outside [0, 1) give windows at the ends, not outside."""
    kernel = s.attrs["kernel_size"][axis]
    size, out = s.in_extents()[2 + axis], s.out_extents()[2 + axis]
    dtype, last = sample.dtype, size - kernel
    sample = s.k.let(select(sample > 0, sample, constant(0, dtype)), "sample")
    sample = s.k.let(select(sample < 1, sample, constant(1, dtype)), "sample")
    steps = (out - 1).max(1).cast(dtype)
    alpha = s.k.let(last.cast(dtype) / steps, "alpha")
    first = (sample * alpha).cast(i64).cast(INDEX)
    start = ((at.cast(dtype) + sample) * alpha).cast(i64).cast(INDEX) - first
    return s.k.let(select(at.eq(out - 1), last, start.max(0).min(last)), "start")


def _adaptive(s: Stage, rank: int, axis: int, at: Index) -> Span:
    """Where a window of an axis that is divided evenly starts and ends."""
    lead = len(at) - rank
    size, out, own = s.in_extents()[lead + axis], s.out_extents()[lead + axis], at[lead + axis]
    return own * size // out, ((own + 1) * size + (out - 1)) // out


def _maxima(s: Stage, rank: int, taps: Callable[[int, Index], Taps]) -> None:
    """Store the maxima of windows and their positions in the flattened trailing axes.

    The first of equal maxima counts, but the last NaN.
    """
    extents = s.out_extents()
    if any(d == 0 for d in s.out_type().shape):
        return
    with s.k.loops(extents, kind="parallel" if is_large(extents) else "serial") as at:
        _maximum(s, at, [_named(s, taps(axis, at)) for axis in range(rank)])


def _named(s: Stage, taps: Taps) -> Taps:
    first, end, start, step = taps
    return s.k.let(first, "tap"), s.k.let(end, "end"), s.k.let(start, "start"), step


def _maximum(s: Stage, at: Index, taps: list[Taps]) -> None:
    k, own, rank = s.k, s.type().dtype, len(taps)
    dtype, sizes = computed(own), s.in_extents()[-len(taps) :]
    best = k.local("best", dtype, init=MAX.identity(dtype))
    start = tuple(begin + first * step for first, _, begin, step in taps)
    where = k.local("where", i64, init=flat(start, sizes).cast(i64))
    with loops_between(k, [(first, end) for first, end, _, _ in taps]) as turn:
        places = tuple(begin + i * step for i, (_, _, begin, step) in zip(turn, taps, strict=True))
        x = s.read(0, (*at[: len(at) - rank], *places))
        better = x > k.load(best)
        with k.when(better | x.ne(x) if dtype.is_float else better):
            k.store(best, 0, x)
            k.store(where, 0, flat(places, sizes).cast(i64))
    found, number = k.load(best), k.load(where)
    for first, end, _, _ in taps:
        is_empty = first >= end
        found = select(is_empty, constant(extreme(own.numpy, -1), dtype), found)
        number = select(is_empty, constant(-1, i64), number)
    s.write(at, found, 0)
    s.write(at, number, 1)


@kernel("adaptive_avg_pool", epilogue=True)
def adaptive_avg_pool(s: Stage) -> None:
    """The mean over windows that divide the trailing axes evenly into `output_size`."""
    rank, shape = len(s.attrs["output_size"]), s.type().shape
    out = s.out_type().shape
    if any(d == 0 for d in out):
        return
    pairs = list(zip(shape[-rank:], out[-rank:], strict=True))
    if all(isinstance(a, int) and isinstance(b, int) and a % b == 0 for a, b in pairs):
        sizes = tuple(int(a) // int(b) for a, b in pairs)
        mean_windows(s, Windows(sizes, sizes, (0,) * 2 * rank, (1,) * rank))
        return
    extents = s.out_extents()
    with s.k.loops(extents, kind="parallel" if is_large(extents) else "serial") as at:
        _mean(s, at, [_adaptive(s, rank, axis, at) for axis in range(rank)])


def _mean(s: Stage, at: Index, spans: list[Span]) -> None:
    k, dtype = s.k, mean_dtype(s.type().dtype)
    total = k.local("total", dtype, init=0)
    count: Expr = index(1)
    for first, end in spans:
        count = count * (end - first)
    with loops_between(k, spans) as places:
        x = s.read(0, (*at[: len(at) - len(spans)], *places)).cast(dtype)
        k.store(total, 0, k.load(total) + x)
    s.write(at, (k.load(total) / count.cast(dtype)).cast(computed(s.out_type().dtype)))


@kernel("max_unpool")
def max_unpool(s: Stage) -> None:
    """Zeros with the values at their flat positions in the trailing axes."""
    rank = len(s.attrs["output_size"])
    spatial = s.out_extents()[-rank:]
    size = product(spatial)
    with s.k.loops(s.out_extents()) as at:
        s.write(at, constant(0, computed(s.out_type().dtype)))
    with s.k.loops(s.in_extents()) as at:
        place = s.k.let(s.read(1, at), "place")
        s.fail(
            (place < 0) | (place >= size.cast(i64)),
            status.INDEX,
            "max_unpool(): index {0} lies outside the {1} positions of output_size "
            f"{format_shape(s.attrs['output_size'])}",
            place,
            size,
        )
        target = unflat(s.k.let(place.cast(INDEX), "target"), spatial)
        s.write((*at[: len(at) - rank], *target), s.read(0, at))
