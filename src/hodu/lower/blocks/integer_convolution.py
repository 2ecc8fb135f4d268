"""Convolutions of bytes with constant weights in blocks of channels."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hodu.dtypes import i32
from hodu.lower.blocks.layout import Blocked, lanes_of
from hodu.lower.blocks.rules import (
    NotBlockedError,
    bare,
    blocked,
    is_planar,
    use_operands,
    wants_border,
)
from hodu.lower.conv.form import conv_form, input_layout
from hodu.lower.conv.integer import (
    IntegerDepthwise,
    IntegerDirect,
    Quantized,
    TurnedDirect,
)
from hodu.lower.gemm.integers import centred_bytes, is_turned
from hodu.lower.groups import Group
from hodu.lower.stage import Stage
from hodu.shapes import static_shape
from hodu.snapshot.ir import Node, Value

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering


@blocked("integer_conv")
def lower_integer_conv(lowering: Lowering, group: Group) -> None:
    """The direct kernel of a convolution of bytes."""
    node, root = group.node, group.root.outputs[0]
    found, shape = _quantized(lowering, node), static_shape(root.type.shape)
    if found is None or shape is None or not (is_planar(root) or root.type.dtype is i32):
        raise NotBlockedError
    use_operands(lowering, group, shape)
    value = _input(node)
    source = lowering.forms.use_blocked(value, _layout(lowering, value, found))
    lowering.forms.give_blocked(root, bare(lowering, shape))
    stage = Stage(lowering, node, group.epilogue)
    form = found.with_zero()
    kind = (
        IntegerDepthwise if form.is_depthwise else TurnedDirect if found.turned else IntegerDirect
    )
    kind(stage, form, source).write()
    stage.finish()


@wants_border("integer_conv")
def wanted_border(lowering: Lowering, node: Node) -> Blocked | None:
    """The border with which a convolution would like to have its input."""
    found = _quantized(lowering, node)
    return None if found is None else _layout(lowering, _input(node), found)


def _quantized(lowering: Lowering, node: Node) -> Quantized | None:
    """The form of a node that has a direct kernel."""
    x, weight, bias, x_zero, w_zero = (*node.inputs, *[None] * 5)[:5]
    assert x is not None and weight is not None
    given = (weight, bias, x_zero, w_zero)
    data = [None if v is None else lowering.constant_data(v) for v in given]
    is_known = all((d is None) == (v is None) for d, v in zip(data, given, strict=True))
    if not is_known or not is_planar(x) or static_shape(node.outputs[0].type.shape) is None:
        return None
    weights = centred_bytes(data[0], data[3])
    if weights is None:
        return None
    form = conv_form(node, weights, data[1])
    zero = 0 if data[2] is None else int(data[2].reshape(-1)[0])
    turned = is_turned(x.type.dtype, lowering.target) and not form.is_depthwise
    lanes = lowering.target.lanes(32)
    whole = form.inner % lanes == 0 and form.out % lanes == 0
    has_kernel = lanes >= 4 and (form.groups == 1 or form.is_depthwise or whole)
    return Quantized(form, zero, turned) if has_kernel else None


def _input(node: Node) -> Value:
    value = node.inputs[0]
    assert value is not None
    return value


def _layout(lowering: Lowering, value: Value, found: Quantized) -> Blocked:
    """Blocks of channels: at least a word, which is what the first layer has."""
    shape = static_shape(value.type.shape)
    assert shape is not None
    width = lanes_of(lowering.target, shape[1])
    size = (1, shape[2]) if len(shape) == 3 else (shape[2], shape[3])
    return replace(input_layout(found.form, width, size, len(shape) - 2), fill=found.zero)
