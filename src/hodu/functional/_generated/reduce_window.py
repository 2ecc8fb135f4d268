"""Functions of the ops in hodu.ops.reduce_window.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_ints, as_str
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_REDUCE_WINDOW = REGISTRY["reduce_window"]


def _reduce_window(
    input: Tensor,
    window_shape: builtins.int | Sequence[builtins.int],
    stride: builtins.int | Sequence[builtins.int],
    padding: builtins.int | Sequence[builtins.int],
    dilation: builtins.int | Sequence[builtins.int],
    reduce: builtins.str,
) -> Tensor:
    """The sum, product, maximum or minimum of every window of the trailing axes.

    Padding counts as the identity of the reduction. Integers keep their dtype and wrap around.
    """
    return apply(
        _REDUCE_WINDOW,
        (input,),
        {
            "window_shape": as_ints(window_shape, "window_shape"),
            "stride": as_ints(stride, "stride"),
            "padding": as_ints(padding, "padding"),
            "dilation": as_ints(dilation, "dilation"),
            "reduce": as_str(reduce, "reduce"),
        },
    )
