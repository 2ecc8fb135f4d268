"""Functions of the ops in hodu.ops.lp_pooling.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_float, as_ints
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_LP_POOL = REGISTRY["lp_pool"]


def _lp_pool(
    input: Tensor,
    norm_type: builtins.float,
    kernel_size: builtins.int | Sequence[builtins.int],
    stride: builtins.int | Sequence[builtins.int],
    padding: builtins.int | Sequence[builtins.int],
    dilation: builtins.int | Sequence[builtins.int],
    ceil_mode: builtins.bool = False,
) -> Tensor:
    """The p-norm of every window: its elements to the power p, summed, to the power 1 / p.

    As in PyTorch signs are kept (an odd power of a negative is negative), and the sum of a window
    that sticks out at the end is scaled up to a full one.
    """
    return apply(
        _LP_POOL,
        (input,),
        {
            "norm_type": as_float(norm_type, "norm_type"),
            "kernel_size": as_ints(kernel_size, "kernel_size"),
            "stride": as_ints(stride, "stride"),
            "padding": as_ints(padding, "padding"),
            "dilation": as_ints(dilation, "dilation"),
            "ceil_mode": ceil_mode,
        },
    )
