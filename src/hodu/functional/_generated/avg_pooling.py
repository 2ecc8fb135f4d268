"""Functions of the ops in hodu.ops.avg_pooling.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_int, as_ints
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_AVG_POOL = REGISTRY["avg_pool"]


def _avg_pool(
    input: Tensor,
    kernel_size: builtins.int | Sequence[builtins.int],
    stride: builtins.int | Sequence[builtins.int],
    padding: builtins.int | Sequence[builtins.int],
    dilation: builtins.int | Sequence[builtins.int],
    ceil_mode: builtins.bool = False,
    count_include_pad: builtins.bool = True,
    divisor_override: builtins.int | None = None,
) -> Tensor:
    """The mean of every window of the trailing axes; integers are truncated towards zero.

    The divisor is the size of the window within the padded input, without the padding where
    `count_include_pad` is False, or `divisor_override`.
    """
    return apply(
        _AVG_POOL,
        (input,),
        {
            "kernel_size": as_ints(kernel_size, "kernel_size"),
            "stride": as_ints(stride, "stride"),
            "padding": as_ints(padding, "padding"),
            "dilation": as_ints(dilation, "dilation"),
            "ceil_mode": ceil_mode,
            "count_include_pad": count_include_pad,
            "divisor_override": None
            if divisor_override is None
            else as_int(divisor_override, "divisor_override"),
        },
    )
