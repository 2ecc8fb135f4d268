"""Concatenation of channels in blocks: pieces are computed in their place, or copied to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hodu.kernel.expr import Ramp
from hodu.lower.blocks.layout import Blocked
from hodu.lower.blocks.rules import (
    NotBlockedError,
    blocked,
    is_in_blocks,
    is_planar,
    over_blocks,
    reads_blocks,
)
from hodu.lower.groups import Group
from hodu.lower.stage import Stage
from hodu.lower.storage import Storage
from hodu.shapes import static_shape
from hodu.snapshot.ir import Value

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering


@blocked("cat")
def lower_cat(lowering: Lowering, group: Group) -> None:
    """The pieces one after another along the channels."""
    node, root = group.node, group.node.outputs[0]
    lanes = lowering.target.lanes(32)
    if not is_planar(root) or node.attrs["dim"] % root.type.rank != 1 or group.epilogue:
        raise NotBlockedError
    if not reads_blocks(lowering, root) or not any(
        v is not None and is_in_blocks(lowering, v) for v in node.inputs
    ):
        raise NotBlockedError
    shapes = [static_shape(v.type.shape) for v in node.inputs if v in lowering.storage]
    if len(shapes) < len(node.inputs) or any(s is None or s[1] % lanes for s in shapes):
        raise NotBlockedError
    none = (0,) * (root.type.rank - 2)
    layout = Blocked(lanes, none, none)
    for value in node.inputs:
        assert value is not None
        lowering.forms.use_blocked(value, layout)
    whole = lowering.forms.give_blocked(root, layout)
    stage, start = Stage(lowering, node), 0
    for number, shape in enumerate(shapes):
        assert shape is not None
        if _lies_in(lowering, node.inputs[number], whole):
            start += shape[1]
            continue
        with over_blocks(stage, shape, shape[2:]) as (item, channels, *spatial):
            assert isinstance(channels, Ramp)
            to = (item, Ramp(channels.base + start, lanes), *spatial)
            stage.write(to, stage.read(number, (item, channels, *spatial)))
        start += shape[1]
    stage.finish()


def _lies_in(lowering: Lowering, value: Value | None, whole: Storage) -> bool:
    """Whether a piece has been computed in its place."""
    assert value is not None
    return lowering.storage[value].place.slot is whole.place.slot
