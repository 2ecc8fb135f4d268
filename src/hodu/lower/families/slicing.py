"""Regular slices: reading and writing every step-th element along each axis."""

from __future__ import annotations

from hodu.kernel.expr import Expr
from hodu.lower import status
from hodu.lower.index import ZERO, Index, broadcast_index, flat, shifted
from hodu.lower.indexing.scattering import copy_input
from hodu.lower.point import Point, scalar_part
from hodu.lower.rules import kernel, reading
from hodu.lower.stage import Stage
from hodu.shapes import static_shape


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
    """The source, broadcast, in the place of a slice."""
    copy_input(s, s.memory())
    if static_shape(s.type(0).shape) is not None:  # else a check may fail after the copy
        s.split("slice_put")
    target, extents = s.memory(), s.in_extents(0)
    starts, sizes = s.extents(s.attrs["start"]), s.extents(s.attrs["size"])
    steps: tuple[int, ...] = s.attrs["step"]
    for axis, extent in enumerate(extents):
        _check_slice(s, axis, extent, starts[axis], sizes[axis], steps[axis])
    with s.k.loops(sizes) as at:
        to = [a + i * step for a, i, step in zip(starts, at, steps, strict=True)]
        value = s.read(1, broadcast_index(at, s.type(1).shape))
        s.k.store(target, flat(to, extents), value)


def _check_slice(s: Stage, axis: int, extent: Expr, start: Expr, size: Expr, step: int) -> None:
    last = start + (size - 1) * step
    outside = (start < 0) | (start >= extent) | (last < 0) | (last >= extent)
    s.fail(
        (size > 0) & outside,
        status.INDEX,
        f"elements {{0}} to {{1}} along axis {axis} reach outside its size {{2}}",
        start,
        last,
        extent,
    )
