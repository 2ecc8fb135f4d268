"""Functions of the ops in hodu.ops.adaptive_pooling.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_dims
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor
    from hodu.dims import Dim

_ADAPTIVE_AVG_POOL = REGISTRY["adaptive_avg_pool"]


def _adaptive_avg_pool(input: Tensor, output_size: Dim | Sequence[Dim] | Tensor) -> Tensor:
    """The mean over windows that divide the trailing axes evenly into `output_size`.

    Integers are truncated towards zero.
    """
    return apply(_ADAPTIVE_AVG_POOL, (input,), {"output_size": as_dims(output_size, "output_size")})


class AdaptiveMaxPoolResult(NamedTuple):
    """Results of `_adaptive_max_pool`."""

    output: Tensor
    indices: Tensor


_ADAPTIVE_MAX_POOL = REGISTRY["adaptive_max_pool"]


def _adaptive_max_pool(
    input: Tensor, output_size: Dim | Sequence[Dim] | Tensor
) -> AdaptiveMaxPoolResult:
    """The maxima of `adaptive_avg_pool`'s windows, and their positions in the flattened axes."""
    return AdaptiveMaxPoolResult(
        *apply(_ADAPTIVE_MAX_POOL, (input,), {"output_size": as_dims(output_size, "output_size")})
    )
