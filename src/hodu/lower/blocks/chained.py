"""A depthwise convolution and the 1x1 convolution that reads it, in one kernel.

Some rows of the first are computed into local memory, where the second reads them at once, so that
what is between the two never leaves the nearest caches. No element is computed twice.
"""

from __future__ import annotations

import math
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hodu.dtypes import f32
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import Expr, Ramp, index
from hodu.lower.blocks.convolution import forms_of, layout_to_read
from hodu.lower.blocks.layout import lanes_of
from hodu.lower.blocks.rules import NotBlockedError, bare, is_planar, use_operands
from hodu.lower.conv.direct import Depthwise, Direct, Tile
from hodu.lower.conv.form import Form, Tiling, shared_packing, tilings
from hodu.lower.groups import Group
from hodu.lower.index import ZERO, Index
from hodu.lower.point import CannotVectorizeError
from hodu.lower.stage import Stage
from hodu.lower.storage import Storage
from hodu.plan.target import Target
from hodu.shapes import static_shape
from hodu.snapshot.ir import Node, Value

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering

_MOST_BYTES = 1 << 16  # of rows in local memory, as threads have small stacks
_LEAST_PARTS = 8  # for threads to share


def find_chains(
    lowering: Lowering, groups: Sequence[Group], results: Container[Value]
) -> dict[Node, Group]:
    """The depthwise groups that are best computed with the 1x1 convolution that reads them alone.

    They are found under the node of that convolution.
    """
    nodes = {group.node for group in groups}
    found: dict[Node, Group] = {}
    for group in groups:
        value = group.root.outputs[0]
        users = lowering.users.get(value, [])
        is_alone = len(users) == 1 and value not in results and users[0] in nodes
        if is_alone and _pays(lowering, group, users[0]):
            found[users[0]] = group
    return found


def lower_chain(lowering: Lowering, first: Group, second: Group) -> bool:
    """Lower both groups in one kernel if they have such a form; returns whether they do."""
    rewind = lowering.mark()
    try:
        _lower(lowering, first, second)
    except (NotBlockedError, CannotVectorizeError):
        rewind()
        return False
    return True


def _pays(lowering: Lowering, first: Group, user: Node) -> bool:
    """Whether what is between the convolutions is too much for the second cache.

    The weights of the second one, which each part reads anew, must be little.
    """
    target = lowering.target
    if first.node.op != "conv" or user.op != "conv" or not is_planar(first.root.outputs[0]):
        return False
    if target.lanes(32) == 1 or user.inputs[0] is not first.root.outputs[0]:
        return False
    forms = [*forms_of(lowering, first.node), *forms_of(lowering, user)]
    if len(forms) != 2 or not forms[0].is_depthwise or not _is_pointwise(forms[1]):
        return False
    between = forms[0].items * forms[0].groups * math.prod(forms[0].count) * f32.itemsize
    fits = forms[1].weights.nbytes * 4 <= target.l2_bytes < between * 2
    return fits and _rows_at_once(forms[0], forms[1], target) is not None


def _is_pointwise(form: Form) -> bool:
    simple = form.groups == 1 and form.kernel == form.stride == (1, 1)
    return simple and form.origin == (0, 0) and form.border(form.count) == ((0, 0), (0, 0))


def _rows_at_once(first: Form, second: Form, target: Target) -> int | None:
    """The most rows that divide all rows, fit local memory and leave enough parts."""
    lanes, (high, wide) = lanes_of(target, first.groups), first.count
    row = -(-first.groups // lanes) * lanes * wide * f32.itemsize
    for rows in range(_MOST_BYTES // row, 0, -1):
        if high % rows or first.items * (high // rows) < _LEAST_PARTS:
            continue
        part = replace(second, count=(rows, wide))
        packing = shared_packing(part, target, lanes)
        chosen = (
            tilings(first, lanes, target)[0],
            tilings(part, lanes_of(target, part.out), target, packing)[0],
        )
        if all(rows % tiling.rows == 0 for tiling in chosen):
            return rows
    return None


def _lower(lowering: Lowering, first: Group, second: Group) -> None:
    depthwise, pointwise = forms_of(lowering, first.node)[0], forms_of(lowering, second.node)[0]
    value, between, root = first.node.inputs[0], first.root.outputs[0], second.root.outputs[0]
    shape, inner = static_shape(root.type.shape), static_shape(between.type.shape)
    assert value is not None
    if shape is None or inner is None or not is_planar(root):
        raise NotBlockedError
    use_operands(lowering, first, inner)
    use_operands(lowering, second, shape)
    source = lowering.forms.use_blocked(value, layout_to_read(lowering, value, [depthwise]))
    lowering.forms.give_blocked(root, bare(lowering, shape))
    rows = _rows_at_once(depthwise, pointwise, lowering.target)
    assert rows is not None
    stage = Stage(lowering, second.node, second.epilogue)
    _write(stage, first, replace(pointwise, count=(rows, depthwise.count[1])), depthwise, source)
    stage.finish()


def _write(s: Stage, first: Group, pointwise: Form, depthwise: Form, source: Storage) -> None:
    """The loop over parts of rows; `pointwise` is that of one part."""
    k, lanes = s.k, lanes_of(s.target, depthwise.groups)
    rows, wide = pointwise.count
    shape = (1, -(-depthwise.groups // lanes) * lanes, rows, wide)
    turns = depthwise.count[0] // rows
    pixels = depthwise.items * math.prod(depthwise.count)
    k.work += (depthwise.weights.size + pointwise.weights.size) * pixels
    with k.loop(depthwise.items * turns, kind="parallel", name="part") as part:
        held = k.local("rows", f32, math.prod(shape))
        start = k.let(part % turns * rows, "first")
        between = _Between(s, held, shape, start)
        one = Depthwise(s.joined(first.node, first.epilogue, between.store), depthwise, source)
        two = _Pointwise(s, pointwise, Storage(source.place, shape, bare(s.lowering, shape)), held)
        two.first = start
        for kernel in (one, two):
            _all_rows(kernel, k.let(part // turns), start, rows)


def _all_rows(kernel: Direct, item: Expr, start: Expr, rows: int) -> None:
    """All panels of some rows."""
    k, tall = kernel.s.k, kernel.tiling.rows
    with k.loop(kernel.panels, name="panel") as panel, k.loop(rows // tall, name="row") as turn:
        kernel.row_of_tiles(item, panel, start + turn * tall, tall)


@dataclass(frozen=True, slots=True)
class _Between:
    """Rows in blocks of channels in local memory; `first` is the row that they begin with."""

    s: Stage
    held: Buf
    shape: tuple[int, ...]
    first: Expr

    def store(self, position: Index, element: Expr) -> None:
        """Keep a vector of channels."""
        _, channels, row, column = position
        assert isinstance(channels, Ramp)
        at = (index(0), channels, row - self.first, column)
        place = bare(self.s.lowering, self.shape).position(at, self.shape)
        assert isinstance(place, Ramp)
        self.s.k.store(self.held, place.base, element)


class _Pointwise(Direct):
    """The 1x1 convolution of rows in local memory, which begin with the row `first`."""

    first: Expr = ZERO

    def choose(self) -> Tiling:
        """The first tiling: that all rows are of whole tiles is known of it alone."""
        return tilings(self.form, self.lanes, self.s.target, self.shared)[0]

    def start(self, tile: Tile) -> Expr:
        """The position of the first element that the tile reads."""
        return super().start(replace(tile, item=ZERO, row=tile.row - self.first))
