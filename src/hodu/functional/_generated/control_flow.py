"""Functions of the ops in hodu.ops.control_flow.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_int
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor
    from hodu.snapshot.ir import Snapshot

_COND = REGISTRY["cond"]


def _cond(
    pred: Tensor, operands: Sequence[Tensor], *, then_branch: Snapshot, else_branch: Snapshot
) -> list[Tensor]:
    """The results of `then_branch` on the operands where `pred` is true, else of the other."""
    return apply(
        _COND,
        (
            pred,
            operands,
        ),
        {"then_branch": then_branch, "else_branch": else_branch},
    )


_SCAN = REGISTRY["scan"]


def _scan(
    operands: Sequence[Tensor],
    *,
    carried: builtins.int,
    scanned: builtins.int,
    body: Snapshot,
    reverse: builtins.bool = False,
) -> list[Tensor]:
    """The carried operands after `body` has gone over the first axis of the scanned ones.

    What else `body` yields follows, stacked along a first axis.
    """
    return apply(
        _SCAN,
        (operands,),
        {
            "carried": as_int(carried, "carried"),
            "scanned": as_int(scanned, "scanned"),
            "body": body,
            "reverse": reverse,
        },
    )


_WHILE_LOOP = REGISTRY["while_loop"]


def _while_loop(
    operands: Sequence[Tensor], *, carried: builtins.int, cond: Snapshot, body: Snapshot
) -> list[Tensor]:
    """The carried operands after `body` has been applied for as long as `cond` holds."""
    return apply(
        _WHILE_LOOP,
        (operands,),
        {"carried": as_int(carried, "carried"), "cond": cond, "body": body},
    )
