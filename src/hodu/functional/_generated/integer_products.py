"""Functions of the ops in hodu.ops.integer_products.

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

_INTEGER_CONV = REGISTRY["integer_conv"]


def _integer_conv(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    input_zero: Tensor | None,
    weight_zero: Tensor | None,
    stride: builtins.int | Sequence[builtins.int],
    padding: builtins.int | Sequence[builtins.int],
    dilation: builtins.int | Sequence[builtins.int],
    groups: builtins.int,
) -> Tensor:
    """The convolution of `input - input_zero` with `weight - weight_zero` in i32."""
    return apply(
        _INTEGER_CONV,
        (
            input,
            weight,
            bias,
            input_zero,
            weight_zero,
        ),
        {
            "stride": as_ints(stride, "stride"),
            "padding": as_ints(padding, "padding"),
            "dilation": as_ints(dilation, "dilation"),
            "groups": as_int(groups, "groups"),
        },
    )


_INTEGER_MATMUL = REGISTRY["integer_matmul"]


def _integer_matmul(
    input: Tensor, other: Tensor, input_zero: Tensor | None, other_zero: Tensor | None
) -> Tensor:
    """The matrix product of `input - input_zero` and `other - other_zero` in i32."""
    return apply(
        _INTEGER_MATMUL,
        (
            input,
            other,
            input_zero,
            other_zero,
        ),
        {},
    )
