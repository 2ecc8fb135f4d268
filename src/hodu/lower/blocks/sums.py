"""Sums and means over all spatial positions of what lies in blocks: global pooling."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hodu.dtypes import f32
from hodu.kernel.expr import Expr, Ramp, index
from hodu.lower.blocks.layout import lanes_of
from hodu.lower.blocks.rules import NotBlockedError, blocked, is_in_blocks, operands_of
from hodu.lower.groups import Group
from hodu.lower.stage import Stage
from hodu.shapes import static_shape

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering


@blocked("sum", "mean")
def lower_sum(lowering: Lowering, group: Group) -> None:
    """One vector of channels at a time; the result is row-major."""
    node, value = group.node, group.node.inputs[0]
    assert value is not None
    shape = static_shape(value.type.shape)
    root = group.root.outputs[0]
    if shape is None or not is_in_blocks(lowering, value) or root.type.dtype is not f32:
        raise NotBlockedError
    if sorted(d % len(shape) for d in node.attrs["dim"] or ()) != list(range(2, len(shape))):
        raise NotBlockedError
    if node.attrs["dtype"] not in (None, f32):
        raise NotBlockedError
    for operand in tuple(operands_of(lowering, group)):
        lowering.forms.use_dense(operand)
    lowering.give_memory(root)
    stage = Stage(lowering, node, group.epilogue)
    _write(stage, shape, math.prod(shape[2:]) if node.op == "mean" else 1)
    stage.finish()


def _write(s: Stage, shape: tuple[int, ...], divisor: int) -> None:
    k, lanes = s.k, lanes_of(s.target, shape[1])
    whole, rest = divmod(shape[1], lanes)
    with k.loops((shape[0], whole), kind="parallel") as (item, block):
        s.write(_at(s, item, Ramp(block * lanes, lanes)), _sum(s, shape, item, block) / divisor)
    if rest:
        with k.loop(shape[0]) as item:
            sums = k.local("sums", f32, lanes)
            k.store(sums, 0, _sum(s, shape, item, index(whole)) / divisor)
            with k.loop(rest) as c:
                s.write(_at(s, item, c + whole * lanes), k.load(sums, c))


def _at(s: Stage, item: Expr, channel: Expr) -> tuple[Expr, ...]:
    kept = s.out_type().rank - 2
    return (item, channel, *(index(0) for _ in range(kept)))


def _sum(s: Stage, shape: tuple[int, ...], item: Expr, block: Expr) -> Expr:
    """The sum of the positions, row by row, so that little is lost."""
    k, lanes = s.k, lanes_of(s.target, shape[1])
    total = k.local("total", f32, 1, lanes, 0.0)
    channels = Ramp(block * lanes, lanes)
    with k.loops(shape[2:-1]) as outer:
        row = k.local("row", f32, 1, lanes, 0.0)
        with k.loop(shape[-1]) as i:
            k.store(row, 0, k.load(row) + s.read(0, (item, channels, *outer, i)))
        k.store(total, 0, k.load(total) + k.load(row))
    return k.load(total)
