"""Functions of the ops in hodu.ops.conv_weight.

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

_CONV_WEIGHT = REGISTRY["conv_weight"]


def _conv_weight(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    other: Tensor | builtins.bool | builtins.int | builtins.float,
    kernel_size: builtins.int | Sequence[builtins.int],
    stride: builtins.int | Sequence[builtins.int],
    padding: builtins.int | Sequence[builtins.int],
    dilation: builtins.int | Sequence[builtins.int],
    groups: builtins.int,
) -> Tensor:
    """The gradient by the weight of `conv` of `input`, from the gradient `other` of its result.

    It is a convolution over the batch: [oc, c / groups, *kernel_size] of [n, c, *spatial] and
    [n, oc, *out], in which stride and dilation have changed places.
    """
    return apply(
        _CONV_WEIGHT,
        (
            input,
            other,
        ),
        {
            "kernel_size": as_ints(kernel_size, "kernel_size"),
            "stride": as_ints(stride, "stride"),
            "padding": as_ints(padding, "padding"),
            "dilation": as_ints(dilation, "dilation"),
            "groups": as_int(groups, "groups"),
        },
    )
