"""Writing to places that integer tensors name: the loops of index_put, scatter and scatter_nd.

Places are visited in row-major order of the index, one after the other, so that of duplicates the
last one wins. Narrow floats are folded in f32 and rounded once.

The input is copied by a kernel of its own, which falls away where the input is not needed any more
(`hodu.lower.copies`). All places of a state are checked before that, so that a row of it is written
where it lies and a run that fails changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hodu.dtypes import bool_, i64
from hodu.kernel.algebra import constant
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import Expr, select
from hodu.kernel.narrow import computed
from hodu.lower.index import Extents, Index, flat, product
from hodu.lower.indexing.checked_index import checked_index, wrapped_index

if TYPE_CHECKING:
    from hodu.lower.stage import Stage


@dataclass(frozen=True, slots=True)
class Places:
    """Where to write: for each position of `index`, the coordinates of some axes of the target.

    `coordinates` gives integers by axis, not checked yet; the other axes are written whole, with
    `values(position, rest)` for the position and the coordinates of the rest.
    """

    index: Extents
    coordinates: Callable[[Index], Mapping[int, Expr]]
    values: Callable[[Index, Index], Expr]
    wrap: bool


def write_places(s: Stage, places: Places, how: str = "set", *, include_self: bool = True) -> None:
    """Input 0 with values written at `places`: "set", or a fold by its eager name."""
    extents = s.extents(s.type(0).shape or (1,))
    is_checked = _is_kept(s)
    if is_checked:
        with s.k.loops(places.index) as position:
            _coordinates(s, places, extents, position)
        s.split("copy")
    target = _target(s, how)
    copy_input(s, target)
    if target.dtype is s.out_type().dtype:
        s.split(s.node.op)
        target = s.memory()
    counts = None
    if how == "mean" or (how != "set" and not include_self):
        counts = _zeros(s, target.size, product(extents))
    with s.k.loops(places.index) as position:
        found = _coordinates(s, places, extents, position, is_checked=is_checked)
        rest_axes = [axis for axis in range(len(extents)) if axis not in found]
        with s.k.loops([extents[axis] for axis in rest_axes]) as rest:
            at = _flat(extents, {**found, **dict(zip(rest_axes, rest, strict=True))})
            _join(s, target, counts, at, places.values(position, rest), how, include_self)
    if how == "mean":
        assert counts is not None
        _divide(s, target, counts, product(extents), int(include_self))
    if target.dtype is not s.out_type().dtype:
        _round(s, target, product(extents))


def _is_kept(s: Stage) -> bool:
    value = s.node.inputs[0]
    storage = None if value is None else s.lowering.storage.get(value)
    return storage is not None and storage.place.slot.kind in ("state", "updated")


def _coordinates(
    s: Stage, places: Places, extents: Extents, position: Index, *, is_checked: bool = False
) -> dict[int, Expr]:
    """The coordinates that are named, as positions along their axes."""
    return {
        axis: wrapped_index(s, raw, extents[axis], wrap=places.wrap)
        if is_checked
        else checked_index(s, raw, extents[axis], axis, wrap=places.wrap)
        for axis, raw in places.coordinates(position).items()
    }


def _flat(extents: Sequence[Expr], coordinates: Mapping[int, Expr]) -> Expr:
    return flat([coordinates[axis] for axis in range(len(extents))], extents)


def _target(s: Stage, how: str) -> Buf:
    """Where to fold: the result itself, or f32 for narrow floats."""
    inner = computed(s.out_type().dtype)
    out = s.memory()
    if how == "set" or inner is out.dtype:
        return out
    return s.scratch(inner, out.size, "folded")


def copy_input(s: Stage, target: Buf) -> None:
    """Fill `target`, in row-major order, with the elements of input 0."""
    extents = s.in_extents(0)
    source = s.stored(0)
    if source is not None and source.dtype is target.dtype:
        s.k.copy(target, 0, source, 0, product(extents))
        return
    with s.k.loops(extents) as at:
        s.k.store(target, flat(at, extents), s.read(0, at))


def _zeros(s: Stage, size: int, count: Expr) -> Buf:
    counts = s.scratch(i64, size, "counts")
    with s.k.loop(count) as i:
        s.k.store(counts, i, 0)
    return counts


def _join(
    s: Stage,
    target: Buf,
    counts: Buf | None,
    at: Expr,
    value: Expr,
    how: str,
    include_self: bool,
) -> None:
    if how == "set":
        s.k.store(target, at, value)
        return
    at = s.k.let(at, "at")
    old = s.k.let(s.k.load(target, at), "old")
    joined = fold(how, old, s.k.let(value, "value"))
    if counts is not None:
        count = s.k.let(s.k.load(counts, at), "count")
        if not include_self:
            joined = select(count.eq(0), value, joined)
        s.k.store(counts, at, count + 1)
    s.k.store(target, at, joined)


def fold(how: str, old: Expr, new: Expr) -> Expr:
    """Two values joined by "sum" (or "mean"), "prod", "amax" or "amin"; NaN stays."""
    if old.dtype is bool_:
        return old | new if how in ("sum", "amax") else old & new
    if how in ("sum", "mean"):
        return old + new
    if how == "prod":
        return old * new
    kept = old > new if how == "amax" else old < new
    return select(kept | old.ne(old) if old.dtype.is_float else kept, old, new)


def _divide(s: Stage, target: Buf, counts: Buf, size: Expr, own: int) -> None:
    with s.k.loop(size) as i:
        count = s.k.let(s.k.load(counts, i), "count")
        with s.k.when(count > 0):
            total = s.k.load(target, i)
            s.k.store(target, i, _quotient(s, total, count + own))


def _quotient(s: Stage, total: Expr, count: Expr) -> Expr:
    """The quotient by a positive count; of integers rounded down."""
    if total.dtype.is_float:
        return total / count.cast(total.dtype)
    if total.dtype.kind == "uint":
        wide = total.dtype if total.dtype.bits == 64 else i64
        return (total.cast(wide) / count.cast(wide)).cast(total.dtype)
    whole = s.k.let(total.cast(i64), "total")
    below = s.k.let((whole % count) < 0, "below")
    quotient = whole / count
    return (quotient - select(below, constant(1, i64), 0)).cast(total.dtype)


def _round(s: Stage, target: Buf, size: Expr) -> None:
    out = s.memory()
    with s.k.loop(size) as i:
        s.k.store(out, i, s.k.load(target, i))
