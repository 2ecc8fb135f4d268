"""What lies between convolutions of bytes: elementwise ops and sums over pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hodu.dtypes import i8, i32, u8
from hodu.lower.blocks.rules import NotBlockedError, channels_last, leaves_of
from hodu.lower.groups import Group
from hodu.lower.index import constants
from hodu.lower.last.layout import check_epilogue, give_last, is_last, last_of
from hodu.lower.stage import Stage
from hodu.shapes import static_shape

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering


@channels_last("elementwise")
def lower_elementwise(lowering: Lowering, group: Group) -> None:
    """Elementwise ops on values with channels last, in the order of memory."""
    node, value = group.node, group.node.outputs[0]
    leaves = tuple(leaves_of(lowering, (node,)))
    alike = [v for v in leaves if v.type.shape == value.type.shape]
    if group.epilogue or not any(is_last(lowering, v) for v in alike):
        raise NotBlockedError
    give_last(lowering, value)
    shape = static_shape(value.type.shape)
    assert shape is not None
    for leaf in alike:
        lowering.forms.use_blocked(leaf, last_of(shape))
    s = Stage(lowering, node)
    with s.k.loops((shape[0], *shape[2:], shape[1])) as (item, *spatial, channel):
        at = (item, channel, *spatial)
        s.store(value, at, s.unrounded(value, at))
    s.finish()


@channels_last("sum")
def lower_sum(lowering: Lowering, group: Group) -> None:
    """Sums of bytes over all pixels; the result is row-major."""
    node, value = group.node, group.node.inputs[0]
    assert value is not None
    shape = static_shape(value.type.shape)
    if shape is None or not is_last(lowering, value) or value.type.dtype not in (i8, u8):
        raise NotBlockedError
    axes = sorted(d % len(shape) for d in node.attrs["dim"] or ())
    if axes != list(range(2, len(shape))) or node.attrs["dtype"] is not i32:
        raise NotBlockedError
    check_epilogue(lowering, group)
    lowering.give_memory(group.root.outputs[0])
    s = Stage(lowering, node, group.epilogue)
    kept = len(s.out_type().shape) - 2
    with s.k.loops(shape[:2]) as (item, channel):
        total = s.k.local("total", i32, init=0)
        with s.k.loops(shape[2:]) as spatial:
            x = s.read(0, (item, channel, *spatial))
            s.k.store(total, 0, s.k.load(total) + x.cast(i32))
        s.write((item, channel, *constants((0,) * kept)), s.k.load(total))
    s.finish()
