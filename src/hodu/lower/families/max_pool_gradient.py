"""The gradient of max pooling: that of each window goes to where its maximum is."""

from __future__ import annotations

import functools
import itertools
import math
import operator
from collections.abc import Iterator, Sequence

from hodu.dtypes import bool_, i32
from hodu.kernel.algebra import constant
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import INDEX, Expr, index, select
from hodu.kernel.narrow import computed
from hodu.lower.index import Index, flat, product, unflat
from hodu.lower.pointwise import is_large
from hodu.lower.reducing.folds import MAX
from hodu.lower.reducing.rows import loops_between
from hodu.lower.reducing.windows import Windows, windows_of
from hodu.lower.rules import kernel
from hodu.lower.stage import Stage

_FEW_TAPS = 16
Span = tuple[Expr, Expr]


@kernel("max_pool_gradient")
def max_pool_gradient(s: Stage) -> None:
    """Zeros, and the gradient of every window added where its maximum is."""
    windows, k = windows_of(s.attrs), s.k
    lead = s.type().rank - windows.rank
    heads, counts = s.in_extents(0)[:lead], s.in_extents(0)[lead:]
    planes, plane = product(heads), product(s.in_extents(1)[lead:])
    is_parallel = is_large((planes, plane))
    are_inside, are_apart = _are_inside(s, windows), _are_apart(windows)
    with k.loop(planes, kind="parallel" if is_parallel else "serial", name="plane") as number:
        start, own = k.let(number * plane, "start"), unflat(number, heads)
        if not (are_inside and are_apart and _cover_all(s, windows)):
            _clear(s, start, plane)
        with k.loops(counts) as at:
            if are_inside:
                _of_window(s, windows, own, at, start, are_apart=are_apart)
            else:
                _of_part(s, windows, own, at, start)


def _clear(s: Stage, start: Expr, plane: Expr) -> None:
    with s.k.loop(plane) as i:
        s.k.store(s.memory(), start + i, constant(0, s.memory().dtype))


def _of_window(
    s: Stage, windows: Windows, own: Index, at: Index, start: Expr, *, are_apart: bool
) -> None:
    """The gradient of a window inside of the input, all taps written out.

    Windows that lie apart write all their places, without branches; others add to one.
    """
    k, out, places = s.k, s.memory(), list(_places(s, windows, own, at, start))
    best = _number_of_maximum(s, windows, own, at)
    gradient = k.let(s.read(0, (*own, *at)), "gradient")
    if are_apart:
        for number, place in enumerate(places):
            mine = best.eq(constant(number, i32))
            k.store(out, place, select(mine, gradient, constant(0, gradient.dtype)))
        return
    place = places[0]
    for number, other in enumerate(places[1:], 1):
        place = select(best.eq(constant(number, i32)), other, place)
    place = k.let(place, "place")
    k.store(out, place, k.load(out, place) + gradient)


def _of_part(s: Stage, windows: Windows, own: Index, at: Index, start: Expr) -> None:
    """The gradient of a window of which a part may lie in the padding."""
    k, out, sizes = s.k, s.memory(), s.in_extents(1)[len(own) :]
    spans = [windows.taps(axis, i, sizes[axis]) for axis, i in enumerate(at)]
    where = _place_of_maximum(s, windows, own, at, spans)
    is_empty = functools.reduce(operator.or_, (lo >= hi for lo, hi in spans))
    with k.when(is_empty.eq(constant(False, bool_))):
        place = k.let(start + k.load(where), "place")
        k.store(out, place, k.load(out, place) + s.read(0, (*own, *at)))


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


def _are_apart(windows: Windows) -> bool:
    """Whether no element is in two windows."""
    axes = zip(windows.kernel, windows.stride, windows.dilation, strict=True)
    return all((k - 1) * d < step for k, step, d in axes)


def _cover_all(s: Stage, windows: Windows) -> bool:
    """Whether every element is in a window, if they lie inside and apart."""
    sizes, counts = (s.type(i).shape[-windows.rank :] for i in (1, 0))
    axes = zip(sizes, counts, windows.kernel, windows.stride, strict=True)
    return all(k == step and n * step == size for size, n, k, step in axes)


def _taps(windows: Windows) -> Iterator[Index]:
    """All taps of a window."""
    return (tuple(map(index, tap)) for tap in itertools.product(*map(range, windows.kernel)))


def _places(s: Stage, windows: Windows, own: Index, at: Index, start: Expr) -> Iterator[Expr]:
    """Where the taps of a window are."""
    sizes = s.in_extents(1)[len(own) :]
    for tap in _taps(windows):
        yield s.k.let(start + flat(_start_of(windows, at, tap), sizes), "here")


def _number_of_maximum(s: Stage, windows: Windows, own: Index, at: Index) -> Expr:
    """Which tap of a window is the maximum: the first of equal ones, but the last NaN."""
    k, first, *rest = s.k, *_taps(windows)
    best = k.let(s.read(1, (*own, *_start_of(windows, at, first))), "x")
    found: Expr = constant(0, i32)
    for number, tap in enumerate(rest, 1):
        x = k.let(s.read(1, (*own, *_start_of(windows, at, tap))), "x")
        better = x > best
        better = k.let(better | x.ne(x) if x.dtype.is_float else better, "better")
        best = k.let(select(better, x, best), "best")
        found = k.let(select(better, constant(number, i32), found), "found")
    return found


def _start_of(windows: Windows, at: Index, tap: Sequence[Expr]) -> Index:
    return tuple(
        windows.start(axis, i) + t * windows.dilation[axis]
        for axis, (i, t) in enumerate(zip(at, tap, strict=True))
    )


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
