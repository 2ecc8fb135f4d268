"""Putting tensors together."""

from __future__ import annotations

from collections.abc import Sequence

from hodu.dims import Dim
from hodu.lower.index import product, shifted
from hodu.lower.moving.joins import is_one_run, pieces_of
from hodu.lower.moving.moves import merge_axes, move, row_major
from hodu.lower.moving.regular import find_regular
from hodu.lower.program import Place
from hodu.lower.rules import kernel
from hodu.lower.stage import Stage
from hodu.shapes import static_shape
from hodu.snapshot.ir import Value


@kernel("cat")
def cat(s: Stage) -> None:
    """The tensors one after another along a dimension; those that lie there already stay."""
    axis = s.attrs["dim"] % s.out_type().rank
    start: Dim = 0
    for piece in pieces_of(s.node):
        is_done = piece.type.shape[axis] == 0 or _lies_there(s, piece, axis, start)
        if not is_done and not _move_piece(s, piece, axis, start):
            _write_piece(s, piece, axis, start)
        start = start + piece.type.shape[axis]


def _lies_there(s: Stage, piece: Value, axis: int, start: Dim) -> bool:
    storage, home = s.lowering.storage.get(piece), _place(s)
    if storage is None or not is_one_run(s.node) or not isinstance(start, int):
        return False
    offset = home.offset + start * row_major(_static(s))[axis]
    return storage.place == Place(home.slot, offset)


def _place(s: Stage) -> Place:
    return s.lowering.storage[s.node.outputs[0]].place


def _static(s: Stage) -> Sequence[int]:
    shape = static_shape(s.out_type().shape)
    assert shape is not None
    return shape


def _move_piece(s: Stage, piece: Value, axis: int, start: Dim) -> bool:
    """Copy a piece whose elements lie in memory; False if they do not, or sizes are not known."""
    shape, source = static_shape(piece.type.shape), find_regular(s.lowering, piece)
    if shape is None or source is None or static_shape(s.out_type().shape) is None:
        return False
    assert isinstance(start, int)
    strides = row_major(_static(s))
    target = s.param(_place(s), "out", "joined")
    given = s.param(source.place, "in", source.place.slot.name)
    axes = merge_axes(shape, source.strides, strides)
    move(s.k, target, start * strides[axis], given, source.base, axes)
    return True


def _write_piece(s: Stage, piece: Value, axis: int, start: Dim) -> None:
    """Copy a piece element by element, or in rows where it lies in memory."""
    own, extents = s.extents(piece.type.shape), s.out_extents()
    (first,) = s.extents((start,))
    storage = s.lowering.storage.get(piece)
    if storage is not None:
        row = product(own[axis:])
        to, step = first * product(extents[axis + 1 :]), product(extents[axis:])
        given = s.param(storage.place, "in", storage.place.slot.name)
        with s.k.loop(product(own[:axis])) as i:
            s.k.copy(s.param(_place(s), "out", "joined"), i * step + to, given, i * row, row)
        return
    with s.k.loops(own) as at:
        moved = tuple(shifted(x, first) if a == axis else x for a, x in enumerate(at))
        s.store(s.node.outputs[0], moved, s.value(piece, at))
