"""Searching in what is sorted. NaN is the greatest value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from hodu.dims import Dim
from hodu.dtypes import i32, i64
from hodu.errors import ShapeError, ValueRangeError
from hodu.ops._precision import wide
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, Promote, function, op
from hodu.shapes import TensorType, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@op("searchsorted(Tensor sorted_sequence, Tensor input, *, bool right=False) -> Tensor")
class Searchsorted:
    """Where each element would be inserted into the ascending last dimension, as i64.

    On the left of equal elements, or on their right.
    """

    nondiff = "an index"
    promote, public = Promote.COMMON, False
    samples = [
        S(T((5,), values=[0, 1, 1, 2, 3]), T((2, 3), low=0, high=4)),
        S(T((5,), values=[0, 1, 1, 2, 3]), T(values=[0, 1, 3, 1]), right=True),
        S(T((2, 3), values=[[0, 1, 2], [1, 1, 3]]), T((2, 4), low=0, high=3), right=True),
        S(T((0,), "f32"), T((2,), "f32")),
        S(T(values=[0, 1]), T(values=1)),
        S(T((2, 0, 3), "f32"), T((2, 0, 2), "f32")),
        S(T(dtype="f32", values=[1, 2, np.inf]), T(dtype="f32", values=[np.nan, np.inf, -np.inf])),
    ]

    def infer(sequence: TensorType, x: TensorType, right: bool = False) -> TensorType:
        _check_batches(sequence.shape, x.shape)
        return TensorType(x.shape, i64)

    def eager(sequence: Array, x: Array, right: bool = False) -> Array:
        _check_batches(sequence.shape, x.shape)
        sequence, x = wide(sequence), wide(x)
        side: Literal["left", "right"] = "right" if right else "left"
        if sequence.ndim == 1:
            return np.asarray(np.searchsorted(sequence, x, side)).astype(np.int64, copy=False)
        found = np.empty(x.shape, np.int64)
        for row in np.ndindex(x.shape[:-1]):
            found[row] = np.searchsorted(sequence[row], x[row], side)
        return found


def _check_batches(sequence: tuple[Dim, ...], values: tuple[Dim, ...]) -> None:
    fits = len(sequence) == 1 or (sequence and sequence[:-1] == values[:-1] and values)
    if not fits:
        raise ShapeError(
            f"searchsorted() of values {format_shape(values)} in a sequence "
            f"{format_shape(sequence)}: all sizes but the last must be equal",
            hint="or give one sequence of one dimension",
        )


@function(methods=False)
def searchsorted(
    sorted_sequence: Tensor,
    input: Any,
    *,
    out_int32: bool = False,
    right: bool = False,
    side: str | None = None,
    sorter: Tensor | None = None,
) -> Tensor:
    """Where each value of `input` would be inserted into the ascending last dimension.

    `side` is "left" or "right" of equal elements; `sorter` holds the indices that sort a
    sequence that is not in order itself.
    """
    if side not in (None, "left", "right") or (right and side == "left"):
        raise ValueRangeError(
            f"side={side!r} with right={right}", hint="side is 'left' or 'right', as right is"
        )
    if sorter is not None:
        sorted_sequence = F.gather(sorted_sequence, -1, sorter)
    found = F._searchsorted(sorted_sequence, input, right=right or side == "right")
    return found.to(i32) if out_int32 else found


@function(methods=False)
def bucketize(
    input: Any, boundaries: Tensor, *, out_int32: bool = False, right: bool = False
) -> Tensor:
    """The number of the bucket between ascending `boundaries` in which each value lies."""
    if boundaries.ndim != 1:
        raise ShapeError(
            f"bucketize() takes boundaries of one dimension, not {format_shape(boundaries.shape)}",
            hint="searchsorted() takes a sequence for each row",
        )
    found = F._searchsorted(boundaries, input, right=right)
    return found.to(i32) if out_int32 else found
