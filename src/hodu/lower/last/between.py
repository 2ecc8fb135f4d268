"""What lies between convolutions of bytes: elementwise ops and sums over pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hodu.dtypes import i8, i32, u8
from hodu.lower.blocks.rules import NotBlockedError, channels_last, leaves_of
from hodu.lower.groups import Group
from hodu.lower.index import constants
from hodu.lower.last.form import bytes_form
from hodu.lower.last.layout import check_epilogue, give_last, is_last
from hodu.lower.stage import Stage
from hodu.shapes import static_shape

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering
    from hodu.snapshot.ir import Value


@channels_last("elementwise")
def lower_elementwise(lowering: Lowering, group: Group) -> None:
    """Elementwise ops on values with channels last, or for convolutions, in the order of memory.

    Only bytes have such a result: what else is made of them is row-major.
    """
    node, value = group.node, group.node.outputs[0]
    alike = [v for v in leaves_of(lowering, (node,)) if v.type.shape == value.type.shape]
    is_between = any(is_last(lowering, v) for v in alike)
    if group.epilogue or not (is_between or _is_convolved(lowering, value)):
        raise NotBlockedError
    if value.type.dtype in (i8, u8):
        give_last(lowering, value)
    elif value not in lowering.storage:
        lowering.give_memory(value)
    shape = static_shape(value.type.shape)
    assert shape is not None
    s = Stage(lowering, node)
    with s.k.loops((shape[0], *shape[2:], shape[1])) as (item, *spatial, channel):
        at = (item, channel, *spatial)
        s.store(value, at, s.unrounded(value, at))
    s.finish()


def _is_convolved(lowering: Lowering, value: Value) -> bool:
    """Whether a value of several channels is read by convolutions of bytes alone."""
    shape, users = static_shape(value.type.shape), lowering.users.get(value, ())
    if shape is None or len(shape) < 3 or shape[1] == 1 or not users:
        return False
    return all(
        user.op == "integer_conv"
        and user.inputs[0] is value
        and bytes_form(lowering, user) is not None
        for user in users
    )


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
