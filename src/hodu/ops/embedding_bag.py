"""Sums, means and maxima of rows of a weight: bags of words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hodu.dtypes import i64
from hodu.errors import ArgumentError, ShapeError, ValueRangeError
from hodu.ops._table import F, function
from hodu.shapes import format_shape
from hodu.source import location

if TYPE_CHECKING:
    from hodu._tensor import Tensor

MODES = ("sum", "mean", "max")


@function(methods=False, where=("nn.functional",))
def embedding_bag(
    input: Tensor,
    weight: Tensor,
    offsets: Tensor | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Tensor | None = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Tensor:
    """The rows of `weight` that the indices name, summed, averaged or their maxima, bag by bag.

    Bags are the rows of an input [b, n], or start at the `offsets` in an input [n], the last of
    which is the end with `include_last_offset`. `per_sample_weights` scale the rows (mode "sum").
    Rows of `padding_idx` are left out; a bag without rows gives zeros. `max_norm` is as in
    `embedding`, and so are `scale_grad_by_freq` and `sparse`, which must be False.
    """
    _check(input, offsets, mode, per_sample_weights)
    rows = F.embedding(
        F.flatten(input), weight, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse
    )
    if per_sample_weights is not None:
        rows = rows * F.reshape(per_sample_weights, (-1, 1))
    bag, count = _bags(input, offsets, include_last_offset)
    kept = None
    if padding_idx is not None:
        kept = F.flatten(input) != padding_idx % weight.shape[0]
    return _combined(rows, bag, count, kept, mode)


def _check(
    input: Tensor, offsets: Tensor | None, mode: str, per_sample_weights: Tensor | None
) -> None:
    if mode not in MODES:
        raise ValueRangeError(f"mode={mode!r}", hint=f"it is one of {', '.join(MODES)}")
    if input.ndim not in (1, 2) or (input.ndim == 1) == (offsets is None):
        raise ArgumentError(
            f"embedding_bag() of indices {format_shape(input.shape)} "
            f"with{'out' if offsets is None else ''} offsets",
            where=location(),
            hint="indices [n] need offsets, indices [b, n] take none",
        )
    if per_sample_weights is None:
        return
    if mode != "sum":
        raise ValueRangeError(f"per_sample_weights with mode={mode!r}", hint="use mode='sum'")
    if tuple(per_sample_weights.shape) != tuple(input.shape):
        raise ShapeError(
            f"per_sample_weights {format_shape(per_sample_weights.shape)} for indices "
            f"{format_shape(input.shape)}",
            where=location(),
        )


def _bags(input: Tensor, offsets: Tensor | None, include_last: bool) -> tuple[Tensor, int]:
    """The bag of each index, and the number of bags."""
    if offsets is None:
        count, size = input.shape
        return F.repeat_interleave(F.arange(count, dtype=i64), size), int(count)
    starts = F.narrow(offsets, 0, 0, offsets.shape[0] - 1) if include_last else offsets
    places = F.arange(input.shape[0], dtype=offsets.dtype)
    return F.searchsorted(starts, places, right=True) - 1, int(starts.shape[0])


def _combined(rows: Tensor, bag: Tensor, count: int, kept: Tensor | None, mode: str) -> Tensor:
    zeros = F.zeros((count, rows.shape[1]), dtype=rows.dtype)
    if kept is not None:
        lowest = -float("inf") if mode == "max" else 0.0
        rows = F.where(F.unsqueeze(kept, -1), rows, lowest)
    if mode == "max":
        index = F.expand(F.unsqueeze(bag, -1), tuple(rows.shape))
        top = F.scatter_reduce(zeros, 0, index, rows, "amax", include_self=False)
        return F.where(top == -float("inf"), 0.0, top)
    total = F.index_add(zeros, 0, bag, rows)
    if mode == "sum":
        return total
    ones = F.ones(tuple(bag.shape), dtype=rows.dtype) if kept is None else kept.to(rows.dtype)
    sizes = F.index_add(F.zeros((count,), dtype=rows.dtype), 0, bag, ones)
    return total / F.unsqueeze(F.clamp(sizes, min=1), -1)
