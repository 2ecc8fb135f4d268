"""Functions of the ops in hodu.ops.batch_norm.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, NamedTuple

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_float
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_BATCH_NORM_INFERENCE = REGISTRY["batch_norm_inference"]


def _batch_norm_inference(
    input: Tensor,
    mean: Tensor,
    var: Tensor,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    *,
    eps: builtins.float = 1e-05,
) -> Tensor:
    """`(input - mean) / sqrt(var + eps) * weight + bias`, each vector along the channels."""
    return apply(
        _BATCH_NORM_INFERENCE,
        (
            input,
            mean,
            var,
            weight,
            bias,
        ),
        {"eps": as_float(eps, "eps")},
    )


class BatchNormTrainingResult(NamedTuple):
    """Results of `_batch_norm_training`."""

    output: Tensor
    mean: Tensor
    var: Tensor


_BATCH_NORM_TRAINING = REGISTRY["batch_norm_training"]


def _batch_norm_training(
    input: Tensor,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    *,
    eps: builtins.float = 1e-05,
) -> BatchNormTrainingResult:
    """Mean 0 and variance 1 over the batch, then scaled and shifted, by channel.

    Also the means and the (biased) variances, in the precision of the computation.
    """
    return BatchNormTrainingResult(
        *apply(
            _BATCH_NORM_TRAINING,
            (
                input,
                weight,
                bias,
            ),
            {"eps": as_float(eps, "eps")},
        )
    )


_INSTANCE_NORM = REGISTRY["instance_norm"]


def _instance_norm(
    input: Tensor,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    *,
    eps: builtins.float = 1e-05,
) -> Tensor:
    """Mean 0 and variance 1 in each channel of each instance, then scaled and shifted."""
    return apply(
        _INSTANCE_NORM,
        (
            input,
            weight,
            bias,
        ),
        {"eps": as_float(eps, "eps")},
    )
