"""Writing elements to places along an axis, to coordinates, to indexed parts, to slices."""

from __future__ import annotations

from hodu.kernel.expr import Expr
from hodu.lower.index import Index, broadcast_index
from hodu.lower.indexing.scattering import Places, write_places
from hodu.lower.rules import kernel
from hodu.lower.stage import Stage
from hodu.ops._index_rules import index_place, indexed_axes
from hodu.ops._rules import axis_of
from hodu.shapes import broadcast_shapes

_ND_NAMES = {"none": "set", "add": "sum", "mul": "prod", "max": "amax", "min": "amin"}


@kernel("scatter")
def scatter(s: Stage) -> None:
    """`out[index[i][j]][j] = src[i][j]` for dim=0, and so on."""
    axis = axis_of(s.attrs["dim"], s.type(0).rank)
    index_rank, source_rank = s.type(1).rank, s.type(2).rank

    def coordinates(at: Index) -> dict[int, Expr]:
        return {a: s.read(1, at[:index_rank]) if a == axis else i for a, i in enumerate(at)}

    def values(at: Index, rest: Index) -> Expr:
        return s.read(2, at[:source_rank])

    places = Places(s.in_extents(1) or s.extents((1,)), coordinates, values, s.attrs["wrap"])
    write_places(s, places, s.attrs["reduce"], include_self=s.attrs["include_self"])


@kernel("scatter_nd")
def scatter_nd(s: Stage) -> None:
    """The updates written at coordinates, which lie along the last axis of the indices."""
    index = s.in_extents(1)[:-1]
    count = s.type(1).shape[-1]
    assert isinstance(count, int)

    def coordinates(at: Index) -> dict[int, Expr]:
        return {a: s.read(1, (*at, *s.extents((a,)))) for a in range(count)}

    places = Places(index, coordinates, lambda at, rest: s.read(2, (*at, *rest)), True)
    write_places(s, places, _ND_NAMES[s.attrs["reduction"]])


@kernel("index_put")
def index_put(s: Stage) -> None:
    """The values written, or added, where `index` would read."""
    operands = s.node.inputs[1:-1]
    last = len(s.node.inputs) - 1
    axes = indexed_axes(s.type(0).rank, operands)
    shapes = {axis: s.type(1 + axis).shape for axis in axes}
    picked = broadcast_shapes(*shapes.values())
    place = index_place(axes)
    shape = s.type(last).shape

    def coordinates(at: Index) -> dict[int, Expr]:
        return {a: s.read(1 + a, broadcast_index(at, shapes[a])) for a in axes}

    def values(at: Index, rest: Index) -> Expr:
        return s.read(last, broadcast_index((*rest[:place], *at, *rest[place:]), shape))

    places = Places(s.extents(picked), coordinates, values, s.attrs["wrap"])
    write_places(s, places, "sum" if s.attrs["accumulate"] else "set")
