"""Functions of the ops in hodu.ops.fractional_pooling.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_dims, as_ints
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor
    from hodu.dims import Dim


class FractionalMaxPoolResult(NamedTuple):
    """Results of `_fractional_max_pool`."""

    output: Tensor
    indices: Tensor


_FRACTIONAL_MAX_POOL = REGISTRY["fractional_max_pool"]


def _fractional_max_pool(
    input: Tensor,
    random_samples: Tensor,
    kernel_size: builtins.int | Sequence[builtins.int],
    output_size: Dim | Sequence[Dim] | Tensor,
) -> FractionalMaxPoolResult:
    """The maxima of windows at pseudo-random steps, and their positions in the flattened axes.

    `random_samples` [n, c, axes] lie in [0, 1): in 2-D the first is of the width, as in PyTorch.
    """
    return FractionalMaxPoolResult(
        *apply(
            _FRACTIONAL_MAX_POOL,
            (
                input,
                random_samples,
            ),
            {
                "kernel_size": as_ints(kernel_size, "kernel_size"),
                "output_size": as_dims(output_size, "output_size"),
            },
        )
    )
