"""Concatenations whose pieces are computed in their place, so that nothing is copied.

Where the axes before the joined one have one element together, each piece of the result is one run
of its memory, and a piece that a kernel computes is stored there at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from hodu.lower.groups import Group
from hodu.lower.program import Place
from hodu.lower.rules import ALIAS, CONTROL
from hodu.shapes import numel, static_shape
from hodu.snapshot.ir import Node, Value

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering


def join_places(
    lowering: Lowering, groups: Sequence[Group], places: Mapping[Value, Place]
) -> dict[Value, Place]:
    """`places`, and places for joined tensors and the pieces that can be computed in them.

    A value is placed once; other uses of it read it there, and what else joins it copies it.
    """
    found = dict(places)
    for group in reversed(groups):  # so that a join inside a join is placed before its pieces
        if group.node.op == "cat" and is_one_run(group.node):
            _place_pieces(lowering, group.node, found)
    return found


def is_one_run(node: Node) -> bool:
    """Whether each piece of a `cat` is one run of the memory of its result."""
    shape = static_shape(node.outputs[0].type.shape)
    if shape is None or any(static_shape(v.type.shape) is None for v in pieces_of(node)):
        return False
    return numel(shape[: node.attrs["dim"] % len(shape)]) == 1


def pieces_of(node: Node) -> list[Value]:
    """The tensors that a `cat` joins; as in eager code, 1-d ones without elements are left out."""
    values = [v for v in node.inputs if v is not None]
    return [v for v in values if v.type.shape != (0,)] or values[:1]


def _place_pieces(lowering: Lowering, node: Node, found: dict[Value, Place]) -> None:
    result = node.outputs[0]
    pieces = [_stored_as(v) for v in pieces_of(node)]
    if not any(_can_be_placed(lowering, v, found) for v in pieces):
        return
    if result not in found:
        size = numel(static_shape(result.type.shape) or ())
        found[result] = Place(lowering.new_slot(result.name, result.type.dtype, int(size), "arena"))
    place = found[result]
    for value in pieces:
        if _can_be_placed(lowering, value, found):
            found[value] = place
        place = Place(place.slot, place.offset + int(numel(value.type.shape)))


def _stored_as(value: Value) -> Value:
    """The value whose memory this one has, another shape of it."""
    while value.producer is not None and value.producer.op in ALIAS:
        source = value.producer.inputs[0]
        assert source is not None
        value = source
    return value


def _can_be_placed(lowering: Lowering, value: Value, found: Mapping[Value, Place]) -> bool:
    computed = value.producer is not None and value.producer.op not in CONTROL
    return computed and value not in found and value not in lowering.storage
