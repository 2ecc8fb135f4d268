"""Elementwise ops between convolutions, in the order of memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hodu.lower.blocks.rules import (
    NotBlockedError,
    bare,
    blocked,
    is_in_blocks,
    is_planar,
    leaves_of,
    over_blocks,
    reads_blocks,
    use_values,
)
from hodu.lower.groups import Group
from hodu.lower.stage import Stage
from hodu.shapes import static_shape
from hodu.snapshot.ir import Node

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering


@blocked("elementwise")
def lower_elementwise(lowering: Lowering, group: Group) -> None:
    """Elementwise ops on values in blocks whose result is read in blocks again."""
    node, value = group.node, group.node.outputs[0]
    if not is_planar(value) or not reads_blocks(lowering, value):
        raise NotBlockedError
    leaves = [v for v in leaves_of(lowering, (node,)) if v.type.shape == value.type.shape]
    if not any(is_in_blocks(lowering, v) for v in leaves):
        raise NotBlockedError
    shape = static_shape(value.type.shape)
    assert shape is not None
    values = tuple(leaves_of(lowering, (node,)))
    use_values(lowering, _inlined(lowering, node), values, shape)
    lowering.forms.give_blocked(value, bare(lowering, shape))
    stage = Stage(lowering, node)
    with over_blocks(stage, shape, shape[2:]) as position:
        stage.store(value, position, stage.unrounded(value, position))
    stage.finish()


def _inlined(lowering: Lowering, node: Node) -> Iterator[Node]:
    """A node and those that are computed in its loops."""
    yield node
    for value in node.inputs:
        if value is not None and value not in lowering.storage and value.producer is not None:
            yield from _inlined(lowering, value.producer)
