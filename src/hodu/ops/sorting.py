"""Sorting along a dimension and searching in what is sorted. NaN is the greatest value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dims import Dim
from hodu.dtypes import i32, i64
from hodu.errors import OutOfRangeError, ShapeError, ValueRangeError
from hodu.ops._accumulate import wide
from hodu.ops._rules import axis_of, reduced_shape, replace_dim
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, Promote, function, op
from hodu.shapes import TensorType, format_shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor

NAN = T(dtype="f32", values=[[2, np.nan, -np.inf, 2, np.inf], [0, 3, -1, 3, np.nan]])
SORTS = [
    S((3, 5)),
    S((3, 5), dim=0, descending=True),
    S((2, 3, 4), dim=-2),
    S((), dim=0),
    S((0, 3), dim=0),
    S(NAN),
    S(NAN, descending=True),
    S(T((40,), low=0, high=3), descending=True, stable=True),
]


def order(x: Array, axis: int, descending: bool) -> Array:
    """The stable order of `x` along `axis`: of equals, the one that comes first stays first."""
    if not descending:
        return np.argsort(wide(x), axis=axis, kind="stable")
    mirrored = np.argsort(np.flip(wide(x), axis), axis=axis, kind="stable")
    return x.shape[axis] - 1 - np.flip(mirrored, axis)


@op(
    "sort(Tensor input, int dim=-1, bool descending=False, *, bool stable=False) "
    "-> (Tensor values, Tensor indices)"
)
class Sort:
    """The elements in order along `dim`, and where they were; always stable."""

    samples = SORTS

    def infer(
        x: TensorType, dim: int = -1, descending: bool = False, stable: bool = False
    ) -> tuple[TensorType, TensorType]:
        axis_of(dim, x.rank)
        return x, TensorType(x.shape, i64)

    def eager(
        x: Array, dim: int = -1, descending: bool = False, stable: bool = False
    ) -> tuple[Array, Array]:
        axis = axis_of(dim, x.ndim)
        if x.ndim == 0:
            return x.copy(), np.zeros((), np.int64)
        indices = order(x, axis, descending).astype(np.int64, copy=False)
        return np.take_along_axis(x, indices, axis), indices


@op("argsort(Tensor input, int dim=-1, bool descending=False, *, bool stable=False) -> Tensor")
class Argsort:
    """The indices that put the elements in order along `dim`; always stable."""

    samples = SORTS

    def infer(
        x: TensorType, dim: int = -1, descending: bool = False, stable: bool = False
    ) -> TensorType:
        axis_of(dim, x.rank)
        return TensorType(x.shape, i64)

    def compose(
        input: Tensor, dim: int = -1, descending: bool = False, stable: bool = False
    ) -> Tensor:
        return F.sort(input, dim, descending, stable=stable).indices


@function()
def msort(input: Tensor) -> Tensor:
    """The elements in ascending order along the first dimension."""
    return F.sort(input, 0).values


def _check_k(name: str, k: Dim, x: TensorType, dim: int, least: int) -> int:
    axis = axis_of(dim, x.rank)
    size = x.shape[axis] if x.shape else 1
    if isinstance(k, int) and isinstance(size, int) and not least <= k <= size:
        raise OutOfRangeError(
            f"{name}() with k={k} along dimension {axis} of {format_shape(x.shape)}, "
            f"which has {size} elements",
            hint=f"k must lie in [{least}, {size}]",
        )
    return axis


@op(
    "topk(Tensor input, Dim k, int dim=-1, bool largest=True, bool sorted=True) "
    "-> (Tensor values, Tensor indices)"
)
class Topk:
    """The `k` largest (or smallest) elements along `dim`, in order, and where they are.

    Of equal elements the first are taken; the result is in order also when `sorted` is False.
    """

    samples = [
        S((3, 5), k=2),
        S((3, 5), k=3, dim=0, largest=False),
        S((2, 3, 4), k=0, dim=1),
        S((), k=1, dim=0),
        S(NAN, k=3),
        S(NAN, k=2, largest=False, sorted=False),
        S(T((40,), low=0, high=3), k=17),
    ]

    def infer(
        x: TensorType, k: Dim, dim: int = -1, largest: bool = True, sorted: bool = True
    ) -> tuple[TensorType, TensorType]:
        axis = _check_k("topk", k, x, dim, 0)
        shape = replace_dim(x.shape, axis, k) if x.shape else x.shape
        return TensorType(shape, x.dtype), TensorType(shape, i64)

    def compose(
        input: Tensor, k: Dim, dim: int = -1, largest: bool = True, sorted: bool = True
    ) -> tuple[Tensor, Tensor]:
        _check_k("topk", k, TensorType(input.shape, input.dtype), dim, 0)
        values, indices = F.sort(input, dim, largest, stable=True)
        if input.ndim == 0:
            return values, indices
        return F.narrow(values, dim, 0, k), F.narrow(indices, dim, 0, k)


@op(
    "kthvalue(Tensor input, int k, int dim=-1, bool keepdim=False) "
    "-> (Tensor values, Tensor indices)"
)
class Kthvalue:
    """The `k`-th smallest elements along `dim` (counted from 1), and where they are."""

    samples = [
        S((3, 5), k=2),
        S((3, 5), k=1, dim=0, keepdim=True),
        S((), k=1),
        S(NAN, k=5),
        S(NAN, k=4),
    ]

    def infer(
        x: TensorType, k: int, dim: int = -1, keepdim: bool = False
    ) -> tuple[TensorType, TensorType]:
        _check_k("kthvalue", k, x, dim, 1)
        shape = reduced_shape(x.shape, dim, keepdim)
        return TensorType(shape, x.dtype), TensorType(shape, i64)

    def compose(
        input: Tensor, k: int, dim: int = -1, keepdim: bool = False
    ) -> tuple[Tensor, Tensor]:
        _check_k("kthvalue", k, TensorType(input.shape, input.dtype), dim, 1)
        values, indices = F.sort(input, dim, stable=True)
        shape = reduced_shape(input.shape, dim, keepdim)
        if input.ndim == 0:
            return values, indices
        return (
            F.reshape(F.narrow(values, dim, k - 1, 1), shape),
            F.reshape(F.narrow(indices, dim, k - 1, 1), shape),
        )


@op("searchsorted(Tensor sorted_sequence, Tensor input, *, bool right=False) -> Tensor")
class Searchsorted:
    """Where each element would be inserted into the ascending last dimension, as i64.

    On the left of equal elements, or on their right.
    """

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
        side = "right" if right else "left"
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
