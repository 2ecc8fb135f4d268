"""Functions of the ops in hodu.ops.fold.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_dims, as_ints
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor
    from hodu.dims import Dim

_COL2IM = REGISTRY["col2im"]


def col2im(
    input: Tensor,
    output_size: Dim | Sequence[Dim] | Tensor,
    kernel_size: builtins.int | Sequence[builtins.int],
    dilation: builtins.int | Sequence[builtins.int] = 1,
    padding: builtins.int | Sequence[builtins.int] = 0,
    stride: builtins.int | Sequence[builtins.int] = 1,
) -> Tensor:
    """Columns [N, C * kernel elements, patches] added up into images [N, C, H, W].

    It is `torch.nn.functional.fold`: where patches overlap, their elements are summed.
    """
    return apply(
        _COL2IM,
        (input,),
        {
            "output_size": as_dims(output_size, "output_size"),
            "kernel_size": as_ints(kernel_size, "kernel_size"),
            "dilation": as_ints(dilation, "dilation"),
            "padding": as_ints(padding, "padding"),
            "stride": as_ints(stride, "stride"),
        },
    )


_IM2COL = REGISTRY["im2col"]


def im2col(
    input: Tensor,
    kernel_size: builtins.int | Sequence[builtins.int],
    dilation: builtins.int | Sequence[builtins.int] = 1,
    padding: builtins.int | Sequence[builtins.int] = 0,
    stride: builtins.int | Sequence[builtins.int] = 1,
) -> Tensor:
    """The patches of images [N, C, H, W] as columns [N, C * kernel elements, patches].

    It is `torch.nn.functional.unfold`; `fold` adds the patches up again.
    """
    return apply(
        _IM2COL,
        (input,),
        {
            "kernel_size": as_ints(kernel_size, "kernel_size"),
            "dilation": as_ints(dilation, "dilation"),
            "padding": as_ints(padding, "padding"),
            "stride": as_ints(stride, "stride"),
        },
    )
