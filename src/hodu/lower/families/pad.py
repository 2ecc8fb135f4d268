"""Padding, and cropping by negative padding."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hodu.dims import Dim
from hodu.kernel.expr import Expr, Operand, select
from hodu.kernel.narrow import computed
from hodu.lower.index import Index, product
from hodu.lower.moving.moves import kind_for, merge_axes, move, row_major
from hodu.lower.moving.regular import find_regular
from hodu.lower.rules import kernel
from hodu.lower.stage import Stage
from hodu.ops._fill_value import fill_value
from hodu.shapes import numel, static_shape


@kernel("pad")
def pad(s: Stage) -> None:
    """Elements put in around a tensor, or taken away where their number is negative."""
    if s.attrs["mode"] != "constant":
        _continue(s)
    elif not _frame(s):
        _choose(s)


def _value(s: Stage) -> Operand:
    number = fill_value(s.attrs["value"], s.out_type().dtype).item()
    assert isinstance(number, (bool, int, float))
    return number


def _frame(s: Stage) -> bool:
    """Fill what is around the input and copy it; False if it is computed or its size unknown."""
    source, value = s.node.inputs[0], s.node.outputs[0]
    assert source is not None
    shape, given = static_shape(value.type.shape), find_regular(s.lowering, source)
    before, after = static_shape(s.attrs["before"]), static_shape(s.attrs["after"])
    if shape is None or given is None or before is None or after is None:
        return False
    inner = [range(max(b, 0), n - max(a, 0)) for n, b, a in zip(shape, before, after, strict=True)]
    if any(len(r) == 0 for r in inner):
        return False
    strides = row_major(shape)
    _fill_around(s, shape, inner)
    axes = merge_axes([len(r) for r in inner], given.strides, strides)
    cropped = [max(-b, 0) for b in before]
    target = s.param(s.lowering.storage[value].place, "out", "padded")
    buf = s.param(given.place, "in", given.place.slot.name)
    to = _dot([r.start for r in inner], strides)
    move(s.k, target, to, buf, given.base + _dot(cropped, given.strides), axes)
    return True


def _dot(a: Sequence[int], b: Sequence[int]) -> int:
    return sum(x * y for x, y in zip(a, b, strict=True))


def _fill_around(s: Stage, shape: Sequence[int], inner: Sequence[range]) -> None:
    """Fill, axis by axis, what lies beside the input along it and within it along those before."""
    strides = row_major(shape)
    for axis, part in enumerate(inner):
        for lo, hi in ((0, part.start), (part.stop, shape[axis])):
            if lo == hi:
                continue
            with s.k.loops([len(r) for r in inner[:axis]]) as at:
                start: Expr | int = lo * strides[axis]
                for i, r, stride in zip(at, inner, strides, strict=False):
                    start = (i + r.start) * stride + start
                _fill(s, start, (hi - lo) * strides[axis])


def _fill(s: Stage, start: Operand, count: int) -> None:
    target = s.param(s.lowering.storage[s.node.outputs[0]].place, "out", "padded")
    with s.k.loop(count) as i:
        s.k.store(target, i + start, _value(s))


def _choose(s: Stage) -> None:
    """Element by element, the input's or the value."""
    k, before, own = s.k, s.extents(s.attrs["before"]), s.in_extents()
    with k.loops(s.out_extents(), kind=kind_for(numel(s.out_type().shape))) as at:
        found = k.local("found", computed(s.out_type().dtype), init=_value(s))
        source = tuple(i - b for i, b in zip(at, before, strict=True))
        with k.when(_is_inside(source, own)):
            k.store(found, 0, s.read(0, source))
        s.write(at, k.load(found))


def _is_inside(position: Index, extents: Sequence[Expr]) -> Expr:
    inside = product(()).eq(1)
    for i, n in zip(position, extents, strict=True):
        inside = inside & (i >= 0) & (i < n)
    return inside


def _continue(s: Stage) -> None:
    """The modes in which the tensor goes on: each axis has its own source of a place."""
    befores, afters = s.extents(s.attrs["before"]), s.extents(s.attrs["after"])
    turn = _SOURCES[s.attrs["mode"]]
    with s.k.loops(s.out_extents(), kind=kind_for(numel(s.out_type().shape))) as at:
        position = tuple(
            s.k.let(turn(i - b, n, b, a), "source", (0, _last(dim)))
            for i, n, b, a, dim in zip(
                at, s.in_extents(), befores, afters, s.type().shape, strict=True
            )
        )
        s.write(at, s.read(0, position))


def _last(size: Dim) -> int | None:
    return size - 1 if isinstance(size, int) else None


def _replicated(place: Expr, n: Expr, before: Expr, after: Expr) -> Expr:
    return place.max(0).min(n - 1)


def _reflected(place: Expr, n: Expr, before: Expr, after: Expr) -> Expr:
    """Mirrored about the edge elements, once: a pad is shorter than the tensor."""
    front = select(place < 0, -place, place)
    end = (n - 1) * 2 - front
    return select(front < n, front, end).max(0)


def _turned(place: Expr, n: Expr, before: Expr, after: Expr) -> Expr:
    """From the other end of what cropping leaves, which is no shorter than a pad."""
    cropped = (-before).max(0)
    left = n - cropped - (-after).max(0)
    at = place - cropped
    wrapped = select(at < 0, at + left, select(at < left, at, at - left))
    return wrapped + cropped


_SOURCES: dict[str, Callable[[Expr, Expr, Expr, Expr], Expr]] = {
    "replicate": _replicated,
    "reflect": _reflected,
    "circular": _turned,
}
