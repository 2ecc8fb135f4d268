"""Which kernel a convolution of bytes has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hodu.lower.blocks.rules import NotBlockedError, channels_last
from hodu.lower.gemm.operands import WORD
from hodu.lower.groups import Group
from hodu.lower.last.depthwise import Depthwise
from hodu.lower.last.direct import Direct, Pointwise
from hodu.lower.last.form import Bytes, bytes_form
from hodu.lower.last.gathered import Gathered
from hodu.lower.last.layout import check_epilogue, give_last, is_last, last_of
from hodu.lower.last.pixels import Convolution
from hodu.lower.stage import Stage
from hodu.shapes import static_shape

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering


@channels_last("integer_conv")
def lower_integer_conv(lowering: Lowering, group: Group) -> None:
    """The kernel that suits the form, if what is stored in the end are bytes."""
    form, value = bytes_form(lowering, group.node), group.node.inputs[0]
    assert value is not None
    shape = static_shape(value.type.shape)
    if form is None or shape is None:
        raise NotBlockedError
    check_epilogue(lowering, group)
    kind = _kind(lowering, group, form, shape[1])
    if kind is not Gathered:
        lowering.forms.use_blocked(value, last_of(shape))
    give_last(lowering, group.root.outputs[0])
    stage = Stage(lowering, group.node, group.epilogue)
    kind(stage, form, shape[1]).write()
    stage.finish()


def _kind(lowering: Lowering, group: Group, form: Bytes, channels: int) -> type[Convolution]:
    value = group.node.inputs[0]
    assert value is not None
    if form.form.is_depthwise:
        return Depthwise
    if channels % WORD or not is_last(lowering, value):
        return Gathered
    return Pointwise if form.is_pointwise and _is_alike(group) else Direct


def _is_alike(group: Group) -> bool:
    """Whether all that an epilogue reads lies as its result does, or is the same for all pixels."""
    whole = group.root.outputs[0].type.shape[2:]
    if group.epilogue and whole[-1] == 1 and any(d != 1 for d in whole):
        return False  # positions on the last axis would be taken for those of a broadcast one
    values = [v for node in group.epilogue for v in node.inputs if v is not None]
    shapes = [value.type.shape[-len(whole) :] for value in values]
    return all(shape == whole or set(shape) <= {1} for shape in shapes)
