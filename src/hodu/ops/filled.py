"""Tensors of one repeated value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.devices import Device, require_cpu
from hodu.dispatch.attrs import as_scalar
from hodu.dispatch.base import TensorBase
from hodu.dispatch.tape import as_leaf
from hodu.dtypes import (
    DType,
    DTypeLike,
    Number,
    as_dtype,
    bf16,
    bool_,
    f8e4m3,
    f32,
    i64,
    of_scalar,
    u8,
)
from hodu.ops import _fill_value
from hodu.ops._arguments import non_negative, spread
from hodu.ops._samples import S
from hodu.ops._table import Array, F, function, op
from hodu.shapes import Shape, TensorType

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@op("full(Dim[] size, Scalar fill_value, DType dtype) -> Tensor")
class Full:
    """`size` times the same value."""

    nondiff = "a constant"
    public = False
    samples = [
        S(size=(2, 3), fill_value=1.5, dtype=f32),
        S(size=(), fill_value=7, dtype=i64),
        S(size=(0, 2), fill_value=True, dtype=bool_),
        S(size=(3,), fill_value=-1, dtype=u8),
        S(size=(3,), fill_value=2.75, dtype=i64),
        S(size=(2,), fill_value=float("-inf"), dtype=bf16),
        S(size=(2,), fill_value=0.3, dtype=f8e4m3),
        S(size=(2,), fill_value=float("nan"), dtype=bool_),
    ]

    def infer(size: Shape, fill_value: Number, dtype: DType) -> TensorType:
        non_negative(size)
        return TensorType(size, dtype)

    def eager(size: tuple[int, ...], fill_value: Number, dtype: DType) -> Array:
        return np.full(size, _fill_value.fill_value(fill_value, dtype), dtype.numpy)


@function(methods=False)
def full(
    size: Any,
    fill_value: Any,
    *,
    dtype: DTypeLike | None = None,
    device: Device | str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of `size` times `fill_value`, in the dtype given or that of the value."""
    require_cpu(device)
    if isinstance(fill_value, TensorBase):
        return as_leaf(_full_of(size, fill_value, dtype), requires_grad)
    number = as_scalar(fill_value, "fill_value")
    own = as_dtype(fill_value.dtype) if isinstance(fill_value, np.generic) else of_scalar(number)
    return as_leaf(F._full(size, number, own if dtype is None else dtype), requires_grad)


def _full_of(size: Any, value: Any, dtype: DTypeLike | None) -> Tensor:
    if dtype is not None:
        value = F.cast(value, dtype)
    return F.clone(F._expand(F._reshape(value, ()), size))


@function(methods=False)
def zeros(
    size: Any,
    *more: Any,
    dtype: DTypeLike | None = None,
    device: Device | str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of zeros; the sizes are numbers or one sequence."""
    require_cpu(device)
    return as_leaf(F._full(spread(size, more), 0, dtype or f32), requires_grad)


@function(methods=False)
def ones(
    size: Any,
    *more: Any,
    dtype: DTypeLike | None = None,
    device: Device | str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of ones; the sizes are numbers or one sequence."""
    require_cpu(device)
    return as_leaf(F._full(spread(size, more), 1, dtype or f32), requires_grad)


@function(methods=False)
def empty(
    size: Any,
    *more: Any,
    dtype: DTypeLike | None = None,
    device: Device | str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor to be written; what it holds until then is unspecified."""
    require_cpu(device)
    return as_leaf(F._full(spread(size, more), 0, dtype or f32), requires_grad)


@function(methods=False)
def full_like(
    input: Tensor,
    fill_value: Any,
    *,
    dtype: DTypeLike | None = None,
    device: Device | str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of `fill_value` in the shape and dtype of `input`."""
    return as_leaf(
        F.full(input.shape, fill_value, dtype=dtype or input.dtype, device=device), requires_grad
    )


@function(methods=False)
def zeros_like(
    input: Tensor,
    *,
    dtype: DTypeLike | None = None,
    device: Device | str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of zeros in the shape and dtype of `input`."""
    return as_leaf(F.zeros(input.shape, dtype=dtype or input.dtype, device=device), requires_grad)


@function(methods=False)
def ones_like(
    input: Tensor,
    *,
    dtype: DTypeLike | None = None,
    device: Device | str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of ones in the shape and dtype of `input`."""
    return as_leaf(F.ones(input.shape, dtype=dtype or input.dtype, device=device), requires_grad)


@function(methods=False)
def empty_like(
    input: Tensor,
    *,
    dtype: DTypeLike | None = None,
    device: Device | str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor to be written, in the shape and dtype of `input`."""
    return as_leaf(F.empty(input.shape, dtype=dtype or input.dtype, device=device), requires_grad)


@function()
def new_full(
    input: Tensor,
    size: Any,
    fill_value: Any,
    *,
    dtype: DTypeLike | None = None,
    device: Device | str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of `size` times `fill_value` in the dtype of `input`."""
    return as_leaf(
        F.full(size, fill_value, dtype=dtype or input.dtype, device=device), requires_grad
    )


@function()
def new_zeros(
    input: Tensor,
    size: Any,
    *more: Any,
    dtype: DTypeLike | None = None,
    device: Device | str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of zeros in the dtype of `input`."""
    return as_leaf(F.zeros(size, *more, dtype=dtype or input.dtype, device=device), requires_grad)


@function()
def new_ones(
    input: Tensor,
    size: Any,
    *more: Any,
    dtype: DTypeLike | None = None,
    device: Device | str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of ones in the dtype of `input`."""
    return as_leaf(F.ones(size, *more, dtype=dtype or input.dtype, device=device), requires_grad)


@function()
def new_empty(
    input: Tensor,
    size: Any,
    *more: Any,
    dtype: DTypeLike | None = None,
    device: Device | str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor to be written, in the dtype of `input`."""
    return as_leaf(F.empty(size, *more, dtype=dtype or input.dtype, device=device), requires_grad)
