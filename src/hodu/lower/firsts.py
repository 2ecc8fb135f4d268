"""Groups that compute their first input and store it, because others read it too.

The sum of a residual connection is normalised and goes on as it is. In the loops of the
normalisation it is written where it is needed, and read again while it is in the nearest cache.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from hodu.lower.joined import leaves_of
from hodu.lower.rules import KERNEL, SCALAR
from hodu.snapshot.ir import Value

if TYPE_CHECKING:
    from hodu.lower.groups import Group


def take_firsts(groups: Sequence[Group], kept: Collection[Value]) -> list[Group]:
    """The groups, those that make the first input of another one in its place where they can be.

    `kept` are the values with memory.
    """
    makers = {g.node.outputs[0]: i for i, g in enumerate(groups) if _is_elementwise(g)}
    found: list[Group | None] = list(groups)
    for number, group in enumerate(groups):
        value = group.node.inputs[0] if _keeps(group) else None
        at = None if value is None else makers.get(value)
        if at is None or value is None or found[at] is None:
            continue
        between = groups[at + 1 : number]
        rest = (v for v in (*group.node.inputs[1:], *_read_after(group)) if v is not None)
        if value not in rest and not any(value in leaves_of(g, kept, set()) for g in between):
            found[number], found[at] = replace(group, first=groups[at]), None
    return [group for group in found if group is not None]


def _is_elementwise(group: Group) -> bool:
    return group.node.op in SCALAR and not group.epilogue and not group.others


def _keeps(group: Group) -> bool:
    rule = KERNEL.get(group.node.op)
    return rule is not None and rule.keeps and not group.others


def _read_after(group: Group) -> list[Value | None]:
    return [v for node in group.epilogue for v in node.inputs]
