"""Maxima of windows and where they are, and adaptive and fractional windows."""

from __future__ import annotations

import functools
import itertools
import math
import operator
from collections.abc import Callable, Sequence

from hodu.dtypes import bool_, i64
from hodu.kernel.algebra import constant
from hodu.kernel.buffer import Buf
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


@kernel("max_pool_gradient")
def max_pool_gradient(s: Stage) -> None:
    """Zeros, and the gradient of every window added where its maximum is."""
    windows, k, out = windows_of(s.attrs), s.k, s.memory()
    lead = s.type().rank - windows.rank
    heads, counts = s.in_extents(0)[:lead], s.in_extents(0)[lead:]
    sizes = s.in_extents(1)[lead:]
    planes, plane = product(heads), product(sizes)
    is_parallel = is_large((planes, plane))
    with k.loop(planes, kind="parallel" if is_parallel else "serial", name="plane") as number:
        start = k.let(number * plane, "start")
        with k.loop(plane) as i:
            k.store(out, start + i, constant(0, out.dtype))
        with k.loops(counts) as at:
            own = unflat(number, heads)
            if _are_inside(s, windows):
                _add_at(s, start + _best_tap(s, windows, own, at), (*own, *at))
            else:
                spans = [windows.taps(axis, i, sizes[axis]) for axis, i in enumerate(at)]
                where = _place_of_maximum(s, windows, own, at, spans)
                is_empty = functools.reduce(operator.or_, (lo >= hi for lo, hi in spans))
                with k.when(is_empty.eq(constant(False, bool_))):
                    _add_at(s, start + k.load(where), (*own, *at))


def _add_at(s: Stage, place: Expr, position: Index) -> None:
    place, out = s.k.let(place, "place"), s.memory()
    s.k.store(out, place, s.k.load(out, place) + s.read(0, position))


def _are_inside(s: Stage, windows: Windows) -> bool:
    """Whether all windows are known to lie inside of the input, and are small."""
    if any(windows.padding) or math.prod(windows.kernel) > _FEW_TAPS:
        return False
    sizes, counts = (s.type(i).shape[-windows.rank :] for i in (1, 0))
    axes = zip(sizes, counts, windows.kernel, windows.stride, windows.dilation, strict=True)
    return all(
        isinstance(size, int) and isinstance(n, int) and (n - 1) * step + (k - 1) * d < size
        for size, n, k, step, d in axes
    )


def _start_of(windows: Windows, at: Index, tap: Sequence[Expr]) -> Index:
    return tuple(
        windows.start(axis, i) + t * windows.dilation[axis]
        for axis, (i, t) in enumerate(zip(at, tap, strict=True))
    )


def _best_tap(s: Stage, windows: Windows, own: Index, at: Index) -> Expr:
    """Where in its plane the maximum of a window is, all taps written out."""
    k, sizes = s.k, s.in_extents(1)[len(own) :]
    best = place = None
    for tap in itertools.product(*map(range, windows.kernel)):
        position = _start_of(windows, at, tuple(map(index, tap)))
        x, here = s.read(1, (*own, *position)), k.let(flat(position, sizes), "here")
        if best is None or place is None:
            best, place = x, here
            continue
        better = x > best
        better = k.let(better | x.ne(x) if x.dtype.is_float else better, "better")
        best = k.let(select(better, x, best), "best")
        place = k.let(select(better, here, place), "place")
    assert place is not None
    return place


def _place_of_maximum(
    s: Stage, windows: Windows, own: Index, at: Index, spans: Sequence[Span]
) -> Buf:
    """Where in its plane the maximum of a window is, of the taps that lie inside."""
    k, dtype, sizes = s.k, computed(s.type(1).dtype), s.in_extents(1)[len(own) :]
    first = flat(_start_of(windows, at, [lo for lo, _ in spans]), sizes)
    best = k.local("best", dtype, init=MAX.identity(dtype))
    where = k.local("where", INDEX, init=first)
    with loops_between(k, spans) as tap:
        position = _start_of(windows, at, tap)
        x = s.read(1, (*own, *position))
        better = x > k.load(best)
        with k.when(better | x.ne(x) if dtype.is_float else better):
            k.store(best, 0, x)
            k.store(where, 0, flat(position, sizes))
    return where


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
