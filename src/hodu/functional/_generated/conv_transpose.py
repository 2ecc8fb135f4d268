"""Functions of the ops in hodu.ops.conv_transpose.

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

_CONV_TRANSPOSE = REGISTRY["conv_transpose"]


def _conv_transpose(
    input: Tensor | builtins.bool | builtins.int | builtins.float,
    weight: Tensor | builtins.bool | builtins.int | builtins.float,
    bias: Tensor | builtins.bool | builtins.int | builtins.float | None,
    stride: builtins.int | Sequence[builtins.int],
    padding: builtins.int | Sequence[builtins.int],
    output_padding: builtins.int | Sequence[builtins.int],
    dilation: builtins.int | Sequence[builtins.int],
    groups: builtins.int,
) -> Tensor:
    """The adjoint of conv, of [n, c, *spatial] with [c, oc / groups, *kernel].

    `padding` crops the begin of every spatial axis, then the end of every one; negative extends
    with zeros. `output_padding` extends the end.
    """
    return apply(
        _CONV_TRANSPOSE,
        (
            input,
            weight,
            bias,
        ),
        {
            "stride": as_ints(stride, "stride"),
            "padding": as_ints(padding, "padding"),
            "output_padding": as_ints(output_padding, "output_padding"),
            "dilation": as_ints(dilation, "dilation"),
            "groups": as_int(groups, "groups"),
        },
    )
