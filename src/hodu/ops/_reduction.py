"""The `reduction` of losses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hodu.dispatch.attrs import as_str
from hodu.errors import ShapeError, ValueRangeError
from hodu.ops._table import F
from hodu.shapes import format_shape
from hodu.source import location

if TYPE_CHECKING:
    from hodu._tensor import Tensor

REDUCTIONS = ("none", "mean", "sum")


def reduction_of(
    size_average: bool | None,
    reduce: bool | None,
    reduction: str,
    allowed: tuple[str, ...] = REDUCTIONS,
) -> str:
    """The reduction that is meant; PyTorch's older pair of flags wins where one is given."""
    if size_average is not None or reduce is not None:
        if reduce is False:
            return "none"
        return "sum" if size_average is False else "mean"
    if as_str(reduction, "reduction") not in allowed:
        raise ValueRangeError(
            f"reduction={reduction!r}",
            where=location(),
            hint=f"it is one of {', '.join(allowed)}",
        )
    return reduction


def reduced(loss: Tensor, reduction: str) -> Tensor:
    """The mean of all elements, their sum, or the loss itself."""
    if reduction == "mean":
        return F.mean(loss)
    return F.sum(loss) if reduction == "sum" else loss


def weighted(loss: Tensor, weight: Tensor | None, reduction: str) -> Tensor:
    """`reduced`, each element times its weight; the mean is then by the sum of the weights."""
    if weight is None:
        return reduced(loss, reduction)
    check_same_shape("weight", weight, "the input", loss)
    loss = loss * weight
    return F.sum(loss) / F.sum(weight) if reduction == "mean" else reduced(loss, reduction)


def check_same_shape(name: str, x: Tensor, other: str, y: Tensor) -> None:
    """Refuse tensors that should have one shape and do not."""
    if tuple(x.shape) != tuple(y.shape):
        raise ShapeError(
            f"{name} {format_shape(x.shape)} and {other} {format_shape(y.shape)} differ in shape",
            where=location(),
            hint="they must have the same",
        )
