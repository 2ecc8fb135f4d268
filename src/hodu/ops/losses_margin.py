"""Losses that ask for a margin: between classes, labels or distances."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hodu.errors import ShapeError, ValueRangeError
from hodu.ops._reduction import check_same_shape, reduced, reduction_of
from hodu.ops._table import F, function
from hodu.ops.losses_regression import NN
from hodu.shapes import format_shape
from hodu.source import location

if TYPE_CHECKING:
    from hodu._tensor import Tensor


def _above_zero(x: Tensor) -> Tensor:
    return F.clamp(x, min=0)


@function(methods=False, where=NN, autocast="f32")
def hinge_embedding_loss(
    input: Tensor,
    target: Tensor,
    margin: float = 1.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The input where the target is 1, what it lacks of `margin` where it is -1."""
    reduction = reduction_of(size_average, reduce, reduction)
    apart = F.where(target != 1, _above_zero(margin - input), 0)
    return reduced(apart + F.where(target != -1, input, 0), reduction)


@function(methods=False, where=NN, autocast="f32")
def cosine_embedding_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """1 - cos where the target is 1, what cos has above `margin` where it is -1.

    The inputs are [n, d] with targets [n], or [d] with a 0-d target.
    """
    reduction = reduction_of(size_average, reduce, reduction)
    if target.ndim not in (0, 1) or input1.ndim != target.ndim + 1 or input2.ndim != input1.ndim:
        raise ShapeError(
            f"cosine_embedding_loss() of {format_shape(input1.shape)}, "
            f"{format_shape(input2.shape)} and targets {format_shape(target.shape)}",
            where=location(),
            hint="the inputs are [n, d] with targets [n], or [d] with a 0-d target",
        )
    tiny = 1e-12  # as in PyTorch
    squares = [F.sum(x * x, -1) + tiny for x in (input1, input2)]
    cos = F.sum(input1 * input2, -1) / F.sqrt(squares[0] * squares[1])
    together = F.where(target == 1, 1 - cos, 0)
    return reduced(together + F.where(target == -1, _above_zero(cos - margin), 0), reduction)


@function(methods=False, where=NN, autocast="f32")
def margin_ranking_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """What `input1` lacks to be above `input2` (target 1), or below (target -1), by `margin`."""
    reduction = reduction_of(size_average, reduce, reduction)
    return reduced(_above_zero(margin - target * (input1 - input2)), reduction)


@function(methods=False, where=NN, autocast="f32")
def soft_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """log(1 + exp(-target * input)) for targets 1 and -1, without overflow."""
    reduction = reduction_of(size_average, reduce, reduction)
    check_same_shape("a target", target, "the input", input)
    return reduced(-F.log_sigmoid(target * input), reduction)


@function(methods=False, where=NN, autocast="f32")
def multilabel_soft_margin_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The mean over the classes (the last dimension) of the cross entropies of targets 0 and 1."""
    reduction = reduction_of(size_average, reduce, reduction)
    loss = -(target * F.log_sigmoid(input) + (1 - target) * F.log_sigmoid(-input))
    return reduced(F.mean(loss if weight is None else loss * weight, -1), reduction)


@function(methods=False, where=NN, autocast="f32")
def multilabel_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Every label must be above every other class by 1: what lacks, summed, by the class count.

    Targets are class indices in the shape of the input, [(n,) c]; the labels end at the first -1.
    """
    reduction = reduction_of(size_average, reduce, reduction)
    check_same_shape("a target", target, "the input", input)
    if input.ndim not in (1, 2):
        raise ShapeError(
            f"multilabel_margin_loss() of {format_shape(input.shape)}, not [(n,) c]",
            where=location(),
        )
    is_listed = F.cumprod((target >= 0).to(target.dtype), -1) > 0
    index = F.where(is_listed, target, 0)
    classes = F.arange(input.shape[-1], dtype=target.dtype)
    named = (F.unsqueeze(index, -1) == classes) & F.unsqueeze(is_listed, -1)
    is_label = F.any(named, -2)
    lacking = 1 - F.unsqueeze(F.gather(input, -1, index), -1) + F.unsqueeze(input, -2)
    among = F.unsqueeze(is_listed, -1) & ~F.unsqueeze(is_label, -2)
    loss = F.sum(F.where(among, _above_zero(lacking), 0), (-2, -1)) / input.shape[-1]
    return reduced(loss, reduction)


@function(methods=False, where=NN, autocast="f32")
def multi_margin_loss(
    input: Tensor,
    target: Tensor,
    p: int = 1,
    margin: float = 1.0,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The target class must be above every other by `margin`: what lacks, to the power `p`.

    Summed and divided by the class count, of inputs [(n,) c] and class indices [(n)].
    """
    reduction = reduction_of(size_average, reduce, reduction)
    if p not in (1, 2):
        raise ValueRangeError(f"multi_margin_loss() of p={p}", hint="it is 1 or 2")
    if input.ndim not in (1, 2):
        raise ShapeError(
            f"multi_margin_loss() of {format_shape(input.shape)}, not [(n,) c]", where=location()
        )
    index = F.reshape(target, (*input.shape[:-1], 1))
    lacking = _above_zero(margin - F.gather(input, -1, index) + input)
    lacking = lacking * lacking if p == 2 else lacking
    if weight is not None:
        lacking = lacking * weight[index]
    is_other = F.arange(input.shape[-1], dtype=index.dtype) != index
    loss = F.sum(F.where(is_other, lacking, 0), -1) / input.shape[-1]
    return reduced(loss, reduction)


@function(methods=False, where=NN, autocast="f32")
def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The anchor must be nearer to the positive than to the negative by `margin`, in the p-norm.

    With `swap`, the distance of positive and negative counts where it is smaller.
    V. Balntas et al., "Learning shallow convolutional feature descriptors" (2016).
    """
    reduction = reduction_of(size_average, reduce, reduction)

    def distance(x: Tensor, y: Tensor) -> Tensor:
        return F.pairwise_distance(x, y, p, eps)

    return reduced(_triplet(anchor, positive, negative, distance, margin, swap), reduction)


@function(methods=False, where=NN, autocast="f32")
def triplet_margin_with_distance_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """`triplet_margin_loss` with a distance of your own; by default `pairwise_distance`."""
    reduction = reduction_of(None, None, reduction)
    distance = distance_function or F.pairwise_distance
    return reduced(_triplet(anchor, positive, negative, distance, margin, swap), reduction)


def _triplet(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    distance: Callable[[Tensor, Tensor], Tensor],
    margin: float,
    swap: bool,
) -> Tensor:
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = F.minimum(far, distance(positive, negative))
    return _above_zero(margin + near - far)
