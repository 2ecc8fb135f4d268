"""Functions of the ops in hodu.ops.pad.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_dims, as_scalar, as_str
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor
    from hodu.dims import Dim

_PAD = REGISTRY["pad"]


def _pad(
    input: Tensor,
    before: Dim | Sequence[Dim] | Tensor,
    after: Dim | Sequence[Dim] | Tensor,
    mode: builtins.str = "constant",
    value: builtins.bool | builtins.int | builtins.float = 0,
) -> Tensor:
    """`before` and `after` elements put in along each dimension; negative ones taken away.

    They hold `value` (mode "constant"), or continue the tensor: mirrored about its edge elements
    ("reflect"), by its edge elements ("replicate"), or from its other end, after cropping
    ("circular").
    """
    return apply(
        _PAD,
        (input,),
        {
            "before": as_dims(before, "before"),
            "after": as_dims(after, "after"),
            "mode": as_str(mode, "mode"),
            "value": as_scalar(value, "value"),
        },
    )
