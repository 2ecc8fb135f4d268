"""Convolutions with constant weights in blocks of channels: f32, one or two spatial axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from hodu.dtypes import f32
from hodu.lower.blocks.layout import Blocked, lanes_of
from hodu.lower.blocks.rules import (
    NotBlockedError,
    bare,
    blocked,
    is_in_blocks,
    is_planar,
    use_operands,
    wants_border,
)
from hodu.lower.conv.choose import Plan, plan_winograd
from hodu.lower.conv.direct import Depthwise, Direct
from hodu.lower.conv.form import Form, conv_form, input_layout, phase_forms
from hodu.lower.conv.winograd import Winograd
from hodu.lower.groups import Group
from hodu.lower.stage import Stage
from hodu.lower.storage import Storage
from hodu.ops._table import Array
from hodu.shapes import static_shape
from hodu.snapshot.ir import Node, Value

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering


@blocked("conv", "conv_transpose")
def lower_conv(lowering: Lowering, group: Group) -> None:
    """The direct kernels of a convolution, each a part of the output pixels."""
    forms = forms_of(lowering, group.node)
    root = group.root.outputs[0]
    shape = static_shape(root.type.shape)
    if not forms or shape is None or not is_planar(root):
        raise NotBlockedError
    use_operands(lowering, group, shape)
    value = _input(group.node)
    source = lowering.forms.use_blocked(value, layout_to_read(lowering, value, forms))
    lowering.forms.give_blocked(root, bare(lowering, shape))
    stage = Stage(lowering, group.node, group.epilogue)
    for number, form in enumerate(forms):
        if number:
            stage.split(group.node.op)
        _kernel(lowering, stage, form, source).write()
    stage.finish()


def _kernel(lowering: Lowering, stage: Stage, form: Form, source: Storage) -> Direct | Winograd:
    if form.is_depthwise:
        return Depthwise(stage, form, source)
    assert source.layout is not None
    plan = _plan(lowering, form, source.layout.lanes)
    return Winograd(stage, form, source, plan) if plan else Direct(stage, form, source)


def _plan(lowering: Lowering, form: Form, width: int) -> Plan | None:
    """The plan of a kernel that reads blocks of `width` channels; None of the direct one."""
    return None if lowering.exact or width == 1 else plan_winograd(form, lowering.target)


@wants_border("conv", "conv_transpose")
def wanted_border(lowering: Lowering, node: Node) -> Blocked | None:
    """The border with which a convolution would like to have its input."""
    forms, value = forms_of(lowering, node), _input(node)
    return _border(lowering, _block(lowering, value), value, forms) if forms else None


def forms_of(lowering: Lowering, node: Node) -> list[Form]:
    """The forms of a node that has direct kernels, none for another."""
    x, weight, bias = (*node.inputs, None)[:3]
    assert x is not None and weight is not None
    weights = lowering.constant_data(weight)
    biases = None if bias is None else lowering.constant_data(bias)
    if weights is None or (bias is not None and biases is None):
        return []
    if x.type.dtype is not f32 or not is_planar(x) or not is_planar(node.outputs[0]):
        return []
    forms = _forms(node, weights, biases)
    return forms if all(_has_kernel(f, lowering.target.lanes(32)) for f in forms) else []


def _forms(node: Node, weights: Array, bias: Array | None) -> list[Form]:
    if node.op == "conv":
        return [conv_form(node, weights, bias)]
    kernel = zip(node.attrs["stride"], weights.shape[2:], strict=True)
    if any(d != 1 for d in node.attrs["dilation"]) or any(s > k for s, k in kernel):
        return []
    return list(phase_forms(node, weights, bias))


def _has_kernel(form: Form, lanes: int) -> bool:
    whole = form.inner % lanes == 0 and form.out % lanes == 0
    return form.groups == 1 or form.is_depthwise or whole


def _input(node: Node) -> Value:
    value = node.inputs[0]
    assert value is not None
    return value


def layout_to_read(lowering: Lowering, value: Value, forms: Sequence[Form]) -> Blocked:
    """Blocks of channels; planes for the first layer, which has few channels."""
    is_few = forms[0].groups == 1 and forms[0].inner < lowering.target.lanes(32)
    width = 1 if is_few and not is_in_blocks(lowering, value) else _block(lowering, value)
    return _border(lowering, width, value, forms)


def _block(lowering: Lowering, value: Value) -> int:
    """How many channels of a value are a block."""
    return lanes_of(lowering.target, value.type.shape[1].__index__())


def _border(lowering: Lowering, width: int, value: Value, forms: Sequence[Form]) -> Blocked:
    shape = static_shape(value.type.shape)
    assert shape is not None
    spatial = shape[2:]
    size = (1, spatial[0]) if len(spatial) == 1 else (spatial[0], spatial[1])
    layout = Blocked(width, (0,) * len(spatial), (0,) * len(spatial))
    for form in forms:
        plan = _plan(lowering, form, width)
        covered = form if plan is None else replace(form, count=plan.covered)
        layout = layout.joined(input_layout(covered, width, size, len(spatial)))
    return layout
