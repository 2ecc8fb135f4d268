"""Functions of the ops in hodu.ops.max_pooling.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_ints
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_MAX_POOL = REGISTRY["max_pool"]


def _max_pool(
    input: Tensor,
    kernel_size: builtins.int | Sequence[builtins.int],
    stride: builtins.int | Sequence[builtins.int],
    padding: builtins.int | Sequence[builtins.int],
    dilation: builtins.int | Sequence[builtins.int],
    ceil_mode: builtins.bool = False,
) -> Tensor:
    """The maximum of every window of the trailing axes; NaN wins, padding never does."""
    return apply(
        _MAX_POOL,
        (input,),
        {
            "kernel_size": as_ints(kernel_size, "kernel_size"),
            "stride": as_ints(stride, "stride"),
            "padding": as_ints(padding, "padding"),
            "dilation": as_ints(dilation, "dilation"),
            "ceil_mode": ceil_mode,
        },
    )


_MAX_POOL_GRADIENT = REGISTRY["max_pool_gradient"]


def _max_pool_gradient(
    gradient: Tensor,
    input: Tensor,
    kernel_size: builtins.int | Sequence[builtins.int],
    stride: builtins.int | Sequence[builtins.int],
    padding: builtins.int | Sequence[builtins.int],
    dilation: builtins.int | Sequence[builtins.int],
    ceil_mode: builtins.bool = False,
) -> Tensor:
    """The gradient of `max_pool` by its input, from the `gradient` by its result.

    Each goes to the place that `max_pool_with_indices` names.
    """
    return apply(
        _MAX_POOL_GRADIENT,
        (
            gradient,
            input,
        ),
        {
            "kernel_size": as_ints(kernel_size, "kernel_size"),
            "stride": as_ints(stride, "stride"),
            "padding": as_ints(padding, "padding"),
            "dilation": as_ints(dilation, "dilation"),
            "ceil_mode": ceil_mode,
        },
    )


class MaxPoolWithIndicesResult(NamedTuple):
    """Results of `_max_pool_with_indices`."""

    output: Tensor
    indices: Tensor


_MAX_POOL_WITH_INDICES = REGISTRY["max_pool_with_indices"]


def _max_pool_with_indices(
    input: Tensor,
    kernel_size: builtins.int | Sequence[builtins.int],
    stride: builtins.int | Sequence[builtins.int],
    padding: builtins.int | Sequence[builtins.int],
    dilation: builtins.int | Sequence[builtins.int],
    ceil_mode: builtins.bool = False,
) -> MaxPoolWithIndicesResult:
    """`max_pool`, and where each maximum is: its position in the flattened trailing axes.

    A window that lies in the padding alone has the index -1.
    """
    return MaxPoolWithIndicesResult(
        *apply(
            _MAX_POOL_WITH_INDICES,
            (input,),
            {
                "kernel_size": as_ints(kernel_size, "kernel_size"),
                "stride": as_ints(stride, "stride"),
                "padding": as_ints(padding, "padding"),
                "dilation": as_ints(dilation, "dilation"),
                "ceil_mode": ceil_mode,
            },
        )
    )
