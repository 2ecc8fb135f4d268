"""Functions of the ops in hodu.ops.normalization.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_dims, as_float, as_int
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor
    from hodu.dims import Dim

_GROUP_NORM = REGISTRY["group_norm"]


def group_norm(
    input: Tensor,
    num_groups: builtins.int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: builtins.float = 1e-05,
) -> Tensor:
    """Mean 0 and variance 1 over groups of channels, then scaled and shifted by channel."""
    return apply(
        _GROUP_NORM,
        (
            input,
            weight,
            bias,
        ),
        {"num_groups": as_int(num_groups, "num_groups"), "eps": as_float(eps, "eps")},
    )


_LAYER_NORM = REGISTRY["layer_norm"]


def layer_norm(
    input: Tensor,
    normalized_shape: Dim | Sequence[Dim] | Tensor,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: builtins.float = 1e-05,
) -> Tensor:
    """Mean 0 and variance 1 over the trailing dimensions, then scaled and shifted."""
    return apply(
        _LAYER_NORM,
        (
            input,
            weight,
            bias,
        ),
        {
            "normalized_shape": as_dims(normalized_shape, "normalized_shape"),
            "eps": as_float(eps, "eps"),
        },
    )


_RMS_NORM = REGISTRY["rms_norm"]


def rms_norm(
    input: Tensor,
    normalized_shape: Dim | Sequence[Dim] | Tensor,
    weight: Tensor | None = None,
    eps: builtins.float | None = None,
) -> Tensor:
    """Divided by the root of the mean square over the trailing dimensions, then scaled.

    `eps` is by default the precision of the computation.
    """
    return apply(
        _RMS_NORM,
        (
            input,
            weight,
        ),
        {
            "normalized_shape": as_dims(normalized_shape, "normalized_shape"),
            "eps": None if eps is None else as_float(eps, "eps"),
        },
    )
