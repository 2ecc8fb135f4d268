"""Regular slices: reading and writing every step-th element along each axis."""

from __future__ import annotations

from hodu.kernel.expr import Expr
from hodu.lower.index import ZERO, Index, broadcast_index, flat, product, shifted
from hodu.lower.point import Point, scalar_part
from hodu.lower.rules import kernel, reading
from hodu.lower.stage import Stage


@reading("slice", view=True)
def slice_(c: Point, position: Index) -> Expr:
    """Element i of each axis is element start + i * step of the input's."""
    starts = map(c.extent, c.attrs["start"])
    parts = zip(position, starts, c.attrs["step"], strict=True)
    return c.read(0, tuple(i if _is_whole(a, s) else _stepped(i, a, s) for i, a, s in parts))


def _is_whole(start: Expr, step: int) -> bool:
    return start == ZERO and step == 1


def _stepped(i: Expr, start: Expr, step: int) -> Expr:
    return shifted(i, start) if step == 1 else scalar_part(i) * step + start


@kernel("slice_put")
def slice_put(s: Stage) -> None:
    """A copy of the input in which another tensor stands in the slice's place."""
    k, storage = s.k, s.lowering.storage
    out = s.param(storage[s.node.outputs[0]].place, "out")
    extents = s.out_extents()
    source = s.node.inputs[0]
    assert source is not None
    k.copy(out, 0, s.param(storage[source].place, "in"), 0, product(extents))
    starts, sizes = s.extents(s.attrs["start"]), s.extents(s.attrs["size"])
    with k.loops(sizes) as at:
        value = s.read(1, broadcast_index(at, s.type(1).shape))
        parts = zip(at, starts, s.attrs["step"], strict=True)
        k.store(out, flat([start + i * step for i, start, step in parts], extents), value)
