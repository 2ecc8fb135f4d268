"""Sorting along a dimension. NaN is the greatest value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hodu.dims import Dim
from hodu.dtypes import i64
from hodu.errors import OutOfRangeError
from hodu.ops._precision import wide
from hodu.ops._rules import axis_of, reduced_shape, replace_dim
from hodu.ops._samples import S, T
from hodu.ops._table import Array, F, function, op
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

    vjp = {
        "input": lambda ct_values, indices, input_type, dim: _to_origins(
            ct_values, indices, input_type, dim
        )
    }


def _to_origins(ct: Tensor, indices: Tensor, of: TensorType, dim: int) -> Tensor:
    """The gradient of values that were taken from `indices` along `dim`."""
    return F._scatter(F.zeros(of.shape, dtype=ct.dtype), dim, indices, ct, reduce="sum")


@op("argsort(Tensor input, int dim=-1, bool descending=False, *, bool stable=False) -> Tensor")
class Argsort:
    """The indices that put the elements in order along `dim`; always stable."""

    nondiff = "an index"
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

    vjp = {
        "input": lambda ct_values, indices, input_type, dim: _to_origins(
            ct_values, indices, input_type, dim
        )
    }


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

    def vjp(
        ct_values: Tensor, indices: Tensor, input_type: TensorType, dim: int, keepdim: bool
    ) -> tuple[Tensor]:
        if input_type.rank and not keepdim:
            ct_values, indices = F.unsqueeze(ct_values, dim), F.unsqueeze(indices, dim)
        return (_to_origins(ct_values, indices, input_type, dim),)
