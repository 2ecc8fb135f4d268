"""Losses of regression: how far predictions are from their targets."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hodu.errors import ShapeError, ValueRangeError
from hodu.ops._reduction import reduced, reduction_of, weighted
from hodu.ops._table import F, function
from hodu.shapes import format_shape
from hodu.source import location

if TYPE_CHECKING:
    from hodu._tensor import Tensor

NN = ("nn.functional",)


@function(methods=False, where=NN, autocast="f32")
def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """The squared differences; with a `weight`, their mean is by the sum of the weights."""
    reduction = reduction_of(size_average, reduce, reduction)
    difference = input - target
    return weighted(difference * difference, weight, reduction)


@function(methods=False, where=NN, autocast="f32")
def l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """The absolute differences; with a `weight`, their mean is by the sum of the weights."""
    reduction = reduction_of(size_average, reduce, reduction)
    return weighted(F.abs(input - target), weight, reduction)


@function(methods=False, where=NN, autocast="f32")
def smooth_l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Tensor:
    """Squares divided by 2 * beta up to a difference of `beta`, then straight lines of slope 1.

    R. Girshick, "Fast R-CNN" (2015). `beta` = 0 gives `l1_loss`.
    """
    reduction = reduction_of(size_average, reduce, reduction)
    if beta < 0:
        raise ValueRangeError(f"smooth_l1_loss() of beta={beta}", hint="use 0 or more")
    size = F.abs(input - target)
    if beta == 0:
        return reduced(size, reduction)
    return reduced(F.where(size < beta, size * size * (0.5 / beta), size - 0.5 * beta), reduction)


@function(methods=False, where=NN, autocast="f32")
def huber_loss(
    input: Tensor,
    target: Tensor,
    reduction: str = "mean",
    delta: float = 1.0,
    weight: Tensor | None = None,
) -> Tensor:
    """Half the squares up to a difference of `delta`, then straight lines of slope `delta`.

    P. Huber, "Robust Estimation of a Location Parameter" (1964). As in PyTorch, the mean of
    weighted elements is by their number.
    """
    reduction = reduction_of(None, None, reduction)
    if delta <= 0:
        raise ValueRangeError(f"huber_loss() of delta={delta}", hint="use a number above 0")
    size = F.abs(input - target)
    loss = F.where(size < delta, size * size * 0.5, (size - 0.5 * delta) * delta)
    if weight is None:
        return reduced(loss, reduction)
    total = weighted(loss, weight, "none")
    return reduced(total, reduction)


@function(methods=False, where=NN, autocast="f32")
def poisson_nll_loss(
    input: Tensor,
    target: Tensor,
    log_input: bool = True,
    full: bool = False,
    size_average: bool | None = None,
    eps: float = 1e-8,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The negative log likelihood of counts whose Poisson rate (or its logarithm) is `input`.

    `full` adds Stirling's approximation of log(target!) where the target is above 1.
    """
    reduction = reduction_of(size_average, reduce, reduction)
    if log_input:
        loss = F.exp(input) - target * input
    else:
        loss = input - target * F.log(input + eps)
    if full:
        count = F.where(target > 1, target, 1)
        stirling = count * F.log(count) - count + 0.5 * F.log(count * (2 * math.pi))
        loss = loss + F.where(target > 1, stirling, 0.0)
    return reduced(loss, reduction)


@function(methods=False, where=NN, autocast="f32")
def gaussian_nll_loss(
    input: Tensor,
    target: Tensor,
    var: Tensor | float,
    full: bool = False,
    eps: float = 1e-6,
    reduction: str = "mean",
) -> Tensor:
    """The negative log likelihood of targets under normal distributions of mean `input`.

    The variances are at least `eps`, and one size short of the input or 1 where all share one.
    `full` adds the constant 0.5 * log(2 * pi).
    """
    reduction = reduction_of(None, None, reduction)
    square = input - target
    given = F.full_like(input, var) if isinstance(var, (int, float)) else var
    variance = _variance(input, given)
    variance = variance + (F.clamp(variance, min=eps) - variance).detach()  # as if it were larger
    loss = (F.log(variance) + square * square / variance) * 0.5
    return reduced(loss + 0.5 * math.log(2 * math.pi) if full else loss, reduction)


def _variance(input: Tensor, var: Tensor) -> Tensor:
    """The variances, shaped to broadcast along the input."""
    if var._data is not None and (var._data < 0).any():
        raise ValueRangeError("gaussian_nll_loss() of a negative variance", where=location())
    if tuple(var.shape) == tuple(input.shape[:-1]) and input.ndim:
        return F.unsqueeze(var, -1)
    pairs = list(zip(var.shape, input.shape, strict=False))
    if var.ndim != input.ndim or any(v != n and v != 1 for v, n in pairs):
        raise ShapeError(
            f"gaussian_nll_loss() of an input {format_shape(input.shape)} and variances "
            f"{format_shape(var.shape)}",
            where=location(),
            hint="give one for each element, or of size 1 where elements share one",
        )
    return var


@function(methods=False, where=NN, autocast="f32")
def kl_div(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Tensor:
    """The pointwise terms target * (log(target) - input) of the Kullback-Leibler divergence.

    `input` holds logarithms, and so does the target with `log_target`. "batchmean" divides the
    sum by the first size, which is the divergence proper.
    """
    allowed = ("none", "mean", "sum", "batchmean")
    reduction = reduction_of(size_average, reduce, reduction, allowed)
    if log_target:
        loss = F.exp(target) * (target - input)
    else:
        some = F.where(target == 0, 1, target)
        loss = F.where(target == 0, 0.0, some * F.log(some)) - target * input
    if reduction == "batchmean":
        return F.sum(loss) / (input.shape[0] if input.ndim else 1)
    return reduced(loss, reduction)
