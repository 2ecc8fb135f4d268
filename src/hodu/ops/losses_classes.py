"""Losses of classification: classes along dimension 1, or 0 without a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hodu.errors import DTypeError, ShapeError, ValueRangeError
from hodu.ops._reduction import check_same_shape, reduced, reduction_of
from hodu.ops._table import F, function
from hodu.ops.losses_regression import NN
from hodu.shapes import format_shape
from hodu.source import location

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@function(methods=False, where=NN, autocast="f32")
def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """The cross entropy between logits [(n,) c, ...] and targets.

    Targets are class indices [(n,) ...], of which `ignore_index` counts for nothing, or
    probabilities in the shape of the input. `weight` [c] scales the classes; the mean over
    indices is by the sum of their weights. `label_smoothing` mixes in the uniform distribution.
    """
    reduction = reduction_of(size_average, reduce, reduction)
    if not 0 <= label_smoothing <= 1:
        raise ValueRangeError(f"label_smoothing={label_smoothing}", hint="it lies in [0, 1]")
    logs = F.log_softmax(input, class_dim(input))
    if tuple(input.shape) == tuple(target.shape):
        return _of_probabilities(logs, target, weight, reduction, label_smoothing)
    return _of_indices(logs, target, weight, ignore_index, reduction, label_smoothing)


def class_dim(input: Tensor) -> int:
    """The dimension of the classes."""
    if not input.ndim:
        raise ShapeError("a loss over classes of a 0-d input", where=location())
    return 0 if input.ndim == 1 else 1


def _of_probabilities(
    logs: Tensor, target: Tensor, weight: Tensor | None, reduction: str, smoothing: float
) -> Tensor:
    if not target.dtype.is_float:
        raise DTypeError(
            f"cross_entropy() of targets of {target.dtype} in the shape of the input",
            where=location(),
            hint="class indices have no dimension of classes; probabilities are floats",
        )
    dim = class_dim(logs)
    if smoothing:
        target = target * (1 - smoothing) + smoothing / int(logs.shape[dim])
    loss = -F.sum(_scaled(logs, weight) * target, dim)
    return F.sum(loss) / loss.numel() if reduction == "mean" else reduced(loss, reduction)


def _scaled(logs: Tensor, weight: Tensor | None) -> Tensor:
    """Times the weights of the classes."""
    if weight is None:
        return logs
    dim = class_dim(logs)
    classes = logs.shape[dim]
    if tuple(weight.shape) != (classes,):
        raise ShapeError(
            f"a weight {format_shape(weight.shape)} for {classes} classes", where=location()
        )
    return logs * F.reshape(weight, (classes, *(1,) * (logs.ndim - dim - 1)))


def _of_indices(
    logs: Tensor,
    target: Tensor,
    weight: Tensor | None,
    ignore_index: int,
    reduction: str,
    smoothing: float = 0.0,
) -> Tensor:
    counted, safe = _counted(logs, target, ignore_index)
    scaled, dim = _scaled(logs, weight), class_dim(logs)
    loss = _picked(scaled, safe, dim)
    if smoothing:
        loss = loss * (1 - smoothing) + F.sum(scaled, dim) * (smoothing / int(logs.shape[dim]))
    loss = -F.where(counted, loss, 0.0)
    if reduction != "mean":
        return reduced(loss, reduction)
    share = counted.to(loss.dtype)
    if weight is not None:
        share = F.where(counted, F.index_select(weight, 0, F.flatten(safe)).reshape(safe.shape), 0)
    return F.sum(loss) / F.sum(share)


def _counted(logs: Tensor, target: Tensor, ignore_index: int) -> tuple[Tensor, Tensor]:
    """Which targets count, and the targets with class 0 in place of those that do not."""
    dim = class_dim(logs)
    wanted = (*logs.shape[:dim], *logs.shape[dim + 1 :])
    if target.dtype.is_float:
        raise DTypeError(
            f"class indices of {target.dtype}",
            where=location(),
            hint="cast them with .to('i64'); probabilities have the shape of the input",
        )
    if tuple(target.shape) != wanted:
        raise ShapeError(
            f"class indices {format_shape(target.shape)} for an input {format_shape(logs.shape)}",
            where=location(),
            hint=f"their shape must be {format_shape(wanted)}",
        )
    counted = target != ignore_index
    return counted, F.where(counted, target, 0)


def _picked(values: Tensor, index: Tensor, dim: int) -> Tensor:
    """The value of the class that `index` names, along `dim`."""
    return F.squeeze(F.gather(values, dim, F.unsqueeze(index, dim)), dim)


@function(methods=False, where=NN, autocast="f32")
def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The negative of the logarithms [(n,) c, ...] that class indices [(n,) ...] name.

    `weight`, `ignore_index` and the mean are those of `cross_entropy`.
    """
    reduction = reduction_of(size_average, reduce, reduction)
    return _of_indices(input, target, weight, ignore_index, reduction)


@function(methods=False, where=NN, autocast="f32")
def binary_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The cross entropy of probabilities and targets in [0, 1]; logarithms are at least -100."""
    reduction = reduction_of(size_average, reduce, reduction)
    check_same_shape("a target", target, "the input", input)
    known = input._data
    if known is not None and not ((known >= 0) & (known <= 1)).all():
        raise ValueRangeError(
            "binary_cross_entropy() of an input outside [0, 1]",
            where=location(),
            hint="binary_cross_entropy_with_logits takes any numbers",
        )
    yes, no = F.clamp(F.log(input), min=-100), F.clamp(F.log1p(-input), min=-100)
    loss = (target - 1) * no - target * yes
    return reduced(loss if weight is None else loss * weight, reduction)


@function(methods=False, where=NN, autocast="f32")
def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """The cross entropy of sigmoid(input) and targets in [0, 1], without overflow.

    `pos_weight` scales the positive term, by class where it broadcasts.
    """
    reduction = reduction_of(size_average, reduce, reduction)
    check_same_shape("a target", target, "the input", input)
    scale = 1 if pos_weight is None else (pos_weight - 1) * target + 1
    loss = (1 - target) * input - F.log_sigmoid(input) * scale
    return reduced(loss if weight is None else loss * weight, reduction)
